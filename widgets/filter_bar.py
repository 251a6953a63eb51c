"""The line in which a filter is typed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from widgets.cells import cell_width
from widgets.line_input import LineInput
from widgets.scroller import Prose


class FilterBar(Horizontal):
    """One line with a sign, a text and a note; hidden until it is opened."""

    DEFAULT_CSS = """
    FilterBar {
        height: 1;
        display: none;
        & #sign { width: 3; }
        & #note { width: 0; max-width: 50%; }
        & LineInput { width: 1fr; }
    }
    """
    BINDINGS = [Binding("escape", "cancel", "Clear the filter", show=False, id="filter.cancel")]

    class Changed(Message):
        """Another text stands in the line."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    class Submitted(Message):
        """The text stays."""

        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    class Cancelled(Message):
        """The line was left by escape."""

    def compose(self) -> ComposeResult:
        """Compose sign, input and note."""
        sign, note = Prose([(" /", "key")], id="sign"), Prose(id="note")
        sign.can_focus = note.can_focus = False
        yield sign
        yield LineInput(select_on_focus=False)
        yield note

    @property
    def value(self) -> str:
        """The text in the line."""
        return self.query_one(LineInput).value

    def open(self, value: str = "") -> None:
        """Show the line with a text in it and let it take the keys."""
        line = self.query_one(LineInput)
        with self.prevent(Input.Changed):
            line.value = value
        line.cursor_position = len(value)
        self.display = True
        line.focus()

    def close(self) -> None:
        """Hide the line; the owner focuses what comes next."""
        self.display = False

    def show_note(self, text: str, style: str = "dim") -> None:
        """Say something beside the text, as how many rows match or why it is no filter."""
        note = self.query_one("#note", Prose)
        note.show([(f" {text}", style)] if text else [])
        note.styles.width = cell_width(text) + 2 if text else 0

    def action_cancel(self) -> None:
        """Say that the line was left."""
        self.post_message(self.Cancelled())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass the text on."""
        event.stop()
        self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Pass the text on for good."""
        event.stop()
        self.post_message(self.Submitted(event.value))
