"""From items to the rows of a table: filter, order, and only what changed is built anew."""

from collections.abc import Callable
from functools import partial
from typing import Any, Generic

from tui.panes.resource import Item, Resource, View
from tui.state.select import compile_filter, sort_rows
from widgets.cells import Cell, Row


class DeferredRow(Row):
    """A row whose cells are made when they are first looked at: when it comes in sight."""

    __slots__ = ("_cells", "_draw")
    _cells: tuple[Cell, ...] | None
    _draw: Callable[[], tuple[Cell, ...]]

    def __init__(self, key: str, draw: Callable[[], tuple[Cell, ...]]) -> None:
        """Take the key and what makes the cells."""
        set_field = object.__setattr__  # rows are frozen
        set_field(self, "key", key)
        set_field(self, "style", "")
        set_field(self, "_draw", draw)
        set_field(self, "_cells", None)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The cells, the same ones each time."""
        made = self._cells
        if made is None:
            made = self._draw()
            object.__setattr__(self, "_cells", made)
        return made

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Row) and self.key == other.key and self.cells == other.cells

    def __hash__(self) -> int:
        return hash(self.key)


class Rows(Generic[Item]):
    """The rows of one pane.

    An item that equals the one before keeps its row object, its place in the
    order and what the filter said of it, so that a tick of a few figures among
    thousands of rows costs a comparison each.

    Attributes:
        total: Objects there are.
        hidden: Objects that do not run and are hidden for that.
    """

    def __init__(self, resource: Resource[Item]) -> None:
        self.total = 0
        self.hidden = 0
        self._resource = resource
        self._sort = ("name", False)
        self._running_only = False
        self._width = 80
        self._passes: Callable[[str], bool] = compile_filter("")
        self._filtered = False
        self._items: dict[str, Item] = {}
        self._rows: dict[str, Row] = {}
        self._matches: dict[str, bool] = {}
        self._order: list[str] = []
        self._values: dict[str, Any] = {}
        self._by_name: list[str] = []
        self._names: dict[str, str] = {}

    @property
    def sort(self) -> tuple[str, bool]:
        """The column that sorts, and whether the greatest comes first."""
        return self._sort

    @property
    def running_only(self) -> bool:
        """Whether what does not run is hidden."""
        return self._running_only

    def set_width(self, width: int) -> None:
        """Take the width of the pane; rows are drawn for it."""
        if width != self._width:
            self._width = width
            self._rows.clear()

    def set_filter(self, pattern: str) -> None:
        """Show only what matches.

        Raises:
            ValueError: The pattern is broken; the filter stays as it was.
        """
        self._passes = compile_filter(pattern)
        self._filtered = bool(pattern)
        self._matches.clear()

    def set_sort(self, column: str, reverse: bool) -> None:
        """Sort by a column."""
        self._sort = (column, reverse)
        self._values.clear()

    def set_running_only(self, hide: bool) -> None:
        """Hide what does not run, or show it again."""
        self._running_only = hide

    def update(self, view: View) -> tuple[Row, ...]:
        """Return the rows of a view in their order."""
        items = dict(self._resource.items(view))
        self._forget(items)
        self._items = items
        self.total = len(items)
        shown = [key for key, item in items.items() if self._matching(key, item)]
        self.hidden = 0
        if self._running_only:
            running = [key for key in shown if self._resource.runs(items[key])]
            self.hidden, shown = len(shown) - len(running), running
        return tuple(self._row(key) for key in self._ordered(shown))

    def keys(self) -> list[str]:
        """Return the keys that were shown last, in their order."""
        return list(self._order)

    def _forget(self, items: dict[str, Item]) -> None:
        """Drop what was made of items that are no longer the same."""
        for key, old in self._items.items():
            new = items.get(key)
            if new is None or new != old:
                self._rows.pop(key, None)
                self._matches.pop(key, None)
            else:
                items[key] = old

    def _matching(self, key: str, item: Item) -> bool:
        if not self._filtered:
            return True
        match = self._matches.get(key)
        if match is None:
            match = self._matches[key] = self._passes(self._resource.search_text(item))
        return match

    def _ordered(self, shown: list[str]) -> list[str]:
        """Sort the keys; where nothing moved the old order is right."""
        column, reverse = self._sort
        value, items = self._resource.sort_value, self._items
        values = {key: value(items[key], column) for key in shown}
        if values != self._values or len(values) != len(self._order):
            self._values = values
            names = {key: value(items[key], "name") for key in shown}
            if names != self._names:
                self._names = names
                self._by_name = sort_rows(shown, names.__getitem__)
            # Equal values stand by name, in both directions.
            self._order = sort_rows(self._by_name, values.__getitem__, reverse)
        return self._order

    def _row(self, key: str) -> Row:
        row = self._rows.get(key)
        if row is None:
            draw = partial(self._resource.cells, self._items[key], self._width)
            row = self._rows[key] = DeferredRow(key, draw)
        return row
