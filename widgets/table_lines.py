"""How a table's header, rows and empty state become spans."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.cells import Cell, Row, Span, cell_width, clean, cut, fit_spans, wrap
from widgets.columns import GAP, Column, Placed
from widgets.glyphs import glyphs

NO_CELL = Cell()


def row_spans(row: Row, placed: Sequence[Placed], width: int) -> list[Span]:
    """Return the spans of a row's cells in their columns, `width` cells in all."""
    spans: list[Span] = []
    x = 0
    for column in placed:
        if column.x > x:
            spans.append((" " * (column.x - x), ""))
        cell = row.cells[column.index] if column.index < len(row.cells) else NO_CELL
        spans.extend(fit_spans(cell.parts, column.width, column.column.align))
        x = column.x + column.width
    if x < width:
        spans.append((" " * (width - x), ""))
    return spans


def _title_spans(column: Column, arrow: str) -> list[Span]:
    """Return a column's title with its sort letter underlined, and the arrow if it sorts."""
    title = clean(column.title)
    name = "title" if arrow else "header"
    at = title.lower().find(column.sort_letter.lower()) if column.sort_letter else -1
    if at < 0:
        return [(title + arrow, name)]
    spans = [(title[:at], name), (title[at], "letter"), (title[at + 1 :] + arrow, name)]
    return [span for span in spans if span[0]]


def header_spans(placed: Sequence[Placed], sort: tuple[str, bool] | None, width: int) -> list[Span]:
    """Return the spans of the header line.

    Args:
        placed: The columns that are shown.
        sort: The key of the column that sorts and whether it does so downwards.
        width: Cells of the line.
    """
    spans: list[Span] = []
    x = 0
    for column in placed:
        spans.append((" " * (column.x - x), ""))
        arrow = ""
        if sort is not None and sort[0] == column.column.key:
            arrow = glyphs().descending if sort[1] else glyphs().ascending
        titles = _title_spans(column.column, arrow)
        if arrow and sum(cell_width(text) for text, _ in titles) > column.width:
            # A narrow column shows the arrow rather than the end of its title.
            titles = [(cut(column.column.title, column.width - 1) + arrow, "title")]
        spans.extend(fit_spans(titles, column.width, column.column.align))
        x = column.x + column.width
    spans.append((" " * max(0, width - x), ""))
    return spans


def column_at(placed: Sequence[Placed], x: int) -> Column | None:
    """Return the column under a cell of the header; the gap after a column belongs to it."""
    for column in reversed(placed):
        if x >= column.x:
            return column.column if x < column.x + column.width + GAP else None
    return placed[0].column if placed else None


def empty_lines(text: str, width: int, height: int) -> tuple[str, ...]:
    """Return the lines that show a text in the middle of an area without rows."""
    lines = wrap(text, max(1, width - 4))[:height] if text else []
    above = max(0, (height - len(lines)) // 2)
    centred = [" " * ((width - cell_width(line)) // 2) + line for line in lines]
    filled = [""] * above + centred
    return tuple(filled + [""] * (height - len(filled)))
