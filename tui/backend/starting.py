"""Starting: from a container record to a running task."""

import os
from collections.abc import Sequence
from dataclasses import replace

from protos import containers_pb2, tasks_pb2, types_pb2
from tui.backend import convert, restart
from tui.backend.ending import KILL_SECONDS, ending
from tui.backend.errors import AlreadyExists, FailedPrecondition
from tui.backend.host import log_uri, started_at
from tui.backend.leases import cleanup
from tui.backend.snapshots import Snapshots
from tui.backend.tasks import Tasks
from tui.backend.verbs import mutating
from tui.state.models import Container, Task, TaskStatus

# A shim must start, runc must set up cgroups and namespaces, hooks may run.
_START_SECONDS = 60.0
_LIVE = (TaskStatus.RUNNING, TaskStatus.PAUSED, TaskStatus.PAUSING, TaskStatus.UNKNOWN)


class Starting(Tasks, Snapshots):
    """The verb that starts a container."""

    @mutating
    async def start_container(self, container_id: str, *, namespace: str | None = None) -> Task:
        """Start the process of a container and return its task.

        A task that has stopped is deleted first; one that was created only is
        started. Where the daemon sees our files, the output of the new task goes
        to ``$XDG_STATE_HOME/c9d/logs/<namespace>/<id>.log``, or where the restart
        monitor was told to put it; elsewhere, and from a terminal, it is discarded.

        Raises:
            InvalidArgument: the id is empty.
            NotFound: there is no such container, or its snapshot is gone.
            FailedPrecondition: it runs already, or has no file system that we
                could give it.
            ServerError: the shim or runc could not; the task is removed again.
        """
        where = self._ns(namespace)
        record = await self._record(container_id, where)
        container = convert.container(record, where)
        task = await self._task_or_none(container_id, where)
        if task is not None and task.status in _LIVE:
            raise FailedPrecondition(f"{container_id} is {task.status} already.")
        spec = convert.json_object(record.spec.value)
        ours = task is None or task.status is TaskStatus.STOPPED
        if ours:
            rootfs = await self._rootfs(record, spec, where)
            if task is not None:
                await self._delete_task(container_id, where)
            await self._create_task(container, spec, rootfs)
        try:
            request = tasks_pb2.StartRequest(container_id=container_id)
            await self.client.call(
                self.client.tasks.Start, request, namespace=where, timeout=_START_SECONDS
            )
        except BaseException:
            if ours:
                await cleanup(self._discard(container_id, where))
            raise
        await self._set_labels(container_id, restart.after_start(container.labels), where)
        task = await self.get_task(container_id, namespace=where)
        return replace(task, started_at=started_at(task, container))

    async def _rootfs(
        self, record: containers_pb2.Container, spec: dict[str, object], namespace: str
    ) -> Sequence[types_pb2.Mount]:
        """Return the mounts of a container's file system, none where its spec names a folder."""
        if record.snapshot_key:
            mounts = await self.snapshot_mounts(
                record.snapshot_key, record.snapshotter, namespace=namespace
            )
            return [
                types_pb2.Mount(type=m.type, source=m.source, target=m.target, options=m.options)
                for m in mounts
            ]
        if _names_folder(spec):
            return ()
        raise FailedPrecondition(
            f"{record.id} has no snapshot: who made it also mounts its file system."
        )

    async def _create_task(
        self, container: Container, spec: dict[str, object], rootfs: Sequence[types_pb2.Mount]
    ) -> None:
        request = tasks_pb2.CreateTaskRequest(container_id=container.id, rootfs=rootfs)
        if convert.mapping(spec.get("process")).get("terminal") is True:
            # A shim copies a terminal only to something that it can open.
            request.terminal = True
            request.stdout = os.devnull
        else:
            # Both must be the same, or the shim crashes.
            request.stdout = request.stderr = self._output(container)
        try:
            await self.client.call(
                self.client.tasks.Create,
                request,
                namespace=container.namespace,
                timeout=_START_SECONDS,
            )
        except AlreadyExists:
            raise
        except BaseException:
            await cleanup(self._discard(container.id, container.namespace))
            raise

    def _output(self, container: Container) -> str:
        uri = container.labels.get(restart.LOG_URI, "")
        if uri.startswith("file://"):
            return uri
        return log_uri(self.client.address, container.namespace, container.id)

    async def _discard(self, container_id: str, namespace: str) -> None:
        """Remove a task that did not come to life."""
        async with ending(self.client, container_id, namespace, KILL_SECONDS) as end:
            await end.by_force()
        await self._delete_task(container_id, namespace)


def _names_folder(spec: dict[str, object]) -> bool:
    root = convert.mapping(spec.get("root")).get("path")
    return isinstance(root, str) and os.path.isdir(root)
