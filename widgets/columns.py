"""The columns of a table and how they share its width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

GAP = 2
"""Cells between two columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        key: What the column shows; unique in its table.
        title: The text of its header.
        width: Cells; `None` makes the column flexible.
        min_width: The least a flexible column may shrink to, in cells.
        priority: 1 stays for ever; the higher the number, the sooner the column is dropped.
        align: On which side the text stands.
        sort_letter: The letter in the title that is underlined, as it sorts by this column.
        weight: The share of the free width that a flexible column takes.
        max_width: The most that a flexible column grows to, in cells.
    """

    key: str
    title: str
    width: int | None = None
    min_width: int = 6
    priority: int = 1
    align: Literal["left", "right"] = "left"
    sort_letter: str | None = None
    weight: int = 1
    max_width: int | None = None

    @property
    def least(self) -> int:
        """The least width that the column can be drawn in."""
        return self.min_width if self.width is None else self.width


@dataclass(frozen=True, slots=True)
class Placed:
    """A column on the screen.

    Attributes:
        index: Which of the table's columns, and so which cell of a row.
        x: Where it starts, in cells from the table's content edge.
        width: How wide it is, in cells.
    """

    index: int
    column: Column
    x: int
    width: int


def _needed(columns: Sequence[tuple[int, Column]]) -> int:
    return sum(column.least for _, column in columns) + GAP * max(0, len(columns) - 1)


def _grow(widths: dict[int, int], kept: Sequence[tuple[int, Column]], spare: int) -> None:
    """Give the spare cells to the flexible columns, by weight and up to their maximum."""
    open_columns = [(index, column) for index, column in kept if column.width is None]
    while spare > 0 and open_columns:
        total = sum(column.weight for _, column in open_columns)
        share = spare
        still_open = []
        for index, column in open_columns:
            room = spare if column.max_width is None else column.max_width - widths[index]
            # At least one cell each round, so that the remainder is handed out as well.
            extra = max(0, min(max(1, share * column.weight // total), room, spare))
            widths[index] += extra
            spare -= extra
            if extra < room:
                still_open.append((index, column))
        open_columns = still_open


def place(columns: Sequence[Column], width: int) -> tuple[Placed, ...]:
    """Lay columns out in a width, dropping the least important ones that do not fit.

    Args:
        columns: All columns of the table.
        width: Cells there are.
    """
    kept = list(enumerate(columns))
    while _needed(kept) > width:
        last = max(kept, key=lambda item: (item[1].priority, item[0]), default=None)
        if last is None or last[1].priority <= 1:
            break
        kept.remove(last)
    widths = {index: column.least for index, column in kept}
    _grow(widths, kept, width - _needed(kept))
    placed: list[Placed] = []
    x = 0
    for index, column in kept:
        room = min(widths[index], width - x)
        if room <= 0:
            break
        placed.append(Placed(index, column, x, room))
        x += room + GAP
    return tuple(placed)
