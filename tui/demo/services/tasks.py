"""containerd.services.tasks.v1: what runs."""

from collections.abc import Sequence

from google.protobuf.any_pb2 import Any
from google.protobuf.empty_pb2 import Empty

from protos import runc_options_pb2, task_types_pb2, types_pb2
from protos import tasks_pb2 as pb
from tui.demo.clock import stamp
from tui.demo.filters import compile_filters, exact_values, fields
from tui.demo.process import Process, Task
from tui.demo.refusals import shim
from tui.demo.router import Call
from tui.demo.runtime import answered
from tui.demo.script import decode_spec
from tui.demo.services.base import EMPTY, Service
from tui.demo.store import Space, checked_identifier


class Tasks(Service):
    """Tasks and their execs; a shim that is frozen is waited for as a daemon does."""

    def Create(self, request: pb.CreateTaskRequest, call: Call) -> pb.CreateTaskResponse:
        """Make a task."""
        task = self.engine.runtime.create(self.store.space(call.namespace), request)
        return pb.CreateTaskResponse(container_id=task.container_id, pid=task.init.pid)

    def Start(self, request: pb.StartRequest, call: Call) -> pb.StartResponse:
        """Start a task or an exec."""
        space = self.store.space(call.namespace)
        pid = self.engine.runtime.start(space, request.container_id, request.exec_id)
        return pb.StartResponse(pid=pid)

    async def Delete(self, request: pb.DeleteTaskRequest, call: Call) -> pb.DeleteResponse:
        """Forget a task that has ended."""
        space, _ = await self._reached(request.container_id, call)
        return _deleted(self.engine.runtime.delete(space, request.container_id))

    async def DeleteProcess(
        self, request: pb.DeleteProcessRequest, call: Call
    ) -> pb.DeleteResponse:
        """Forget an exec that has ended."""
        space, _ = await self._reached(request.container_id, call)
        return _deleted(self.engine.runtime.delete(space, request.container_id, request.exec_id))

    async def Get(self, request: pb.GetRequest, call: Call) -> pb.GetResponse:
        """One process."""
        task = self.engine.runtime.task(self.store.space(call.namespace), request.container_id)
        await answered(task)
        return pb.GetResponse(process=task.process(request.exec_id).message())

    async def List(self, _request: pb.ListTasksRequest, call: Call) -> pb.ListTasksResponse:
        """All tasks; a daemon takes no notice of the filter."""
        tasks = self.store.space(call.namespace).tasks
        found = [tasks[key] for key in sorted(tasks)]
        await answered(*found)
        return pb.ListTasksResponse(tasks=[task.init.message() for task in found])

    async def Kill(self, request: pb.KillRequest, call: Call) -> Empty:
        """Send a signal."""
        space, _ = await self._reached(request.container_id, call)
        self.engine.runtime.kill(space, request.container_id, request.exec_id, request.signal)
        return EMPTY

    async def Exec(self, request: pb.ExecProcessRequest, call: Call) -> Empty:
        """Make an exec."""
        checked_identifier(request.exec_id)
        space, _ = await self._reached(request.container_id, call)
        self.engine.runtime.add_exec(space, request)
        return EMPTY

    async def ResizePty(self, request: pb.ResizePtyRequest, call: Call) -> Empty:
        """Take note of a terminal's size, which nothing here draws to."""
        _, task = await self._reached(request.container_id, call)
        task.process(request.exec_id)
        return EMPTY

    async def CloseIO(self, request: pb.CloseIORequest, call: Call) -> Empty:
        """Close a standard input, which nothing here reads."""
        _, task = await self._reached(request.container_id, call)
        task.process(request.exec_id)
        return EMPTY

    async def Pause(self, request: pb.PauseTaskRequest, call: Call) -> Empty:
        """Freeze a task."""
        space, _ = await self._reached(request.container_id, call)
        self.engine.runtime.pause(space, request.container_id)
        return EMPTY

    async def Resume(self, request: pb.ResumeTaskRequest, call: Call) -> Empty:
        """Thaw a task."""
        space, _ = await self._reached(request.container_id, call)
        self.engine.runtime.resume(space, request.container_id)
        return EMPTY

    async def ListPids(self, request: pb.ListPidsRequest, call: Call) -> pb.ListPidsResponse:
        """The processes of a task: its first one, that one's children, and the execs."""
        _, task = await self._reached(request.container_id, call)
        if task.init.status == task_types_pb2.STOPPED:
            return pb.ListPidsResponse()
        count = task.gauge.pids
        found = [task_types_pb2.ProcessInfo(pid=task.init.pid + offset) for offset in range(count)]
        for exec_id, process in task.execs.items():
            details = runc_options_pb2.ProcessDetails(exec_id=exec_id)
            info = Any(type_url=details.DESCRIPTOR.full_name, value=details.SerializeToString())
            if process.live:
                found.append(task_types_pb2.ProcessInfo(pid=process.pid, info=info))
        return pb.ListPidsResponse(processes=found)

    async def Checkpoint(
        self, request: pb.CheckpointTaskRequest, call: Call
    ) -> pb.CheckpointTaskResponse:
        """Answer as a host without criu does."""
        await self._reached(request.container_id, call)
        raise shim(
            "runc did not terminate successfully: exit status 1: CRIU version check failed: exec:"
            ' "criu": executable file not found in $PATH'
        )

    async def Update(self, request: pb.UpdateTaskRequest, call: Call) -> Empty:
        """Change limits."""
        _, task = await self._reached(request.container_id, call)
        resources = decode_spec(request.resources.value)
        memory = (resources.get("memory") or {}).get("limit")
        pids = (resources.get("pids") or {}).get("limit")
        if isinstance(memory, int):
            task.gauge.memory_limit = max(0, memory)
        if isinstance(pids, int):
            task.gauge.pids_limit = max(0, pids)
        return EMPTY

    async def Metrics(self, request: pb.MetricsRequest, call: Call) -> pb.MetricsResponse:
        """The cgroups of the tasks that pass the filters; what is not there is left out."""
        if not call.header:
            # Here a daemon's text is the usual one and its code is not.
            raise shim("namespace is required: failed precondition")
        found = _selected(self.store.space(call.namespace), request.filters)
        await answered(*found, forever=True)
        now = self.clock.now()
        return pb.MetricsResponse(
            metrics=[
                types_pb2.Metric(
                    timestamp=stamp(now), id=task.container_id, data=task.gauge.payload(now)
                )
                for task in found
            ]
        )

    async def Wait(self, request: pb.WaitRequest, call: Call) -> pb.WaitResponse:
        """Answer when a process has ended."""
        task = self.engine.runtime.task(self.store.space(call.namespace), request.container_id)
        process = task.process(request.exec_id)
        await process.ended.wait()
        return pb.WaitResponse(exit_status=process.exit_status, exited_at=process.exited_at)

    async def _reached(self, container_id: str, call: Call) -> tuple[Space, Task]:
        """Find a task whose shim answers; one that is frozen is waited for until the deadline."""
        space = self.store.space(call.namespace)
        task = self.engine.runtime.task(space, container_id)
        await answered(task, forever=True)
        return space, task


def _selected(space: Space, filters: Sequence[str]) -> list[Task]:
    """The tasks that pass the filters; ids are looked up, as clients ask for many at a time."""
    ids = exact_values(filters, "id")
    if ids:
        return [space.tasks[key] for key in sorted(ids) if key in space.tasks]
    wanted = compile_filters(filters)
    return [
        task
        for key, task in sorted(space.tasks.items())
        if wanted(fields({"id": key, "namespace": space.name}))
    ]


def _deleted(process: Process) -> pb.DeleteResponse:
    return pb.DeleteResponse(
        id=process.name,
        pid=process.pid,
        exit_status=process.exit_status,
        exited_at=process.exited_at,
    )
