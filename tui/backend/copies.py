"""Diff: the content of an active snapshot as a new committed one, beside the old."""

from collections.abc import Mapping

from protos import diff_pb2, snapshots_pb2
from tui.backend.client import Client
from tui.backend.leases import cleanup, lease, unique
from tui.state.models import SnapshotInfo

# Uncompressed: the layer is read back at once and then thrown away.
_LAYER = "application/vnd.oci.image.layer.v1.tar"
# Both run through every changed file.
_DIFF_SECONDS = 1800.0
# Longer than both, or the collector takes what a slow copy has made so far.
_LEASE_HOURS = 2.0


async def commit_copy(
    client: Client, source: SnapshotInfo, name: str, labels: Mapping[str, str]
) -> None:
    """Commit what an active snapshot contains under a name and leave it as it is.

    Args:
        client: of the daemon.
        source: an active snapshot, which may be mounted and written to.
        name: of the committed snapshot.
        labels: of the committed snapshot.

    Raises:
        AlreadyExists: there is a snapshot of that name.
        BackendError: a step failed; nothing of it is left.
    """
    async with lease(client, source.namespace, hours=_LEASE_HOURS) as held:
        copy = _Copy(client, source, held)
        layer = await copy.difference()
        await copy.commit(layer, name, labels)


class _Copy:
    """The steps of one copy, all under one lease."""

    def __init__(self, client: Client, source: SnapshotInfo, held: str) -> None:
        self._client = client
        self._source = source
        self._held = held

    async def difference(self) -> diff_pb2.DiffResponse:
        """Write what the source changed of its parent into the content store."""
        client, source = self._client, self._source
        view = snapshots_pb2.ViewSnapshotRequest(
            snapshotter=source.snapshotter, key=unique("c9d-view"), parent=source.parent
        )
        lower = await client.call(
            client.snapshots.View, view, namespace=source.namespace, lease=self._held
        )
        try:
            mounts = snapshots_pb2.MountsRequest(snapshotter=source.snapshotter, key=source.key)
            upper = await client.call(client.snapshots.Mounts, mounts, namespace=source.namespace)
            request = diff_pb2.DiffRequest(
                left=lower.mounts, right=upper.mounts, media_type=_LAYER, ref=unique("c9d-diff")
            )
            return await client.call(
                client.diff.Diff,
                request,
                namespace=source.namespace,
                lease=self._held,
                timeout=_DIFF_SECONDS,
            )
        finally:
            await cleanup(self._remove(view.key))

    async def commit(
        self, layer: diff_pb2.DiffResponse, name: str, labels: Mapping[str, str]
    ) -> None:
        """Apply a layer to a new snapshot on the source's parent and commit that."""
        client, source = self._client, self._source
        prepare = snapshots_pb2.PrepareSnapshotRequest(
            snapshotter=source.snapshotter, key=unique("c9d-commit"), parent=source.parent
        )
        prepared = await client.call(
            client.snapshots.Prepare, prepare, namespace=source.namespace, lease=self._held
        )
        try:
            apply = diff_pb2.ApplyRequest(diff=layer.diff, mounts=prepared.mounts)
            await client.call(
                client.diff.Apply,
                apply,
                namespace=source.namespace,
                lease=self._held,
                timeout=_DIFF_SECONDS,
            )
            commit = snapshots_pb2.CommitSnapshotRequest(
                snapshotter=source.snapshotter, name=name, key=prepare.key, labels=labels
            )
            await client.call(
                client.snapshots.Commit, commit, namespace=source.namespace, lease=self._held
            )
        except BaseException:
            await cleanup(self._remove(prepare.key))
            raise

    async def _remove(self, key: str) -> None:
        request = snapshots_pb2.RemoveSnapshotRequest(snapshotter=self._source.snapshotter, key=key)
        await self._client.call(
            self._client.snapshots.Remove, request, namespace=self._source.namespace
        )
