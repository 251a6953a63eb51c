"""Unpacking: from the layers of an image to committed snapshots, one upon the other."""

import asyncio
import secrets
import time
import weakref
from collections.abc import Mapping, Sequence
from functools import partial

from protos import diff_pb2, leases_pb2, snapshots_pb2, types_pb2
from tui.backend.client import Client
from tui.backend.errors import (
    AlreadyExists,
    FailedPrecondition,
    NotFound,
    ServerError,
    Unsupported,
    safe,
)
from tui.backend.leases import cleanup, make

SNAPSHOT_REF = "containerd.io/snapshot.ref"
_SNAPSHOT_LABEL = "containerd.io/snapshot/"
# A layer of many gigabytes, on a slow disk.
_APPLY_SECONDS = 3600.0
_TRIES = 3

_locks: weakref.WeakValueDictionary[tuple[str, ...], asyncio.Lock] = weakref.WeakValueDictionary()
"""Two pulls of ours that want the same snapshot: the second one finds it there."""


class Unpacker:
    """Applies layers with one snapshotter, in one namespace, under one lease."""

    def __init__(self, client: Client, namespace: str, snapshotter: str, lease: str) -> None:
        self._client = client
        self._namespace = namespace
        self._snapshotter = snapshotter
        self._lease = lease

    async def has(self, chain_id: str) -> bool:
        """Tell whether a snapshot is there.

        Raises:
            InvalidArgument: there is no such snapshotter.
        """
        request = snapshots_pb2.StatSnapshotRequest(snapshotter=self._snapshotter, key=chain_id)
        try:
            await self._client.call(
                self._client.snapshots.Stat, request, namespace=self._namespace, lease=self._lease
            )
        except NotFound:
            return False
        return True

    async def _hold(self, chain_id: str) -> bool:
        """Tell whether a snapshot is there, and keep it from going until we are done."""
        if not await self.has(chain_id):
            return False
        resource = leases_pb2.Resource(id=chain_id, type=f"snapshots/{self._snapshotter}")
        request = leases_pb2.AddResourceRequest(id=self._lease, resource=resource)
        await self._client.call(self._client.leases.AddResource, request, namespace=self._namespace)
        # It may have been collected in between, as what is left of a cancelled pull is.
        return await self.has(chain_id)

    async def layer(
        self, layer: types_pb2.Descriptor, diff_id: str, chain_id: str, parent: str
    ) -> bool:
        """Make the snapshot of a layer unless it is there.

        Args:
            layer: a blob of the content store.
            diff_id: digest of the layer without its compression.
            chain_id: of this layer and all below (OCI image specification).
            parent: chain ID of the layers below, ``""`` for none.

        Returns:
            Whether it had to be made.

        Raises:
            FailedPrecondition: the layer is not what the image's config says.
            BackendError: a step failed; nothing of it is left.
        """
        key = (self._client.address, self._namespace, self._snapshotter, chain_id)
        lock = _locks.get(key) or asyncio.Lock()
        _locks[key] = lock
        async with lock:
            if await self._hold(chain_id):
                return False
            labels = {SNAPSHOT_REF: chain_id} | {
                name: value
                for name, value in layer.annotations.items()
                if name.startswith(_SNAPSHOT_LABEL)
            }
            prepared = await self._prepare(chain_id, parent, labels)
            if prepared is None:
                return False
            extract, mounts = prepared
            try:
                await self._apply(layer, diff_id, mounts)
                return await self._commit(extract, chain_id, labels)
            except BaseException:
                await cleanup(self._remove(extract))
                raise

    async def _prepare(
        self, chain_id: str, parent: str, labels: Mapping[str, str]
    ) -> tuple[str, Sequence[types_pb2.Mount]] | None:
        """Prepare a snapshot; None where the snapshotter brought the layer along by itself."""
        for remaining in reversed(range(_TRIES)):
            token = f"{time.time_ns() % 10**9}-{secrets.token_urlsafe(3)}"
            request = snapshots_pb2.PrepareSnapshotRequest(
                snapshotter=self._snapshotter,
                key=f"extract-{token} {chain_id}",
                parent=parent,
                labels=labels,
            )
            calling = self._client.call(
                self._client.snapshots.Prepare,
                request,
                namespace=self._namespace,
                lease=self._lease,
                timeout=_APPLY_SECONDS,
                queued=False,
            )
            try:
                response = await make(calling, partial(self._remove, request.key))
            except AlreadyExists:
                if await self._hold(chain_id):
                    return None
                if not remaining:
                    raise
            else:
                return request.key, response.mounts
        raise AssertionError("the last try returns or raises")

    async def _apply(
        self, layer: types_pb2.Descriptor, diff_id: str, mounts: Sequence[types_pb2.Mount]
    ) -> None:
        request = diff_pb2.ApplyRequest(diff=layer, mounts=mounts)
        try:
            response = await self._client.call(
                self._client.diff.Apply,
                request,
                namespace=self._namespace,
                lease=self._lease,
                timeout=_APPLY_SECONDS,
                queued=False,
            )
        except ServerError as error:
            if "stream processor" not in str(error):
                raise
            raise Unsupported(
                f"This containerd cannot unpack layers of the type {safe(layer.media_type)}: "
                "a newer one can, or another build of the image."
            ) from None
        if response.applied.digest != diff_id:
            raise FailedPrecondition(
                f"The layer {layer.digest} unpacks to {response.applied.digest}, "
                f"but the image's config names {diff_id}."
            )

    async def _commit(self, extract: str, chain_id: str, labels: Mapping[str, str]) -> bool:
        request = snapshots_pb2.CommitSnapshotRequest(
            snapshotter=self._snapshotter, name=chain_id, key=extract, labels=labels
        )
        try:
            await self._client.call(
                self._client.snapshots.Commit,
                request,
                namespace=self._namespace,
                lease=self._lease,
                # Overlayfs walks through all files of the layer.
                timeout=_APPLY_SECONDS,
                queued=False,
            )
        except AlreadyExists:
            # Another client was faster.
            await cleanup(self._remove(extract))
            await self._hold(chain_id)
            return False
        return True

    async def _remove(self, key: str) -> None:
        request = snapshots_pb2.RemoveSnapshotRequest(snapshotter=self._snapshotter, key=key)
        await self._client.call(self._client.snapshots.Remove, request, namespace=self._namespace)
