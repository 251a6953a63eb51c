"""What a table tells its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from widgets.table_view import TableView


class TableMessage(Message):
    """A message of a table.

    Attributes:
        table: The table that sent it.
    """

    def __init__(self, table: TableView) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> TableView:
        """The table, so that handlers can select by it."""
        return self.table


class Highlighted(TableMessage, namespace="table"):
    """The cursor stands on another row; `key` is `None` if there is no row."""

    def __init__(self, table: TableView, key: str | None) -> None:
        super().__init__(table)
        self.key = key


class Activated(TableMessage, namespace="table"):
    """A row was entered or double-clicked."""

    def __init__(self, table: TableView, key: str) -> None:
        super().__init__(table)
        self.key = key


class HeaderClicked(TableMessage, namespace="table"):
    """The header of a column was clicked; `column` is its key."""

    def __init__(self, table: TableView, column: str) -> None:
        super().__init__(table)
        self.column = column


class ViewportChanged(TableMessage, namespace="table"):
    """Other rows are visible than before; `keys` are theirs, from the top."""

    def __init__(self, table: TableView, keys: tuple[str, ...]) -> None:
        super().__init__(table)
        self.keys = keys


class MarksChanged(TableMessage, namespace="table"):
    """Other rows are marked than before; `marked` are their keys."""

    def __init__(self, table: TableView, marked: frozenset[str]) -> None:
        super().__init__(table)
        self.marked = marked
