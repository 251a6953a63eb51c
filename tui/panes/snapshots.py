"""The snapshots: the trees of the snapshotters, and who stands on them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tui.format import age, moment, plural, size
from tui.panes.cells import text
from tui.panes.columns import column
from tui.panes.names import short_reference
from tui.panes.resource import Resource, View
from tui.panes.sections import section
from tui.state.models import SnapshotInfo, SnapshotKind, Usage
from tui.state.select import children_counts, snapshot_users
from tui.state.snapshot import Snapshot
from tui.targets import Pane
from tui.text import safe
from widgets.cells import Cell
from widgets.columns import Column
from widgets.detail import Section
from widgets.glyphs import glyphs


class SnapshotItem(NamedTuple):
    """All that the row of a snapshot depends on."""

    info: SnapshotInfo
    user: str
    children: int
    usage: Usage | None
    pending: str
    age: str


class Snapshots(Resource[SnapshotItem]):
    """Columns, rows and details of the snapshots."""

    pane = Pane.SNAPSHOTS

    def columns(self, width: int) -> tuple[Column, ...]:
        """Return the columns for a pane of that width."""
        return (
            column("name", "KEY", least=12, most=72, weight=3),
            column("parent", "PARENT", priority=5, least=12, most=40, weight=2),
            column("kind", "KIND", 9, 2),
            column("size", "SIZE", 9, 3, right=True),
            column("age", "AGE", 4, 4, right=True),
            column("users", "USED BY", 14, 1),
        )

    def items(self, view: View) -> Iterator[tuple[str, SnapshotItem]]:
        """Yield row key and item of every snapshot."""
        snapshot = view.snapshot
        users, children = snapshot_users(snapshot), children_counts(snapshot)
        containers = snapshot.containers
        for key, info in snapshot.snapshots.items():
            user = containers.get(users.get(key, ""))
            yield (
                key,
                SnapshotItem(
                    info,
                    user.title if user else "",
                    children.get(key, 0),
                    snapshot.usage.get(key),
                    view.pending.get(key, ""),
                    age(info.created_at, view.now),
                ),
            )

    def cells(self, item: SnapshotItem, width: int) -> tuple[Cell, ...]:
        """Draw one snapshot."""
        info = item.info
        style = "warn" if _orphaned(item) else ""
        return (
            Cell(short_reference(info.key), "title"),
            text(short_reference(info.parent), "dim"),
            Cell(str(info.kind), "ok" if info.kind is SnapshotKind.ACTIVE else ""),
            _size(item),
            text(item.age, "dim"),
            Cell(_used_by(item), style),
        )

    def sort_value(self, item: SnapshotItem, column: str) -> Any:
        """Return what to sort a snapshot by."""
        info = item.info
        match column:
            case "parent":
                return info.parent or None
            case "kind":
                return str(info.kind)
            case "size":
                return item.usage and item.usage.size
            case "age":
                return -info.created_at.timestamp() if info.created_at else None
            case "users":
                return _used_by(item) or None
        return info.key

    def search_text(self, item: SnapshotItem) -> str:
        """Return key, parent, kind and user."""
        info = item.info
        return f"{info.snapshotter} {info.key} {info.parent} {info.kind} {item.user}"

    def labels(self, snapshot: Snapshot, key: str) -> Mapping[str, str]:
        """Return the labels of the snapshot."""
        return snapshot.snapshots[key].labels

    def subject(self, snapshot: Snapshot, key: str) -> str:
        """Return the bare key: events do not always name the snapshotter."""
        return snapshot.snapshots[key].key

    def overview(self, view: View, key: str) -> tuple[Section, ...]:
        """Return the snapshot, its size and its place in the tree."""
        snapshot = view.snapshot
        info, usage = snapshot.snapshots[key], snapshot.usage.get(key)
        user = snapshot.containers.get(snapshot_users(snapshot).get(key, ""))
        measured = "press u to measure"
        if usage:
            files = plural(usage.inodes, "inode")
            measured = f"{size(usage.size)}, {files}, {moment(usage.at, view.now)}"
        if view.pending.get(key) == "measuring":
            measured = f"measuring{glyphs().ellipsis}"
        children = [
            each.key
            for each in snapshot.snapshots.values()
            if each.parent == info.key and each.snapshotter == info.snapshotter
        ]
        rows = (
            ("Key", safe(info.key)),
            ("Snapshotter", safe(info.snapshotter)),
            ("Kind", str(info.kind)),
            ("Parent", safe(info.parent)),
            ("Size", measured),
            ("Container", safe(user.title) if user else ""),
            ("Created", moment(info.created_at, view.now)),
            ("Updated", moment(info.updated_at, view.now)),
        )
        sections = [section("Snapshot", rows)]
        if children:
            sections.append(section("Children", tuple(("", safe(child)) for child in children)))
        return tuple(sections)


def _orphaned(item: SnapshotItem) -> bool:
    return item.info.kind is SnapshotKind.ACTIVE and not item.user


def _used_by(item: SnapshotItem) -> str:
    if item.user:
        return safe(item.user)
    if item.children:
        return plural(item.children, "snapshot")
    return "nobody" if _orphaned(item) else ""


def _size(item: SnapshotItem) -> Cell:
    if item.pending:
        return Cell(item.pending, "busy")
    return text(size(item.usage.size) if item.usage else "")
