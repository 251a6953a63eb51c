"""What the engine remembers: namespaces and everything in them."""

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protos import containers_pb2, content_pb2, images_pb2, leases_pb2
from tui.demo.bus import Bus
from tui.demo.clock import Clock
from tui.demo.layers import Layer, read_layer
from tui.demo.refusals import failed_precondition, invalid_argument, not_found
from tui.demo.tree import Disk, Tree

if TYPE_CHECKING:
    from tui.demo.process import Task

ROOT = "/var/lib/c9d-demo"
"""A directory that exists nowhere, so that nobody mounts or unpacks over what is there."""
STATE = "/run/c9d-demo"
_IDENTIFIER = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")
_IDENTIFIER_LENGTH = 76
_LABEL_LENGTH = 4096
_CHUNK = 1 << 20
_FIRST_PID = 4_200_104
"""Above what Linux gives to processes, so that no pid here is somebody's on the host."""


@dataclass(slots=True)
class Ingest:
    """A blob that is being written."""

    ref: str
    started_at: float
    updated_at: float
    total: int = 0
    expected: str = ""
    data: bytearray = field(default_factory=bytearray)
    made_up: int = 0
    """Bytes that have come without being kept, as those of a generated layer."""
    locked: bool = False
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def digest(self) -> str:
        """The digest of what is there so far."""
        return f"sha256:{self._hash.hexdigest()}"

    @property
    def offset(self) -> int:
        """How many bytes have come."""
        return self.made_up or len(self.data)

    def add(self, data: bytes, now: float) -> None:
        """Take more bytes."""
        self.data += data
        self._hash.update(data)
        self.updated_at = now

    def truncate(self) -> None:
        """Begin again."""
        self.data.clear()
        self._hash = hashlib.sha256()


@dataclass(slots=True)
class Lease:
    """A lease and what it keeps from the collector, as (type, id)."""

    lease: leases_pb2.Lease
    resources: set[tuple[str, str]] = field(default_factory=set)


class Space:
    """One namespace."""

    def __init__(self, name: str, disks: Mapping[str, Disk]) -> None:
        self.name = name
        self.labels: dict[str, str] = {}
        self.images: dict[str, images_pb2.Image] = {}
        self.containers: dict[str, containers_pb2.Container] = {}
        self.content: dict[str, content_pb2.Info] = {}
        self.ingests: dict[str, Ingest] = {}
        self.leases: dict[str, Lease] = {}
        self.tasks: dict[str, Task] = {}
        self.trees = {disk.name: Tree(disk) for disk in disks.values()}

    def tree(self, snapshotter: str) -> Tree:
        """Find the snapshots of one snapshotter, or refuse."""
        if not snapshotter:
            raise invalid_argument("snapshotter argument missing")
        if snapshotter not in self.trees:
            raise invalid_argument(f"snapshotter not loaded: {snapshotter}")
        return self.trees[snapshotter]

    def container(self, container_id: str) -> containers_pb2.Container:
        """Find a container record, or refuse."""
        if container_id not in self.containers:
            raise not_found(f'container "{container_id}" in namespace "{self.name}"')
        return self.containers[container_id]

    def hold(self, lease: str, kind: str, key: str) -> None:
        """Give something new to the lease that the caller named, if it named one."""
        if lease:
            self.checked_lease(lease)
            self.leases[lease].resources.add((kind, key))

    def checked_lease(self, lease: str) -> None:
        """Refuse a write under a lease that is not there."""
        if lease and lease not in self.leases:
            raise not_found(f'lease "{lease}": lease does not exist')

    @property
    def leftovers(self) -> list[str]:
        """What keeps the namespace from being deleted, in the daemon's words."""
        found = [
            word
            for word, items in (
                ("images", self.images),
                ("blobs", self.content),
                ("containers", self.containers),
            )
            if items
        ]
        found += [f'snapshots on "{name}" snapshotter' for name, t in self.trees.items() if t.nodes]
        return found


class Store:
    """All namespaces, the blobs they share and the snapshotters' directories."""

    def __init__(self, clock: Clock, bus: Bus) -> None:
        self.clock = clock
        self.bus = bus
        self.disks = {
            name: Disk(name, f"{ROOT}/io.containerd.snapshotter.v1.{name}", overlay=overlay)
            for name, overlay in (("overlayfs", True), ("native", False))
        }
        self.spaces: dict[str, Space] = {}
        self.blobs: dict[str, bytes | Layer] = {}
        self.pids: Iterator[int] = itertools.count(_FIRST_PID, 16)

    def space(self, name: str) -> Space:
        """Find a namespace; one that does not exist is there, empty, until it is written to."""
        return self.spaces.get(name) or Space(checked_identifier(name), self.disks)

    def written(self, name: str) -> Space:
        """Find a namespace in order to write to it, which makes it exist."""
        return self.spaces.setdefault(name, self.space(name))

    def blob_size(self, digest: str) -> int:
        """Bytes of a blob."""
        blob = self.blobs[digest]
        return blob.size if isinstance(blob, Layer) else len(blob)

    def read(self, digest: str, offset: int = 0, size: int = 0) -> Iterator[bytes]:
        """Yield `size` bytes of a blob from `offset` on, or all the rest for 0."""
        size = size or self.blob_size(digest) - offset
        blob = self.blobs[digest]
        if isinstance(blob, Layer):
            yield from read_layer(blob, offset, size)
            return
        for start in range(offset, offset + size, _CHUNK):
            yield blob[start : min(start + _CHUNK, offset + size)]

    def add_blob(
        self, space: Space, blob: bytes | Layer, labels: Mapping[str, str], now: float
    ) -> content_pb2.Info:
        """Keep a blob in a namespace; return what the content service says of it."""
        if isinstance(blob, Layer):
            digest = blob.digest
        else:
            digest = f"sha256:{hashlib.sha256(blob).hexdigest()}"
        self.blobs.setdefault(digest, blob)
        info = content_pb2.Info(digest=digest, size=self.blob_size(digest), labels=labels)
        info.created_at.FromNanoseconds(int(now * 1e9))
        info.updated_at.CopyFrom(info.created_at)
        space.content[digest] = info
        return info

    def drop_blob(self, space: Space, digest: str) -> None:
        """Forget a blob in a namespace, and its bytes when no other namespace has it."""
        del space.content[digest]
        if not any(digest in other.content for other in self.spaces.values()):
            self.blobs.pop(digest, None)


def checked_identifier(text: str) -> str:
    """Refuse what containerd does not take for a name of its own."""
    if not text:
        raise invalid_argument("identifier must not be empty")
    if len(text) > _IDENTIFIER_LENGTH:
        raise invalid_argument(
            f'identifier "{text}" greater than maximum length ({_IDENTIFIER_LENGTH} characters)'
        )
    if not _IDENTIFIER.fullmatch(text):
        raise invalid_argument(f'identifier "{text}" must match {_IDENTIFIER.pattern}')
    return text


def checked_labels(labels: Mapping[str, str]) -> None:
    """Refuse labels that are too long."""
    for key, value in labels.items():
        if len(key.encode()) + len(value.encode()) > _LABEL_LENGTH:
            raise invalid_argument(
                f"label key and value length exceed the maximum size"
                f" ({_LABEL_LENGTH} bytes), key: {key[:10]}"
            )


def update_labels(
    current: MutableMapping[str, str], given: Mapping[str, str], path: str = "labels"
) -> bool:
    """Apply one path of an update mask to labels; an empty value deletes its label.

    Returns:
        Whether the path was about labels at all.
    """
    checked_labels(given)
    if path == "labels":
        current.clear()
        current.update({key: value for key, value in given.items() if value})
        return True
    if not path.startswith("labels."):
        return False
    key = path.removeprefix("labels.")
    if given.get(key):
        current[key] = given[key]
    else:
        current.pop(key, None)
    return True


def checked_empty(space: Space) -> None:
    """Refuse to delete a namespace with something in it."""
    if space.leftovers:
        raise failed_precondition(
            f'namespace "{space.name}" must be empty, but it still has {", ".join(space.leftovers)}'
        )
