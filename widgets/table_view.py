"""How a table is laid out and drawn: only the lines that changed, whole and in one go."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.strip import Strip

from widgets.canvas import Canvas
from widgets.cells import Row
from widgets.columns import Column, Placed, place
from widgets.glyphs import glyphs
from widgets.row_model import RowModel
from widgets.table_lines import empty_lines, header_spans, row_spans
from widgets.table_messages import Highlighted, ViewportChanged

GUTTER = 1
"""Cells to the left of the columns: the cursor and the mark of a row."""
EDGE = 1
"""Cells to the right of the columns: where in the table the viewport is."""
CACHED_STRIPS = 1024

Line = tuple[Row | str, str, bool, str]
"""What a line of the viewport shows: a row (or a text of the empty state), the style of
the cursor on it, whether it is marked, and the sign at its right edge."""


class TableView(Canvas, can_focus=True):
    """The picture of a table.

    Everything that changes the picture ends in `_sync`, which compares what each
    line of the viewport should show with what it shows.
    """

    dim: reactive[bool] = reactive(False, repaint=False)
    """Whether the rows are drawn as old news."""
    driven = False
    """Whether another widget passes the keys on, so that the cursor looks focused."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        empty: Content | str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._columns = tuple(columns)
        self._model = RowModel()
        self._marked: frozenset[str] = frozenset()
        self._empty = empty
        self._sort: tuple[str, bool] | None = None
        self._placed: tuple[Placed, ...] = ()
        self._laid_out: Size | None = None
        self._lines: list[Line] = []
        self._strips: dict[tuple[str, str, bool, str], tuple[Row, Strip]] = {}
        self._visible: tuple[str, ...] = ()
        self._told: str | None = None

    def watch_dim(self) -> None:
        """Draw the rows the other way."""
        self._redraw()

    def notify_style_update(self) -> None:
        """Forget what was drawn in the old styles."""
        self._strips.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Say what is visible now."""
        self._sync()

    def on_focus(self) -> None:
        """Draw the cursor of a table that takes the keys."""
        self._sync()

    def on_blur(self) -> None:
        """Draw the cursor of a table that does not take the keys."""
        self._sync()

    def _redraw(self) -> None:
        """Lay out and draw everything anew."""
        self._laid_out = None
        self.refresh()

    def _lay_out(self) -> None:
        """Fit columns and viewport to the size, if that was not done yet."""
        if self._laid_out == self.size:
            return
        self._laid_out = self.size
        self._strips.clear()
        self._placed = place(self._columns, self.size.width - GUTTER - EDGE)
        self._model.resize(max(0, self.size.height - 1))
        self._lines = self._wanted_lines()

    def _wanted_lines(self) -> list[Line]:
        """Return what each line under the header should show."""
        model = self._model
        if not model.rows:
            text = self._empty.plain if isinstance(self._empty, Content) else self._empty
            texts = empty_lines(text, self.size.width, model.height)
            return [(line, "", False, " ") for line in texts]
        signs = glyphs()
        thumb = model.thumb()
        style = "cursor" if self.has_focus or self.driven else "blurred"
        lines: list[Line] = []
        for line, row in enumerate(model.visible):
            edge = " " if not thumb else signs.thumb if line in thumb else signs.track
            cursor = style if model.top + line == model.cursor else ""
            lines.append((row, cursor, row.key in self._marked, edge))
        return lines + [("", "", False, " ")] * (model.height - len(lines))

    def _sync(self) -> None:
        """Refresh the lines that do not show what they should, and tell what moved."""
        if not self.size or not self.is_running:
            return
        self._lay_out()
        old, new = self._lines, self._wanted_lines()
        self._lines = new
        width = self.size.width
        changed = [y for y, line in enumerate(new) if line != old[y]]
        if changed:
            self.refresh(*(Region(0, y + 1, width, 1) for y in changed))
        self._announce()

    def _announce(self) -> None:
        """Tell the owner about another row under the cursor and other rows in view."""
        key = self._model.cursor_key
        if key != self._told:
            self._told = key
            self.post_message(Highlighted(self, key))
        visible = tuple(row.key for row in self._model.visible)
        if visible != self._visible:
            self._visible = visible
            self.post_message(ViewportChanged(self, visible))

    def render_line(self, y: int) -> Strip:
        """Draw one line: the header, a row, or a line of the empty state."""
        self._lay_out()
        width = self.size.width
        if y == 0:
            spans = header_spans(self._placed, self._sort, width - GUTTER)
            return self.strip([(" " * GUTTER, ""), *spans], width)
        if y > len(self._lines):
            return self.strip([], width)
        row, cursor, marked, edge = self._lines[y - 1]
        if isinstance(row, str):
            return self.strip([(row, "dim")], width)
        key = (row.key, cursor, marked, edge)
        cached = self._strips.get(key)
        if cached is None or cached[0] is not row:
            if len(self._strips) >= CACHED_STRIPS:
                self._strips.clear()
            cached = self._strips[key] = (row, self._draw_row(row, cursor, marked, edge))
        return cached[1]

    def _draw_row(self, row: Row, cursor: str, marked: bool, edge: str) -> Strip:
        """Draw a row between its mark and the edge of the table."""
        signs = glyphs()
        base = self.rich_style + self.named_style(row.style) + self.named_style(cursor)
        if self.dim:
            base += self.named_style("stale")
        sign = signs.marked_cursor if marked and cursor else signs.cursor if cursor else " "
        mark = (signs.marked if marked and not cursor else sign, "marked" if marked else "key")
        width = self.size.width
        spans = [mark, *row_spans(row, self._placed, width - GUTTER - EDGE), (edge, "dim")]
        return Strip(self.segments(spans, base), width)
