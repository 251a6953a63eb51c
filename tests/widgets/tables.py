"""A table of items on a stage."""

from __future__ import annotations

from tests.widgets.apps import Stage
from widgets.cells import Cell, Row
from widgets.columns import Column
from widgets.table import Table

COLUMNS = (
    Column("name", "NAME", max_width=20, sort_letter="n"),
    Column("state", "STATE", 10, priority=2),
    Column("age", "AGE", 4, priority=3, align="right"),
)


def row(number: int, state: str = "up") -> Row:
    return Row(f"k{number}", (Cell(f"item-{number}"), Cell(state, "ok"), Cell("3d")))


def rows(*numbers: int) -> list[Row]:
    return [row(number) for number in numbers]


def stage(empty: str = "") -> Stage[Table]:
    return Stage(Table(COLUMNS, empty=empty))
