"""Snapshots: a tree of committed layers with active snapshots and views at its ends."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from protos import snapshots_pb2, types_pb2
from tui.demo.refusals import (
    already_exists,
    failed_precondition,
    invalid_argument,
    not_found,
)

Info = snapshots_pb2.Info
REFERENCE = "containerd.io/snapshot.ref"
"""Label that names what an unpacked layer will be committed as."""
_DIRECTORY_SIZE = 4096


@dataclass(slots=True, eq=False)
class Node:
    """One snapshot and what was written into it."""

    number: int
    info: Info
    files: dict[str, bytes | int] = field(default_factory=dict)
    """Contents by path; a number is the size of a file whose content is not kept."""

    @property
    def size(self) -> int:
        """Bytes on disk, without the parents."""
        sizes = (item if isinstance(item, int) else len(item) for item in self.files.values())
        return _DIRECTORY_SIZE + sum(sizes)

    @property
    def inodes(self) -> int:
        """Files and directories, without the parents."""
        directories = {path.rpartition("/")[0] for path in self.files}
        return 1 + len(self.files) + len(directories - {""})


class Disk:
    """What one snapshotter keeps for all namespaces: its directory and its numbers."""

    def __init__(self, name: str, root: str, *, overlay: bool) -> None:
        self.name = name
        self.root = root
        self.overlay = overlay
        self.nodes: dict[int, Node] = {}
        self._numbers = itertools.count(1)

    def add(self, info: Info) -> Node:
        """Make room for a snapshot."""
        node = Node(next(self._numbers), info)
        self.nodes[node.number] = node
        return node

    def path(self, node: Node) -> str:
        """The directory of the snapshot's files."""
        leaf = "/fs" if self.overlay else ""
        return f"{self.root}/snapshots/{node.number}{leaf}"


class Tree:
    """The snapshots of one namespace in one snapshotter."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.nodes: dict[str, Node] = {}

    def get(self, key: str) -> Node:
        """Find a snapshot, or refuse."""
        if key not in self.nodes:
            raise not_found(f"snapshot {key} does not exist")
        return self.nodes[key]

    def add(
        self,
        key: str,
        parent: str,
        kind: snapshots_pb2.Kind.ValueType,
        labels: Mapping[str, str],
        now: float,
    ) -> Node:
        """Prepare an active snapshot or a view on a committed parent."""
        if not key:
            raise invalid_argument("snapshot key must not be empty")
        if key in self.nodes:
            raise already_exists(f'snapshot "{key}"')
        if labels.get(REFERENCE) in self.nodes:
            raise already_exists(f'target snapshot "{labels[REFERENCE]}"')
        if parent:
            if parent not in self.nodes:
                raise not_found(f"parent snapshot {parent} does not exist")
            if self.nodes[parent].info.kind != snapshots_pb2.COMMITTED:
                raise invalid_argument(f'parent "{parent}" is not committed snapshot')
        info = Info(name=key, parent=parent, kind=kind, labels=labels)
        _touch(info, now, created=True)
        self.nodes[key] = self.disk.add(info)
        return self.nodes[key]

    def commit(self, key: str, name: str, labels: Mapping[str, str], now: float) -> None:
        """Turn the active snapshot `key` into the committed one `name`."""
        if not name:
            raise invalid_argument("snapshot name must not be empty")
        if name in self.nodes:
            raise already_exists(f'committed snapshot "{name}"')
        node = self.get(key)
        if node.info.kind != snapshots_pb2.ACTIVE:
            raise failed_precondition(f"snapshot {key} is not active")
        del self.nodes[key]
        node.info = Info(
            name=name, parent=node.info.parent, kind=snapshots_pb2.COMMITTED, labels=labels
        )
        _touch(node.info, now, created=True)
        self.nodes[name] = node

    def remove(self, key: str) -> None:
        """Remove a snapshot that nothing is built on."""
        node = self.get(key)
        if any(other.info.parent == key for other in self.nodes.values()):
            raise failed_precondition("cannot remove snapshot with child")
        del self.nodes[key]
        self.disk.nodes.pop(node.number, None)

    def mounts(self, key: str) -> list[types_pb2.Mount]:
        """Say how to mount an active snapshot or a view."""
        node = self.get(key)
        if node.info.kind == snapshots_pb2.COMMITTED:
            raise failed_precondition(f"snapshot {key} is not active or view")
        writable = node.info.kind == snapshots_pb2.ACTIVE
        lower = self._lower(node) if self.disk.overlay else []
        if not lower or (not writable and len(lower) == 1):
            source = lower[0] if lower else self.disk.path(node)
            options = ["rw" if writable else "ro", "rbind"]
            return [types_pb2.Mount(type="bind", source=source, options=options)]
        options = ["index=off"]
        if writable:
            base = self.disk.path(node)
            options += [f"workdir={base.removesuffix('/fs')}/work", f"upperdir={base}"]
        options.append(f"lowerdir={':'.join(lower)}")
        return [types_pb2.Mount(type="overlay", source="overlay", options=options)]

    def _lower(self, node: Node) -> list[str]:
        """Directories of the parents, the nearest first."""
        found: list[str] = []
        parent = node.info.parent
        while parent:
            above = self.nodes[parent]
            found.append(self.disk.path(above))
            parent = above.info.parent
        return found


def _touch(info: Info, now: float, *, created: bool = False) -> None:
    """Set the time of the last change, and of the first."""
    seconds, nanos = int(now), int(now % 1 * 1e9)
    info.updated_at.seconds, info.updated_at.nanos = seconds, nanos
    if created:
        info.created_at.CopyFrom(info.updated_at)


def mounted_node(disk: Disk, mounts: list[types_pb2.Mount]) -> Node | None:
    """Find the snapshot that the topmost directory of some mounts belongs to."""
    for mount in mounts:
        uppers = [item for item in mount.options if item.startswith("upperdir=")]
        lowers = [item for item in mount.options if item.startswith("lowerdir=")]
        source = mount.source
        if mount.type == "overlay":
            source = (uppers or lowers or ["="])[0].partition("=")[2].split(":")[0]
        prefix = f"{disk.root}/snapshots/"
        if source.startswith(prefix):
            number = source.removeprefix(prefix).split("/")[0]
            return disk.nodes.get(int(number)) if number.isdigit() else None
    return None
