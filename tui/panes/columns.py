"""Columns that several panes share."""

from tui.actions import SORT_KEYS
from tui.panes.cells import FIGURE, spark_widths
from widgets.columns import Column

RATE = 6
"""Cells of ``100.0%``."""


def column(
    key: str,
    title: str,
    width: int | None = None,
    priority: int = 1,
    *,
    least: int = 8,
    most: int | None = None,
    weight: int = 1,
    right: bool = False,
) -> Column:
    """Return a column, fixed when it has a width, flexible otherwise.

    Args:
        key: What it shows.
        title: Its header.
        width: Cells, None to share what the others leave.
        priority: 1 stays for ever, higher numbers are dropped first.
        least: The least width of a flexible column.
        most: The greatest width of a flexible column.
        weight: Its share among the flexible columns.
        right: Whether it stands on the right.
    """
    letter = next((letter for letter in SORT_KEYS.get(key, ()) if letter in title), None)
    return Column(
        key,
        title,
        width,
        min_width=least,
        priority=priority,
        align="right" if right else "left",
        sort_letter=letter,
        weight=weight,
        max_width=most,
    )


def figures(width: int, priority: int) -> tuple[Column, Column]:
    """Return the columns of CPU and memory for a pane of that width."""
    cpu, memory = spark_widths(width)
    return (
        column("cpu", "CPU", RATE + (cpu and cpu + 1), priority, right=True),
        column("memory", "MEM", FIGURE + (memory and memory + 1), priority, right=True),
    )
