"""A table over immutable rows that redraws the lines that changed and no others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region

from widgets import table_messages
from widgets.cells import Row
from widgets.columns import Column
from widgets.table_lines import column_at
from widgets.table_view import GUTTER, TableView


class Table(TableView):
    """Rows of cells under a header, with a cursor that belongs to a row's key."""

    DEFAULT_CSS = """
    Table { height: 1fr; }
    """
    BINDINGS = [
        Binding("up,k", "cursor(-1)", "Up", show=False, id="table.up"),
        Binding("down,j", "cursor(1)", "Down", show=False, id="table.down"),
        Binding("home,g", "edge(-1)", "First row", show=False, id="table.first"),
        Binding("end,G", "edge(1)", "Last row", show=False, id="table.last"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="table.page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="table.page_down"),
        Binding("enter", "activate", "Details", show=False, id="table.activate"),
    ]

    Highlighted: TypeAlias = table_messages.Highlighted
    Activated: TypeAlias = table_messages.Activated
    HeaderClicked: TypeAlias = table_messages.HeaderClicked
    ViewportChanged: TypeAlias = table_messages.ViewportChanged
    MarksChanged: TypeAlias = table_messages.MarksChanged

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows in the order in which they are shown."""
        return self._model.rows

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor, `None` if there are no rows."""
        return self._model.cursor_key

    @property
    def marked(self) -> frozenset[str]:
        """The marked keys, also of rows that are not shown at the moment."""
        return self._marked

    def row(self, key: str) -> Row | None:
        """Return the row of a key."""
        place = self._model.index.get(key)
        return None if place is None else self._model.rows[place]

    def visible_keys(self) -> tuple[str, ...]:
        """Return the keys of the rows in the viewport, from the top."""
        return tuple(row.key for row in self._model.visible)

    def show(self, rows: Sequence[Row], *, columns: Sequence[Column] | None = None) -> None:
        """Show these rows from now on, and redraw the lines that are not as before.

        Args:
            rows: All rows. One that did not change should be the same object.
            columns: Other columns, if they changed.
        """
        if columns is not None and tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._redraw()
        self._model.replace(rows)
        self._sync()

    def move_to(self, key: str) -> bool:
        """Put the cursor on the row of a key; return whether there is one."""
        place = self._model.index.get(key)
        if place is not None:
            self._model.move(place)
            self._sync()
        return place is not None

    def set_sort(self, column: str | None, reverse: bool = False) -> None:
        """Show by which column the rows are sorted; sorting is up to the owner."""
        sort = None if column is None else (column, reverse)
        if sort != self._sort:
            self._sort = sort
            self.refresh(Region(0, 0, self.size.width, 1))

    def set_empty(self, text: Content | str) -> None:
        """Say what stands in the table when it has no rows."""
        self._empty = text
        self._sync()

    def set_marks(self, keys: Iterable[str]) -> None:
        """Mark the rows of these keys and no others."""
        marked = frozenset(keys)
        if marked != self._marked:
            self._marked = marked
            self._sync()
            self.post_message(self.MarksChanged(self, marked))

    def toggle_mark(self, key: str | None = None) -> None:
        """Mark a row or take its mark away; without a key the one under the cursor."""
        key = self.cursor_key if key is None else key
        if key is not None:
            self.set_marks(self._marked ^ {key})

    def mark_all(self) -> None:
        """Mark all rows that the table has."""
        self.set_marks(self._marked.union(self._model.index))

    def clear_marks(self) -> None:
        """Take all marks away."""
        self.set_marks(())

    def action_cursor(self, rows: int) -> None:
        """Move the cursor by a number of rows."""
        self._model.move(self._model.cursor + rows)
        self._sync()

    def action_edge(self, direction: int) -> None:
        """Move the cursor to the first row (-1) or to the last one (1)."""
        self._model.move(0 if direction < 0 else len(self.rows) - 1)
        self._sync()

    def action_page(self, pages: int) -> None:
        """Move the cursor and the viewport by whole pages."""
        self._model.page(pages)
        self._sync()

    def action_activate(self) -> None:
        """Say that the row under the cursor was entered."""
        if self.cursor_key is not None:
            self.post_message(self.Activated(self, self.cursor_key))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll towards the end."""
        event.stop()
        self._model.scroll(3)
        self._sync()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll towards the start."""
        event.stop()
        self._model.scroll(-3)
        self._sync()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to a row that was clicked, or report a click on the header."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        place = self._model.top + offset.y - 1
        if offset.y == 0:
            column = column_at(self._placed, offset.x - GUTTER)
            if column is not None:
                self.post_message(self.HeaderClicked(self, column.key))
        elif place < len(self.rows):
            self._model.move(place)
            self._sync()
            if event.chain == 2:
                self.action_activate()
