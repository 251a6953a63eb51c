"""What differs between two mappings: what a pane applies instead of drawing all anew."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Diff(Generic[K, V]):
    """The way from one mapping to another; false when they are equal."""

    added: Mapping[K, V]
    changed: Mapping[K, tuple[V, V]]
    """The old and the new row by key."""
    removed: Mapping[K, V]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def diff(old: Mapping[K, V], new: Mapping[K, V]) -> Diff[K, V]:
    """Compare two mappings: rows by identity first, by equality only where that fails."""
    if old is new:
        return Diff({}, {}, {})
    added: dict[K, V] = {}
    changed: dict[K, tuple[V, V]] = {}
    for key, row in new.items():
        if key not in old:
            added[key] = row
        elif (before := old[key]) is not row and before != row:
            changed[key] = (before, row)
    removed = {key: row for key, row in old.items() if key not in new}
    return Diff(added, changed, removed)


def apply(old: Mapping[K, V], change: Diff[K, V]) -> dict[K, V]:
    """Walk the way of ``change`` from ``old``: ``apply(a, diff(a, b)) == b``."""
    rows = {key: row for key, row in old.items() if key not in change.removed}
    rows.update({key: after for key, (_, after) in change.changed.items()})
    rows.update(change.added)
    return rows
