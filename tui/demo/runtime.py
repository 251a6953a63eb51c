"""Tasks: made, started, signalled and deleted, with the events a daemon announces."""

import asyncio
from collections.abc import Mapping

from grpc import StatusCode

from protos import event_payloads_pb2 as payloads
from protos import task_types_pb2, tasks_pb2
from tui.demo.clock import rfc3339
from tui.demo.gauges import LOADS, Gauge
from tui.demo.monitor import Monitor
from tui.demo.process import Process, Stdio, Task
from tui.demo.refusals import Refusal, already_exists, shim
from tui.demo.script import LOAD, Script, decode_spec, script_of
from tui.demo.store import STATE, Space, Store

STARTED_AT = "c9d/started-at"
"""Container label with the time of its task's last start, which on a host /proc tells."""
CGROUP_V1 = "c9d.demo/cgroup-v1"
"""Annotation of containers whose metrics are in cgroup v1's form."""
FROZEN_TIMEOUT = 2.0
"""Seconds after which a daemon gives up on a shim that does not answer."""


class Runtime:
    """The shims of all namespaces."""

    def __init__(self, store: Store, seed: int) -> None:
        self._store = store
        self._seed = seed
        self.monitor = Monitor(store, self)

    def task(self, space: Space, container_id: str) -> Task:
        """Find a task, or refuse; one whose container record is gone cannot be reached."""
        space.container(container_id)
        if container_id not in space.tasks:
            raise _no_task(container_id)
        return space.tasks[container_id]

    def create(self, space: Space, request: tasks_pb2.CreateTaskRequest) -> Task:
        """Make a task that waits to be started."""
        container = space.container(request.container_id)
        if container.id in space.tasks:
            raise already_exists(f"task {container.id}")
        spec = decode_spec(container.spec.value)
        annotations = spec.get("annotations") or {}
        script = script_of(annotations, (spec.get("process") or {}).get("args") or [])
        if script.refusal:
            raise shim(
                "failed to create shim task: OCI runtime create failed: runc create failed:"
                f" unable to start container process: {script.refusal}"
            )
        stdio = Stdio(request.stdin, request.stdout, request.stderr, request.terminal)
        _check_streams(stdio)
        init = Process(
            self._store.clock,
            next(self._store.pids),
            script,
            stdio,
            lambda process: self._exited(space, container.id, process),
            name=container.id,
        )
        gauge = _gauge(f"{self._seed}/{space.name}/{container.id}", annotations, script)
        bundle = f"{STATE}/io.containerd.runtime.v2.task/{space.name}/{container.id}"
        task = space.tasks[container.id] = Task(container.id, init, gauge, bundle)
        event = _creation(task, request)
        self._store.bus.publish(space.name, "/tasks/create", event)
        return task

    def start(self, space: Space, container_id: str, exec_id: str = "") -> int:
        """Start a task or an exec; return its pid."""
        task = self.task(space, container_id)
        process = task.process(exec_id)
        bus = self._store.bus
        if exec_id:
            process.start()
            exec_event = payloads.TaskExecStarted(
                container_id=container_id, exec_id=exec_id, pid=process.pid
            )
            bus.publish(space.name, "/tasks/exec-started", exec_event)
            return process.pid
        process.start()
        now = self._store.clock.now()
        task.gauge.run(now)
        container = space.container(container_id)
        container.labels[STARTED_AT] = rfc3339(now)
        container.updated_at.CopyFrom(self._store.clock.stamp())
        event = payloads.TaskStart(container_id=container_id, pid=process.pid)
        bus.publish(space.name, "/tasks/start", event)
        return process.pid

    def kill(self, space: Space, container_id: str, exec_id: str, number: int) -> None:
        """Send a signal to a process; whoever else lives in the task goes with the first one."""
        self.task(space, container_id).process(exec_id).kill(number)

    def delete(self, space: Space, container_id: str, exec_id: str = "") -> Process:
        """Forget a process that does not run."""
        task = self.task(space, container_id)
        process = task.process(exec_id)
        if process.live:
            state = "paused" if process.status == task_types_pb2.PAUSED else "running"
            raise shim(f"cannot delete a {state} process")
        process.discard()
        if exec_id:
            del task.execs[exec_id]
            return process
        self.forget(space, task)
        return process

    def forget(self, space: Space, task: Task) -> None:
        """Remove a task that has ended, and say so."""
        del space.tasks[task.container_id]
        event = payloads.TaskDelete(
            container_id=task.container_id,
            pid=task.init.pid,
            exit_status=task.init.exit_status,
            exited_at=task.init.exited_at,
        )
        self._store.bus.publish(space.name, "/tasks/delete", event)
        self.monitor.look(space, task.container_id)

    def add_exec(self, space: Space, request: tasks_pb2.ExecProcessRequest) -> None:
        """Make an exec that waits to be started."""
        task = self.task(space, request.container_id)
        if task.init.status != task_types_pb2.RUNNING:
            names = {task_types_pb2.CREATED: "created", task_types_pb2.PAUSED: "paused"}
            raise shim(f"cannot exec in a {names.get(task.init.status, 'stopped')} state")
        if request.exec_id in task.execs:
            raise already_exists(f"id {request.exec_id}")
        args = decode_spec(request.spec.value).get("args") or []
        stdio = Stdio(request.stdin, request.stdout, request.stderr, request.terminal)
        task.execs[request.exec_id] = Process(
            self._store.clock,
            next(self._store.pids),
            script_of({}, args),
            stdio,
            lambda process: self._exited(space, request.container_id, process),
            name=request.exec_id,
        )
        event = payloads.TaskExecAdded(container_id=request.container_id, exec_id=request.exec_id)
        self._store.bus.publish(space.name, "/tasks/exec-added", event)

    def pause(self, space: Space, container_id: str) -> None:
        """Freeze a task."""
        task = self.task(space, container_id)
        task.init.pause()
        task.gauge.rest(self._store.clock.now())
        event = payloads.TaskPaused(container_id=container_id)
        self._store.bus.publish(space.name, "/tasks/paused", event)

    def resume(self, space: Space, container_id: str) -> None:
        """Thaw a task."""
        task = self.task(space, container_id)
        task.init.resume()
        task.gauge.run(self._store.clock.now())
        event = payloads.TaskResumed(container_id=container_id)
        self._store.bus.publish(space.name, "/tasks/resumed", event)
        task.init.deliver()

    def _exited(self, space: Space, container_id: str, process: Process) -> None:
        """Announce an end, and what it takes along."""
        task = space.tasks[container_id]
        if process is task.init:
            task.gauge.end(self._store.clock.now())
            for other in task.execs.values():
                if other.live:
                    other.end(137)
            if process.script.oom and process.exit_status == process.script.exit_status:
                task.gauge.ooms += 1
                oom = payloads.TaskOOM(container_id=container_id)
                self._store.bus.publish(space.name, "/tasks/oom", oom)
        event = payloads.TaskExit(
            container_id=container_id,
            id=process.name,
            pid=process.pid,
            exit_status=process.exit_status,
            exited_at=process.exited_at,
        )
        self._store.bus.publish(space.name, "/tasks/exit", event)
        if process is task.init:
            self.monitor.look(space, container_id)


async def answered(*tasks: Task, forever: bool = False) -> None:
    """Wait as long as a daemon does for shims that do not answer, one after the other."""
    frozen = sum(task.frozen for task in tasks)
    if frozen and forever:
        await asyncio.Event().wait()
    await asyncio.sleep(FROZEN_TIMEOUT * frozen)


def _gauge(seed: str, annotations: Mapping[str, str], script: Script) -> Gauge:
    """The cgroup that suits what a container does."""
    load = annotations.get(LOAD, "idle" if script.quiet else "api")
    version = 1 if CGROUP_V1 in annotations else 2
    return Gauge(load if load in LOADS else "idle", seed, version)


def _creation(task: Task, request: tasks_pb2.CreateTaskRequest) -> payloads.TaskCreate:
    streams = payloads.TaskIO(
        stdin=request.stdin,
        stdout=request.stdout,
        stderr=request.stderr,
        terminal=request.terminal,
    )
    return payloads.TaskCreate(
        container_id=task.container_id,
        bundle=task.bundle,
        rootfs=request.rootfs,
        io=streams,
        pid=task.init.pid,
    )


def _check_streams(stdio: Stdio) -> None:
    """Refuse what crashes or confuses a real shim."""
    if stdio.terminal and stdio.stdout.startswith("file:"):
        raise shim("failed to create shim task: scheme not supported: file")
    if stdio.stdout.startswith("file:") and not stdio.stderr:
        raise shim("failed to create shim task: ttrpc: closed")
    if stdio.stdout and not stdio.stderr and not stdio.terminal:
        raise shim('failed to create shim task: opening file "": no such file or directory')


def _no_task(container_id: str) -> Refusal:
    return Refusal(StatusCode.NOT_FOUND, f"task {container_id} not found")
