"""Which rows a table has, where its cursor stands and which of them its viewport shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from widgets.cells import Row


class RowModel:
    """Rows, cursor and viewport of a table, without any drawing.

    Attributes:
        rows: The rows in the order in which they are shown.
        index: Where each key stands in `rows`.
        cursor: The row under the cursor; 0 when there is none.
        top: The first row of the viewport.
        height: Lines of the viewport.
    """

    def __init__(self) -> None:
        self.rows: tuple[Row, ...] = ()
        self.index: Mapping[str, int] = {}
        self.cursor = 0
        self.top = 0
        self.height = 0
        self._wanted: str | None = None

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor."""
        return self.rows[self.cursor].key if self.rows else None

    @property
    def visible(self) -> Sequence[Row]:
        """The rows in the viewport."""
        return self.rows[self.top : self.top + self.height]

    def replace(self, rows: Sequence[Row]) -> None:
        """Take other rows and keep the cursor on its key, at the same line of the screen.

        If that row is gone its neighbour gets the cursor. If the cursor is
        scrolled out of the viewport, the viewport's first row keeps its line.
        """
        rows = tuple(rows)
        index = {row.key: place for place, row in enumerate(rows)}
        in_view = self.top <= self.cursor < self.top + self.height
        anchor = self.cursor if in_view or not self.height else self.top
        line = anchor - self.top
        cursor = self._survivor(self.cursor, index)
        new_anchor = cursor if anchor == self.cursor else self._survivor(anchor, index)
        self.rows, self.index = rows, index
        self.cursor, self.top = cursor, new_anchor - line
        self._settle()

    def _survivor(self, place: int, index: Mapping[str, int]) -> int:
        """Return the new place of the row at an old one, or of the nearest row that is left."""
        if not self.rows:
            return index.get(self._wanted or "", 0)
        for row in self.rows[place:]:
            if row.key in index:
                return index[row.key]
        for row in reversed(self.rows[:place]):
            if row.key in index:
                return index[row.key]
        return 0

    def _settle(self) -> None:
        """Keep the cursor and the viewport inside the rows, and remember the cursor's key."""
        self.cursor = max(0, min(self.cursor, len(self.rows) - 1))
        self.top = max(0, min(self.top, len(self.rows) - self.height))
        # Kept while there are no rows, so that a filter that matches nothing loses nothing.
        self._wanted = self.cursor_key or self._wanted

    def resize(self, height: int) -> None:
        """Take another height in lines; a cursor that was in view stays in view."""
        in_view = self.top <= self.cursor < self.top + self.height or not self.height
        self.height = height
        if in_view:
            self.move(self.cursor)
        else:
            self._settle()

    def move(self, cursor: int) -> None:
        """Put the cursor on a row and scroll no further than needed to show it."""
        self.cursor = cursor
        self._settle()
        if self.cursor < self.top:
            self.top = self.cursor
        elif self.height and self.cursor >= self.top + self.height:
            self.top = self.cursor - self.height + 1

    def page(self, pages: int) -> None:
        """Move the viewport and the cursor by whole pages that overlap by one row."""
        step = pages * max(1, self.height - 1)
        self.top += step
        self.move(self.cursor + step)

    def scroll(self, lines: int) -> None:
        """Move the viewport and leave the cursor where it is."""
        self.top += lines
        self._settle()

    def thumb(self) -> range:
        """Return the lines of the viewport that the scroll thumb covers; none if all rows fit."""
        count, height = len(self.rows), self.height
        if count <= height or not height:
            return range(0)
        size = max(1, height * height // count)
        start = round(self.top / (count - height) * (height - size))
        return range(start, start + size)
