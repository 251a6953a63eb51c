"""A dialog that asks for one of several, found by typing a part of its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input

from widgets.cells import Cell, Row, cell_width
from widgets.columns import Column
from widgets.dialog import ModalDialog
from widgets.dialog_room import CHROME
from widgets.line_input import LineInput
from widgets.table import Table


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be picked.

    Attributes:
        key: The answer that it stands for.
        label: Its name.
        note: What else to say about it.
    """

    key: str
    label: str
    note: str = ""


class PickDialog(ModalDialog[str | None]):
    """Asks for one of several options.

    Args:
        title: What is picked.
        options: The options; a plain text is its own key and label.
        current: The key that the cursor starts on.
    """

    DEFAULT_CSS = """
    PickDialog Table { background: $background; }
    """
    BINDINGS = [
        Binding("up", "cursor(-1)", "Up", show=False),
        Binding("down", "cursor(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]

    def __init__(
        self, title: str, options: Sequence[Option | str], current: str | None = None
    ) -> None:
        super().__init__(title)
        self._options = tuple(
            Option(option, option) if isinstance(option, str) else option for option in options
        )
        self._current = current
        self._typed = ""

    def content(self) -> ComposeResult:
        """Compose the line to type into and the list."""
        note = max((cell_width(option.note) for option in self._options), default=0)
        columns = [Column("label", ""), Column("note", "", min(30, note), priority=2)]
        yield LineInput(placeholder="Type to filter")
        yield Table(columns if note else columns[:1], empty="Nothing matches.")

    def on_mount(self) -> None:
        """Show all options, the cursor on the current one."""
        table = self.query_one(Table)
        table.can_focus = False
        table.driven = True
        self._filter("")
        if self._current is not None:
            table.move_to(self._current)
        self.query_one(LineInput).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Give the list as many lines as it needs and the screen has."""
        room = max(2, event.size.height - CHROME + 1)
        self.query_one(Table).styles.height = min(len(self._options) + 1, room)

    def _filter(self, part: str) -> None:
        """Show the options that have a text in their name or note."""
        part = part.casefold()
        self.query_one(Table).show(
            [
                Row(option.key, (Cell(option.label), Cell(option.note, "dim")))
                for option in self._options
                if part in f"{option.label} {option.note}".casefold()
            ]
        )

    def action_cursor(self, rows: int) -> None:
        """Move through the list while typing."""
        self.query_one(Table).action_cursor(rows)

    def action_page(self, pages: int) -> None:
        """Move through the list by pages."""
        self.query_one(Table).action_page(pages)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter the list by what was typed."""
        event.stop()
        if event.value != self._typed:
            self._typed = event.value
            self._filter(event.value)
            self.query_one(Table).action_edge(-1)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the option under the cursor."""
        event.stop()
        key = self.query_one(Table).cursor_key
        if key is not None:
            self.dismiss(key)

    def on_table_activated(self, event: Table.Activated) -> None:
        """Take the option that was double-clicked."""
        event.stop()
        self.dismiss(event.key)
