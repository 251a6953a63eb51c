"""A line to type into that offers earlier answers and says what the text means."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from widgets.cells import clean
from widgets.fields import LABEL, TextField
from widgets.scroller import Prose
from widgets.suggestions import Suggestions


class RecallField(Vertical):
    """A text field with a note and a list of earlier answers under it.

    What is typed narrows the list; down and up put its lines into the field, and
    back again what was typed.

    Args:
        label: Its name.
        options: Earlier answers, the newest first.
        placeholder: What is drawn while nothing stands there.
        id: As of any widget.
    """

    DEFAULT_CSS = f"""
    RecallField {{
        height: auto;
        & #note {{ height: 2; margin-left: {LABEL}; }}
        & Suggestions {{ margin-left: {LABEL}; }}
    }}
    """
    BINDINGS = [
        Binding("up", "step(-1)", "Newer", show=False),
        Binding("down", "step(1)", "Older", show=False),
    ]

    class Changed(Message):
        """Another text stands in the field."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    def __init__(
        self,
        label: str,
        options: Sequence[str] = (),
        *,
        placeholder: str = "",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._field = TextField(label, placeholder=placeholder)
        self._options = tuple(clean(option) for option in options)
        self.suggestions = Suggestions(self._options)
        self._note = Prose(id="note")
        self._note.can_focus = False
        self._typed = ""

    def compose(self) -> ComposeResult:
        """Compose the line, the note and the list."""
        yield self._field
        yield self._note
        yield self.suggestions

    @property
    def value(self) -> str:
        """What stands there."""
        return self._field.value

    def focus_input(self) -> None:
        """Give the line the keys."""
        self._field.input.focus()

    def show_note(self, text: str, style: str = "dim") -> None:
        """Say something about the text."""
        self._note.show([(text, style)])

    def make_room(self, lines: int) -> None:
        """Let the list have at most that many lines."""
        self.suggestions.styles.height = max(1, min(lines, len(self._options)))

    def action_step(self, steps: int) -> None:
        """Put another answer into the field; below the last one stands the next field."""
        self._narrow()
        if self.suggestions.step(steps):
            self._put(self.suggestions.current or self._typed)
        elif steps > 0:
            self.screen.focus_next()

    def _put(self, text: str) -> None:
        self._field.input.value = text
        self._field.input.cursor_position = len(text)

    def on_suggestions_chosen(self, event: Suggestions.Chosen) -> None:
        """Take the answer that was clicked."""
        event.stop()
        self._put(event.value)
        self.focus_input()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell of the newest text; several keys may have come before the first is told."""
        event.stop()
        if event.value == self.value:
            self._narrow()
            self.post_message(self.Changed(event.value))

    def _narrow(self) -> None:
        """Narrow the list by what was typed, unless the list itself put it there."""
        if self.value not in (self.suggestions.current, self._typed):
            self._typed = self.value
            self.suggestions.narrow(self.value)
