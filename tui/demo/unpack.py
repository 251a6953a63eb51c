"""Unpacking the layers of one image: a snapshot each, one after another."""

from collections.abc import Callable, Iterator

from protos import event_payloads_pb2 as payloads
from protos import snapshots_pb2
from tui.demo.bundle import Blob
from tui.demo.clock import Timer
from tui.demo.goal import Goal
from tui.demo.images import SNAPSHOT_EDGE, UNCOMPRESSED
from tui.demo.layers import Layer
from tui.demo.tree import REFERENCE

SNAPSHOTTER = "overlayfs"
_LEAST = 0.05
"""Seconds that even the smallest layer takes."""


class Unpack:
    """Turns the layers of a manifest into committed snapshots.

    Args:
        goal: where they are, and where the snapshots go to.
        manifest: the platform's.
        rate: bytes a second.
        done: called when all layers are unpacked.
    """

    def __init__(self, goal: Goal, manifest: Blob, rate: float, done: Callable[[], None]) -> None:
        self._goal = goal
        self._tree = goal.space.tree(SNAPSHOTTER)
        self._manifest = manifest
        self._rate = rate
        self._done = done
        self._steps: Iterator[tuple[str, Layer]] = iter(
            list(zip(manifest.chain, manifest.layers, strict=True))
        )
        self._parent = ""
        self._key = ""
        self._timer: Timer | None = None

    def go(self) -> None:
        """Unpack the next layer that is not unpacked yet."""
        for name, layer in self._steps:
            if name not in self._tree.nodes:
                self._prepare(name, layer)
                return
            self._hold(name)
            self._parent = name
        config = self._manifest.children[0]
        labels = self._goal.content(config.digest).labels
        labels[f"{SNAPSHOT_EDGE}.{SNAPSHOTTER}"] = self._parent
        self._done()

    def close(self) -> None:
        """Stop, and leave nothing half done."""
        if self._timer is not None:
            self._timer.cancel()
        if self._key in self._tree.nodes:
            self._tree.remove(self._key)
            self._tell("remove", payloads.SnapshotRemove(key=self._key, snapshotter=SNAPSHOTTER))
        self._key = ""

    def _prepare(self, name: str, layer: Layer) -> None:
        now = self._goal.store.clock.now()
        self._key = f"extract-{int(now * 1e9) % 10**9}-{self._goal.lease[-4:]} {name}"
        self._tree.add(
            self._key, self._parent, snapshots_pb2.ACTIVE, {REFERENCE: name}, now
        ).files.update(layer.files)
        self._hold(self._key)
        self._tell(
            "prepare",
            payloads.SnapshotPrepare(key=self._key, parent=self._parent, snapshotter=SNAPSHOTTER),
        )
        delay = max(_LEAST, layer.tar_size / self._rate)
        self._timer = self._goal.later(delay, lambda: self._commit(name, layer))

    def _commit(self, name: str, layer: Layer) -> None:
        if name in self._tree.nodes:
            # Somebody else was faster.
            self.close()
        else:
            now = self._goal.store.clock.now()
            self._tree.commit(self._key, name, {REFERENCE: name}, now)
            event = payloads.SnapshotCommit(key=self._key, name=name, snapshotter=SNAPSHOTTER)
            self._goal.release(f"snapshots/{SNAPSHOTTER}", self._key)
            self._key = ""
            self._tell("commit", event)
        self._hold(name)
        self._goal.content(layer.digest).labels[UNCOMPRESSED] = layer.diff_id
        self._parent = name
        self.go()

    def _hold(self, key: str) -> None:
        self._goal.hold(f"snapshots/{SNAPSHOTTER}", key)

    def _tell(
        self,
        verb: str,
        event: payloads.SnapshotPrepare | payloads.SnapshotCommit | payloads.SnapshotRemove,
    ) -> None:
        self._goal.store.bus.publish(self._goal.space.name, f"/snapshot/{verb}", event)
