"""Snapshots: the trees of file systems that images and containers are made of."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime

from protos import snapshots_pb2
from tui.backend import convert
from tui.backend.containers import Containers
from tui.backend.copies import commit_copy
from tui.backend.errors import BackendError, FailedPrecondition
from tui.backend.introspection import Introspection
from tui.backend.verbs import mutating, named
from tui.state.models import Mount, SnapshotInfo, SnapshotKind, Usage

_LIST_SECONDS = 60.0
# An active snapshot is measured by walking through all of its files.
_USAGE_SECONDS = 120.0
_GC_ROOT = "containerd.io/gc.root"


class Snapshots(Containers, Introspection):
    """Verbs about snapshots; where `snapshotter` is None, the service's is meant."""

    async def list_snapshots(
        self, snapshotter: str | None = None, *, namespace: str | None = None
    ) -> list[SnapshotInfo]:
        """Return the snapshots of one snapshotter, or of all that work.

        A snapshotter that fails does not hide the others.

        Raises:
            InvalidArgument: there is no snapshotter of that name.
            BackendError: every one of them failed.
        """
        where = self._ns(namespace)
        if snapshotter is not None:
            return await self._list(named("snapshotter", snapshotter), where)
        lists = await asyncio.gather(
            *(self._list(name, where) for name in await self.list_snapshotters()),
            return_exceptions=True,
        )
        failures = [each for each in lists if isinstance(each, BaseException)]
        for failure in failures:
            if len(failures) == len(lists) or not isinstance(failure, BackendError):
                raise failure
        return [row for rows in lists if not isinstance(rows, BaseException) for row in rows]

    async def _list(self, snapshotter: str, namespace: str) -> list[SnapshotInfo]:
        stream = self._infos(snapshotter, namespace)
        async with aclosing(stream):
            return [convert.snapshot(info, namespace, snapshotter) async for info in stream]

    async def _infos(
        self, snapshotter: str, namespace: str
    ) -> AsyncGenerator[snapshots_pb2.Info, None]:
        request = snapshots_pb2.ListSnapshotsRequest(snapshotter=snapshotter)
        stream = self.client.stream(
            self.client.snapshots.List, request, namespace=namespace, timeout=_LIST_SECONDS
        )
        async with aclosing(stream):
            async for batch in stream:
                for info in batch.info:
                    yield info

    async def get_snapshot(
        self, key: str, snapshotter: str | None = None, *, namespace: str | None = None
    ) -> SnapshotInfo:
        """Return one snapshot.

        Raises:
            InvalidArgument: the key is empty, or there is no such snapshotter.
            NotFound: there is no such snapshot.
        """
        name, where = self._sn(snapshotter), self._ns(namespace)
        request = snapshots_pb2.StatSnapshotRequest(snapshotter=name, key=named("key", key))
        response = await self.client.call(self.client.snapshots.Stat, request, namespace=where)
        return convert.snapshot(response.info, where, name)

    async def snapshot_usage(
        self, key: str, snapshotter: str | None = None, *, namespace: str | None = None
    ) -> Usage:
        """Return the disk usage of a snapshot, without its parents.

        Of an active one the daemon walks through the files: never poll it.

        Raises:
            InvalidArgument: the key is empty, or there is no such snapshotter.
            NotFound: there is no such snapshot.
        """
        request = snapshots_pb2.UsageRequest(
            snapshotter=self._sn(snapshotter), key=named("key", key)
        )
        response = await self.client.call(
            self.client.snapshots.Usage,
            request,
            namespace=self._ns(namespace),
            timeout=_USAGE_SECONDS,
        )
        return Usage(response.size, response.inodes, datetime.now(UTC))

    async def snapshot_mounts(
        self, key: str, snapshotter: str | None = None, *, namespace: str | None = None
    ) -> list[Mount]:
        """Return what to mount to see an active snapshot or a view.

        Raises:
            InvalidArgument: the key is empty, or there is no such snapshotter.
            NotFound: there is no such snapshot.
            FailedPrecondition: it is a committed one.
        """
        request = snapshots_pb2.MountsRequest(
            snapshotter=self._sn(snapshotter), key=named("key", key)
        )
        response = await self.client.call(
            self.client.snapshots.Mounts, request, namespace=self._ns(namespace)
        )
        return [convert.mount(mount) for mount in response.mounts]

    @mutating
    async def commit_snapshot(
        self,
        key: str,
        name: str,
        snapshotter: str | None = None,
        labels: Mapping[str, str] | None = None,
        *,
        namespace: str | None = None,
    ) -> SnapshotInfo:
        """Make a committed snapshot of an active one, and return it.

        A free active snapshot becomes the committed one: its key is gone. That
        of a container would leave the container without a file system, running
        or not, so there a copy is committed: the difference to the parent is
        written as a layer and applied to a new snapshot on the same parent. A
        task that runs meanwhile is not paused: files are taken as they are.

        Nothing refers to the result, so it gets the label that makes it a root
        for the garbage collector, in the same call that commits it: there is no
        moment at which it could be collected. What a copy needs on the way is
        held by a lease and removed, however it ends.

        Args:
            key: of an active snapshot.
            name: of the committed one.
            snapshotter: of both.
            labels: of the committed one, besides the collector's.
            namespace: None means the service's.

        Raises:
            InvalidArgument: a name is empty.
            NotFound: there is no such snapshot.
            FailedPrecondition: it is not active.
            AlreadyExists: there is a snapshot of that name.
        """
        named("name", name)
        source = await self.get_snapshot(key, snapshotter, namespace=namespace)
        if source.kind is not SnapshotKind.ACTIVE:
            raise FailedPrecondition(
                f"{key} is {source.kind}: only an active one can be committed."
            )
        roots = {**(labels or {}), _GC_ROOT: datetime.now(UTC).isoformat(timespec="seconds")}
        if await self._snapshot_user(source.snapshotter, key, source.namespace):
            await commit_copy(self.client, source, name, roots)
        else:
            request = snapshots_pb2.CommitSnapshotRequest(
                snapshotter=source.snapshotter, name=name, key=key, labels=roots
            )
            await self.client.call(
                self.client.snapshots.Commit,
                request,
                namespace=source.namespace,
                timeout=_USAGE_SECONDS,
            )
        return await self.get_snapshot(name, source.snapshotter, namespace=source.namespace)

    @mutating
    async def remove_snapshot(
        self, key: str, snapshotter: str | None = None, *, namespace: str | None = None
    ) -> None:
        """Remove a snapshot.

        The daemon would also remove the file system of a running container.

        Raises:
            InvalidArgument: the key is empty, or there is no such snapshotter.
            NotFound: there is no such snapshot.
            FailedPrecondition: it is a container's, or others are based on it.
        """
        name, where = self._sn(snapshotter), self._ns(namespace)
        user = await self._snapshot_user(name, named("key", key), where)
        if user:
            raise FailedPrecondition(f"{key} is the file system of the container {user}.")
        await self._remove(key, name, where)

    async def _remove(self, key: str, snapshotter: str, namespace: str) -> None:
        request = snapshots_pb2.RemoveSnapshotRequest(snapshotter=snapshotter, key=key)
        await self.client.call(self.client.snapshots.Remove, request, namespace=namespace)

    def _sn(self, snapshotter: str | None) -> str:
        return self.snapshotter if snapshotter is None else named("snapshotter", snapshotter)
