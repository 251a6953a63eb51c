"""Garbage collection: what nothing refers to any more goes away, as in a daemon's store."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from protos import event_payloads_pb2 as payloads
from tui.demo.clock import Timer
from tui.demo.store import Space, Store

ROOT = "containerd.io/gc.root"
EXPIRE = "containerd.io/gc.expire"
_CONTENT_EDGE = "containerd.io/gc.ref.content"
_SNAPSHOT_EDGE = "containerd.io/gc.ref.snapshot."
_IMAGE_EDGE = "containerd.io/gc.ref.image"
_DELAY = 0.1
"""Seconds between a deletion and the run that follows it."""

Thing = tuple[str, str]
"""A kind as lease resources name it (``content``, ``snapshots/overlayfs``) and a key."""


class Collector:
    """Runs soon after something was deleted, and at once where a caller waits for it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._due: Timer | None = None

    def soon(self) -> None:
        """Collect in a moment; an idle engine never does."""
        if self._due is None:
            self._due = self._store.clock.call_later(_DELAY, self.run)

    def run(self) -> None:
        """Collect now, in all namespaces."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        for space in list(self._store.spaces.values()):
            self._expire(space)
            self._sweep(space, self._marked(space))

    def _expire(self, space: Space) -> None:
        now = self._store.clock.now()
        for lease_id, lease in list(space.leases.items()):
            if _expired(lease.lease.labels, now):
                del space.leases[lease_id]

    def _marked(self, space: Space) -> set[Thing]:
        marked: set[Thing] = set()
        open_ends = list(_roots(space))
        while open_ends:
            thing = open_ends.pop()
            if thing not in marked:
                marked.add(thing)
                open_ends.extend(_edges(space, thing))
        return marked

    def _sweep(self, space: Space, marked: set[Thing]) -> None:
        for digest in [key for key in space.content if ("content", key) not in marked]:
            self._store.drop_blob(space, digest)
        for name, tree in space.trees.items():
            doomed = {key for key in tree.nodes if (f"snapshots/{name}", key) not in marked}
            parents = {node.info.parent for node in tree.nodes.values()}
            while doomed:
                for key in sorted(doomed - parents):
                    tree.remove(key)
                    doomed.discard(key)
                    event = payloads.SnapshotRemove(key=key, snapshotter=name)
                    self._store.bus.publish(space.name, "/snapshot/remove", event)
                parents = {node.info.parent for node in tree.nodes.values()}
        held = {key for lease in space.leases.values() for _, key in lease.resources}
        for ref in [ref for ref in space.ingests if ref not in held]:
            ingest = space.ingests[ref]
            if not ingest.locked and self._store.clock.now() - ingest.updated_at > 86400:
                del space.ingests[ref]


def _roots(space: Space) -> Iterator[Thing]:
    for image in space.images:
        yield "images", image
    for container in space.containers.values():
        if container.snapshot_key:
            yield f"snapshots/{container.snapshotter}", container.snapshot_key
        yield from _label_edges(container.labels)
    for lease in space.leases.values():
        yield from lease.resources
    for digest, info in space.content.items():
        if ROOT in info.labels:
            yield "content", digest
    for name, tree in space.trees.items():
        for key, node in tree.nodes.items():
            if ROOT in node.info.labels:
                yield f"snapshots/{name}", key


def _edges(space: Space, thing: Thing) -> Iterator[Thing]:
    kind, key = thing
    if kind == "images" and key in space.images:
        yield "content", space.images[key].target.digest
        yield from _label_edges(space.images[key].labels)
    elif kind == "content" and key in space.content:
        yield from _label_edges(space.content[key].labels)
    elif kind.startswith("snapshots/"):
        tree = space.trees.get(kind.removeprefix("snapshots/"))
        node = tree.nodes.get(key) if tree else None
        if node:
            if node.info.parent:
                yield kind, node.info.parent
            yield from _label_edges(node.info.labels)


def _label_edges(labels: Mapping[str, str]) -> Iterator[Thing]:
    for key, value in labels.items():
        if key == _CONTENT_EDGE or key.startswith((f"{_CONTENT_EDGE}.", f"{_CONTENT_EDGE}/")):
            yield "content", value
        elif key.startswith(_SNAPSHOT_EDGE):
            snapshotter = key.removeprefix(_SNAPSHOT_EDGE).split("/")[0]
            yield f"snapshots/{snapshotter}", value
        elif key == _IMAGE_EDGE or key.startswith((f"{_IMAGE_EDGE}.", f"{_IMAGE_EDGE}/")):
            yield "images", value


def _expired(labels: Mapping[str, str], now: float) -> bool:
    text = labels.get(EXPIRE, "")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return False
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() <= now
