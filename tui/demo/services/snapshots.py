"""containerd.services.snapshots.v1."""

from collections.abc import Iterator, Mapping

from google.protobuf.empty_pb2 import Empty

from protos import event_payloads_pb2 as payloads
from protos import snapshots_pb2 as pb
from tui.demo.filters import Fields, compile_filters, fields
from tui.demo.refusals import failed_precondition, shim, unimplemented
from tui.demo.router import Call
from tui.demo.services.base import EMPTY, Service, merged_labels, required
from tui.demo.store import Space, checked_labels
from tui.demo.tree import Node

_BATCH = 100
_KINDS = {pb.VIEW: "view", pb.ACTIVE: "active", pb.COMMITTED: "committed"}


class Snapshots(Service):
    """The snapshots of every snapshotter."""

    def Prepare(self, request: pb.PrepareSnapshotRequest, call: Call) -> pb.PrepareSnapshotResponse:
        """Make an active snapshot."""
        space = self._add(request, call, pb.ACTIVE)
        event = payloads.SnapshotPrepare(
            key=request.key, parent=request.parent, snapshotter=request.snapshotter
        )
        self.publish(space, "/snapshot/prepare", event)
        mounts = space.tree(request.snapshotter).mounts(request.key)
        return pb.PrepareSnapshotResponse(mounts=mounts)

    def View(self, request: pb.ViewSnapshotRequest, call: Call) -> pb.ViewSnapshotResponse:
        """Make a view, which is not announced."""
        space = self._add(request, call, pb.VIEW)
        return pb.ViewSnapshotResponse(mounts=space.tree(request.snapshotter).mounts(request.key))

    def Mounts(self, request: pb.MountsRequest, call: Call) -> pb.MountsResponse:
        """How to mount an active snapshot or a view."""
        tree = self.store.space(call.namespace).tree(request.snapshotter)
        return pb.MountsResponse(mounts=tree.mounts(request.key))

    def Commit(self, request: pb.CommitSnapshotRequest, call: Call) -> Empty:
        """Turn an active snapshot into a committed one."""
        space = self.store.written(call.namespace)
        space.checked_lease(call.lease)
        checked_labels(request.labels)
        tree = space.tree(request.snapshotter)
        if request.parent:
            raise failed_precondition("the parent of a snapshot cannot be changed on commit")
        tree.commit(request.key, request.name, request.labels, self.clock.now())
        kind = f"snapshots/{request.snapshotter}"
        space.hold(call.lease, kind, request.name)
        for lease in space.leases.values():
            lease.resources.discard((kind, request.key))
        event = payloads.SnapshotCommit(
            key=request.key, name=request.name, snapshotter=request.snapshotter
        )
        self.publish(space, "/snapshot/commit", event)
        return EMPTY

    def Remove(self, request: pb.RemoveSnapshotRequest, call: Call) -> Empty:
        """Remove a snapshot that nothing is built on, even of a container that runs."""
        space = self.store.space(call.namespace)
        space.tree(request.snapshotter).remove(request.key)
        event = payloads.SnapshotRemove(key=request.key, snapshotter=request.snapshotter)
        self.publish(space, "/snapshot/remove", event)
        self.engine.collector.soon()
        return EMPTY

    def Stat(self, request: pb.StatSnapshotRequest, call: Call) -> pb.StatSnapshotResponse:
        """One snapshot."""
        return pb.StatSnapshotResponse(info=self._node(request, call).info)

    def Update(self, request: pb.UpdateSnapshotRequest, call: Call) -> pb.UpdateSnapshotResponse:
        """Change labels, all of them or what the mask names."""
        required(request, "info")
        tree = self.store.space(call.namespace).tree(request.snapshotter)
        info = tree.get(request.info.name).info
        labels = merged_labels(info.labels, request.info.labels, list(request.update_mask.paths))
        info.labels.clear()
        info.labels.update(labels)
        info.updated_at.CopyFrom(self.clock.stamp())
        return pb.UpdateSnapshotResponse(info=info)

    def List(
        self, request: pb.ListSnapshotsRequest, call: Call
    ) -> Iterator[pb.ListSnapshotsResponse]:
        """The snapshots that pass the filters, in batches."""
        if not call.header:
            # Here a daemon's text is the usual one and its code is not.
            raise shim("namespace is required: failed precondition")
        wanted = compile_filters(request.filters)
        nodes = self.store.space(call.namespace).tree(request.snapshotter).nodes
        found = [nodes[key].info for key in sorted(nodes) if wanted(_fields(nodes[key].info))]
        for start in range(0, len(found), _BATCH):
            yield pb.ListSnapshotsResponse(info=found[start : start + _BATCH])

    def Usage(self, request: pb.UsageRequest, call: Call) -> pb.UsageResponse:
        """Disk usage without the parents."""
        node = self._node(request, call)
        return pb.UsageResponse(size=node.size, inodes=node.inodes)

    def Cleanup(self, request: pb.CleanupRequest, call: Call) -> Empty:
        """What overlayfs and native do not offer."""
        self.store.space(call.namespace).tree(request.snapshotter)
        raise unimplemented("snapshotter does not implement Cleanup method")

    def _node(self, request: pb.StatSnapshotRequest | pb.UsageRequest, call: Call) -> Node:
        return self.store.space(call.namespace).tree(request.snapshotter).get(request.key)

    def _add(
        self,
        request: pb.PrepareSnapshotRequest | pb.ViewSnapshotRequest,
        call: Call,
        kind: pb.Kind.ValueType,
    ) -> Space:
        space = self.store.space(call.namespace)
        tree = space.tree(request.snapshotter)
        space.checked_lease(call.lease)
        checked_labels(request.labels)
        labels: Mapping[str, str] = request.labels
        tree.add(request.key, request.parent, kind, labels, self.clock.now())
        self.store.spaces.setdefault(space.name, space)
        space.hold(call.lease, f"snapshots/{request.snapshotter}", request.key)
        return space


def _fields(info: pb.Info) -> Fields:
    return fields(
        {"name": info.name, "parent": info.parent, "kind": _KINDS.get(info.kind, "")},
        {"labels": info.labels},
    )
