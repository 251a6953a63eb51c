"""Keys one after another: what a key opened gets the keys that follow it."""

from __future__ import annotations

from collections import deque
from typing import Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.timer import Timer

PATIENCE = 0.5
"""Seconds after which the next key no longer waits for the one before."""


class KeyOrder(App[Any]):
    """An app that deals with each key before it hands out the next.

    Textual forwards a key to the widget that has the focus at once. Over a slow
    link several keys come in one packet, so the text typed after the key that
    opens a line would go to the widget below and be taken for commands there.
    Here a key waits until the one before has gone its whole way up, and a screen
    that it opened has been mounted.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._keys_waiting: deque[events.Key | events.Paste] = deque()
        self._key_under_way = 0
        self._key_number = 0
        self._key_timer: Timer | None = None
        super().__init__(*args, **kwargs)

    async def on_event(self, event: events.Event) -> None:
        """Queue keys and pastes, let everything else pass."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            self._keys_waiting.append(event)
            if not self._key_under_way:
                await self._hand_out_key()
            return
        await super().on_event(event)

    async def _hand_out_key(self) -> None:
        """Give the next key to Textual, and send a mark after it on the same way."""
        event = self._keys_waiting.popleft()
        target: MessagePump = self.focused or self.screen
        self._key_number += 1
        self._key_under_way = number = self._key_number
        self._key_timer = self.set_timer(PATIENCE, lambda: self._key_done(number))
        await super().on_event(event)
        way = [node for node in _upwards(target) if node is not self]
        self._mark_goes(number, [*way, self])

    def _mark_goes(self, number: int, way: list[MessagePump]) -> None:
        """Pass the mark on; every queue on the way has by then dealt with the key."""
        while way:
            node, *way = way
            if node.call_later(self._mark_goes, number, way):
                return
        # The key has been dealt with. A screen that it pushed has yet to be mounted, and a
        # focus that it asked for to be given: both stand in these queues already.
        screen, app = self.screen, self
        if not screen.call_later(app.call_later, app.call_later, self._key_done, number):
            app.call_later(self._key_done, number)

    async def _key_done(self, number: int) -> None:
        """Hand out the next key, unless that was done already."""
        if self._key_under_way != number:
            return
        self._key_under_way = 0
        if self._key_timer is not None:
            self._key_timer.stop()
        if self._keys_waiting:
            await self._hand_out_key()


def _upwards(node: MessagePump) -> list[MessagePump]:
    """Return a node and all above it, the nearest first."""
    way: list[MessagePump] = []
    current: MessagePump | None = node
    while current is not None:
        way.append(current)
        current = current._parent
    return way
