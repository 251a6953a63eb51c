"""Earlier answers under a line to type into, to be taken again."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from widgets.canvas import Canvas
from widgets.glyphs import glyphs


class Suggestions(Canvas):
    """A short list that holds what was typed; the line above it has the keys.

    Args:
        options: All there is to suggest, the best first.
        id: As of any widget.
    """

    DEFAULT_CSS = """
    Suggestions { height: 5; }
    """

    class Chosen(Message):
        """A suggestion was clicked."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    def __init__(self, options: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._options = tuple(options)
        self._shown = self._options
        self._cursor: int | None = None
        self.display = bool(options)

    @property
    def current(self) -> str | None:
        """The suggestion under the cursor."""
        return None if self._cursor is None else self._shown[self._cursor]

    def narrow(self, part: str) -> None:
        """Show the suggestions that have a text in them, the cursor above the first."""
        part = part.strip().casefold()
        self._shown = tuple(each for each in self._options if part in each.casefold())
        self._cursor = None
        self.refresh()

    def step(self, steps: int) -> bool:
        """Move the cursor; return whether there was a place to move it to.

        Above the first suggestion there is one more place, that of what was typed.
        """
        place = (-1 if self._cursor is None else self._cursor) + steps
        if not -1 <= place < len(self._shown):
            return False
        self._cursor = None if place < 0 else place
        self.refresh()
        return True

    @property
    def _top(self) -> int:
        return max(0, (self._cursor or 0) - self.size.height + 1)

    def on_click(self, event: events.Click) -> None:
        """Report the suggestion that was clicked."""
        event.stop()
        place = self._top + event.y
        if place < len(self._shown):
            self._cursor = place
            self.refresh()
            self.post_message(self.Chosen(self._shown[place]))

    def render_line(self, y: int) -> Strip:
        """Draw one suggestion, and where more are."""
        width, place = self.size.width, self._top + y
        if place >= len(self._shown):
            return self.strip([], width)
        signs = glyphs()
        chosen = place == self._cursor
        more = " "
        if y == 0 and self._top:
            more = signs.up
        elif y == self.size.height - 1 and place + 1 < len(self._shown):
            more = signs.down
        body = self.strip(
            [
                (signs.cursor if chosen else " ", "accent"),
                (self._shown[place], "" if chosen else "dim"),
            ],
            width - 1,
            "cursor" if chosen else "",
        )
        return Strip.join([body, self.strip([(more, "dim")], 1)])
