"""A small app around one widget, and what it drew."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from widgets.canvas import Canvas

W = TypeVar("W", bound=Widget)


class Stage(App[None], Generic[W]):
    """Shows one widget and keeps the messages that come from it."""

    def __init__(self, widget: W) -> None:
        super().__init__()
        self.widget = widget
        self.seen: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    async def _on_message(self, message: Message) -> None:
        if type(message).__module__.startswith("widgets."):
            self.seen.append(message)
        await super()._on_message(message)

    def last(self, kind: type[Any]) -> Any:
        """Return the last message of a kind, `None` if none came."""
        return next((seen for seen in reversed(self.seen) if type(seen) is kind), None)


def screen_lines(app: App[Any]) -> list[str]:
    """Return what the screen shows, line by line."""
    return [strip.text for strip in app.screen._compositor.render_strips()]


class Draws:
    """Counts the lines that a canvas draws from now on."""

    def __init__(self, canvas: Canvas) -> None:
        self.lines: list[int] = []
        draw = canvas.render_line

        def counted(y: int) -> Any:
            self.lines.append(y)
            return draw(y)

        canvas.render_line = counted  # type: ignore[method-assign]

    def take(self) -> list[int]:
        """Return the lines drawn since the last time."""
        lines, self.lines = sorted(self.lines), []
        return lines


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys and wait until they are dealt with."""
    for key in keys:
        pilot.app.simulate_key(key)
    await pilot.pause()
