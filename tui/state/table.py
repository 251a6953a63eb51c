"""Rows of one kind by key, of which the unchanged ones stay the same objects."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Generic, Literal, TypeAlias, TypeVar

from tui.state.models import Container, Image, SnapshotInfo, Task

Kind: TypeAlias = Literal["image", "container", "task", "snapshot"]
ResourceRow: TypeAlias = Image | Container | Task | SnapshotInfo

V = TypeVar("V")


class Table(Generic[V]):
    """Rows by key that keep the old row where the new one is equal."""

    def __init__(self) -> None:
        self._rows: dict[str, V] = {}
        self._view: Mapping[str, V] | None = None

    @property
    def view(self) -> Mapping[str, V]:
        """A picture of the rows as they are now; the same object until one changes."""
        if self._view is None:
            self._view = MappingProxyType(dict(self._rows))
        return self._view

    def get(self, key: str) -> V | None:
        """Give one row, None if it is not there."""
        return self._rows.get(key)

    def put(self, key: str, row: V) -> None:
        """Add or replace one row."""
        old = self._rows.get(key)
        if old is not row and (old is None or old != row):
            self._rows[key] = row
            self._view = None

    def drop(self, key: str) -> None:
        """Remove one row if it is there."""
        if self._rows.pop(key, None) is not None:
            self._view = None

    def replace(self, rows: Mapping[str, V], keep: Collection[str] = ()) -> list[str]:
        """Make these the rows, except for the keys in ``keep``, which stay as they are.

        Returns:
            The keys that went.
        """
        gone = [key for key in self._rows if key not in rows and key not in keep]
        for key in gone:
            self.drop(key)
        for key, row in rows.items():
            if key not in keep:
                self.put(key, row)
        return gone


def row_key(row: ResourceRow) -> str:
    """Give the key under which a snapshot keeps this row."""
    match row:
        case Image():
            return row.name
        case Container():
            return row.id
        case Task():
            return row.container_id
        case SnapshotInfo():
            return row.row_key
