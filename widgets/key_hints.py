"""The keys that work here and now, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from widgets.bars import Bar, Item, fitting


@dataclass(frozen=True, slots=True)
class Hint:
    """A key and what it does.

    Attributes:
        action: What a click asks for.
        key: The key as it is drawn.
        label: What it does, in a word.
        priority: The higher the number, the sooner it goes when room is short; 1 stays.
    """

    action: str
    key: str
    label: str
    priority: int = 1


class KeyHints(Bar):
    """A footer of keys; a click on one does what the key does."""

    _hints: tuple[Hint, ...] = ()

    class Pressed(Message):
        """A hint was clicked; `action` is the one of the hint."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def show(self, hints: Sequence[Hint]) -> None:
        """Show these hints from now on."""
        self._hints = tuple(hints)
        self.redraw_if(self._hints)

    def items(self, width: int) -> Sequence[Item]:
        """Return the hints that fit."""
        items = [
            Item(((hint.key, "key"), (f" {hint.label}", "")), hint.action, hint.priority)
            for hint in self._hints
        ]
        return fitting(items, width)

    def on_click(self, event: events.Click) -> None:
        """Report which hint was clicked."""
        action = self.key_at(event.x)
        if action:
            event.stop()
            self.post_message(self.Pressed(action))
