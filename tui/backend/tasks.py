"""Tasks: the running side of containers, their state, signals and metrics."""

import asyncio
from collections.abc import Sequence

from protos import tasks_pb2
from tui.backend import convert, metrics
from tui.backend.containers import Containers
from tui.backend.errors import FailedPrecondition, NotFound, Timeout
from tui.backend.host import started_at as started_at
from tui.backend.introspection import Introspection
from tui.backend.signals import signal_number
from tui.backend.verbs import mutating, named, quoted
from tui.state.models import Sample, Task, TaskStatus

# The daemon asks the shims one after another and gives a frozen one two seconds.
_LIST_SECONDS = 60.0
_GET_SECONDS = 5.0
# The daemon waits for the last output before it deletes.
_DELETE_SECONDS = 30.0
_METRICS_GRACE = 5.0
# Filters of one call: its answer is as slow as its slowest shim.
_CHUNK = 64


class Tasks(Containers, Introspection):
    """Verbs about tasks that are there already."""

    async def list_tasks(self, filter: str = "", *, namespace: str | None = None) -> list[Task]:
        """Return the tasks; one whose shim does not answer has the status UNKNOWN.

        Args:
            filter: as the daemon takes it, which so far ignores it.
            namespace: None means the service's.

        Raises:
            BackendError: the daemon does not answer.
        """
        where = self._ns(namespace)
        request = tasks_pb2.ListTasksRequest(filter=filter)
        response = await self.client.call(
            self.client.tasks.List, request, namespace=where, timeout=_LIST_SECONDS
        )
        return [convert.task(process, where) for process in response.tasks]

    async def get_task(self, container_id: str, *, namespace: str | None = None) -> Task:
        """Return the task of a container.

        Raises:
            InvalidArgument: the id is empty.
            NotFound: there is no such container, or it has no task.
        """
        where = self._ns(namespace)
        request = tasks_pb2.GetRequest(container_id=named("container id", container_id))
        response = await self.client.call(
            self.client.tasks.Get, request, namespace=where, timeout=_GET_SECONDS
        )
        return convert.task(response.process, where)

    async def _task_or_none(self, container_id: str, namespace: str) -> Task | None:
        try:
            return await self.get_task(container_id, namespace=namespace)
        except NotFound:
            return None

    @mutating
    async def kill(
        self,
        container_id: str,
        signal: str | int,
        all: bool = False,
        *,
        namespace: str | None = None,
    ) -> None:
        """Send a signal to a task.

        Args:
            container_id: of the task.
            signal: by name, with or without SIG, or by number.
            all: whether every process of the container gets it.
            namespace: None means the service's.

        Raises:
            InvalidArgument: the id is empty or there is no such signal.
            NotFound: there is no task, or it has ended.
        """
        named("container id", container_id)
        number = signal_number(signal)
        await self._kill(container_id, number, self._ns(namespace), everyone=all)

    async def _kill(
        self, container_id: str, number: int, namespace: str, *, everyone: bool = False
    ) -> None:
        request = tasks_pb2.KillRequest(container_id=container_id, signal=number, all=everyone)
        await self.client.call(self.client.tasks.Kill, request, namespace=namespace)

    @mutating
    async def pause(self, container_id: str, *, namespace: str | None = None) -> None:
        """Freeze the processes of a task.

        Raises:
            InvalidArgument: the id is empty.
            NotFound: there is no task.
            FailedPrecondition: it does not run, or the restart monitor of this
                daemon's version would kill it for being paused.
        """
        where = self._ns(namespace)
        await self._require(container_id, TaskStatus.RUNNING, where)
        container = await self.get_container(container_id, namespace=where)
        if container.restart_policy and (await self._release())[0] < 2:
            raise FailedPrecondition(
                f"{container_id} is watched by the restart monitor, which in containerd 1 "
                "kills a paused task within seconds."
            )
        request = tasks_pb2.PauseTaskRequest(container_id=container_id)
        await self.client.call(self.client.tasks.Pause, request, namespace=where)

    @mutating
    async def resume(self, container_id: str, *, namespace: str | None = None) -> None:
        """Let the processes of a paused task go on.

        Raises:
            InvalidArgument: the id is empty.
            NotFound: there is no task.
            FailedPrecondition: it is not paused.
        """
        where = self._ns(namespace)
        await self._require(container_id, TaskStatus.PAUSED, where)
        await self._resume(container_id, where)

    async def _resume(self, container_id: str, namespace: str) -> None:
        request = tasks_pb2.ResumeTaskRequest(container_id=container_id)
        await self.client.call(self.client.tasks.Resume, request, namespace=namespace)

    async def _delete_task(self, container_id: str, namespace: str) -> int:
        request = tasks_pb2.DeleteTaskRequest(container_id=container_id)
        response = await self.client.call(
            self.client.tasks.Delete, request, namespace=namespace, timeout=_DELETE_SECONDS
        )
        return response.exit_status

    async def _require(self, container_id: str, status: TaskStatus, namespace: str) -> None:
        task = await self.get_task(container_id, namespace=namespace)
        if task.status is not status:
            raise FailedPrecondition(f"{container_id} is {task.status}, not {status}.")

    async def get_metrics(
        self, container_ids: Sequence[str], timeout: float = 2.0, *, namespace: str | None = None
    ) -> dict[str, Sample]:
        """Return one sample for each task that has one now; the others are absent.

        One frozen shim holds up the call that names it until the deadline: when
        that comes, ask for each alone to find out which.

        Args:
            container_ids: of the tasks; none is an empty answer.
            timeout: seconds for each call; up to 64 tasks share one.
            namespace: None means the service's.

        Raises:
            InvalidArgument: an id is empty.
            Timeout: a shim does not answer.
        """
        filters = [f"id=={quoted(named('container id', each))}" for each in container_ids]
        chunks = [filters[i : i + _CHUNK] for i in range(0, len(filters), _CHUNK)]
        where = self._ns(namespace)
        parts = await asyncio.gather(
            *(self._metrics(chunk, timeout, where) for chunk in chunks), return_exceptions=True
        )
        samples: dict[str, Sample] = {}
        for part in parts:
            if isinstance(part, BaseException):
                raise part
            samples |= part
        return samples

    async def _metrics(
        self, filters: Sequence[str], timeout: float, namespace: str
    ) -> dict[str, Sample]:
        request = tasks_pb2.MetricsRequest(filters=filters)
        # The daemon leaves out a shim that did not answer before the deadline it is
        # given: so it is given a later one, or we could not tell frozen from gone.
        call = self.client.call(
            self.client.tasks.Metrics,
            request,
            namespace=namespace,
            timeout=timeout + _METRICS_GRACE,
            queued=False,
        )
        try:
            async with asyncio.timeout(timeout):
                response = await call
        except TimeoutError:
            raise Timeout(f"No metrics of {len(filters)} tasks within {timeout:g} s.") from None
        samples = ((metric.id, metrics.sample(metric)) for metric in response.metrics)
        return {name: sample for name, sample in samples if sample is not None}
