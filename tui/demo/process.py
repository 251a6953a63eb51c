"""A process and its states, as a shim keeps them."""

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass, field

from google.protobuf.timestamp_pb2 import Timestamp

from protos import task_types_pb2
from tui.demo.clock import NEVER, Clock, Timer, stamp
from tui.demo.gauges import Gauge
from tui.demo.refusals import not_found, shim
from tui.demo.script import Script
from tui.demo.stdio import Logger, Output

Status = task_types_pb2.Status
_NAMES = {
    task_types_pb2.CREATED: "created",
    task_types_pb2.RUNNING: "running",
    task_types_pb2.PAUSED: "paused",
    task_types_pb2.STOPPED: "stopped",
}


@dataclass(frozen=True, slots=True)
class Stdio:
    """The standard streams as the client named them."""

    stdin: str = ""
    stdout: str = ""
    stderr: str = ""
    terminal: bool = False


class Process:
    """The first process of a task, or an exec; `exited` is called once, when it ends."""

    def __init__(
        self,
        clock: Clock,
        pid: int,
        script: Script,
        stdio: Stdio,
        exited: Callable[["Process"], None],
        *,
        name: str,
    ) -> None:
        self.pid = pid
        self.name = name
        """The container's id, or the exec's."""
        self.script = script
        self.stdio = stdio
        self.status = task_types_pb2.CREATED
        self.exit_status = 0
        self.exited_at: Timestamp = Timestamp(seconds=NEVER)
        self.ended = asyncio.Event()
        self._clock = clock
        self._output = Output(stdio.stdin, stdio.stdout, stdio.stderr)
        self._logger = Logger(self._output, clock, f"{name}/{pid}")
        self._exited = exited
        self._end: Timer | None = None
        self._left: float | None = script.after if script.exit_status is not None else None
        """Seconds it still has to run before it ends by itself."""
        self._queued: list[int] = []

    @property
    def live(self) -> bool:
        """Whether it has started and not ended."""
        return self.status in (task_types_pb2.RUNNING, task_types_pb2.PAUSED)

    def message(self) -> task_types_pb2.Process:
        """What Tasks.Get says of it."""
        if self.script.frozen and self.live:
            return task_types_pb2.Process(id=self.name, status=task_types_pb2.UNKNOWN)
        return task_types_pb2.Process(
            id=self.name,
            pid=self.pid,
            status=self.status,
            stdin=self.stdio.stdin,
            stdout=self.stdio.stdout,
            stderr=self.stdio.stderr,
            terminal=self.stdio.terminal,
            exit_status=self.exit_status,
            exited_at=self.exited_at,
        )

    def start(self) -> None:
        """Let it run."""
        if self.status != task_types_pb2.CREATED:
            raise shim(f"cannot start a {_NAMES[self.status]} process")
        self.status = task_types_pb2.RUNNING
        for line in self.script.lines:
            self._output.write(line)
        if not self.script.quiet:
            self._logger.start()
        self._schedule()

    def kill(self, number: int) -> None:
        """Send it a signal; a paused process gets it when it is resumed, SIGKILL at once."""
        if self.status == task_types_pb2.STOPPED:
            raise not_found("process already finished")
        if number > signal.SIGRTMAX:
            raise shim(f"unknown signal: {number}: invalid argument")
        if self.status == task_types_pb2.PAUSED and number != signal.SIGKILL:
            self._queued.append(number)
        elif self.script.ends_by(number):
            self.end(128 + number)

    def pause(self) -> None:
        """Stop the clock for it."""
        if self.status != task_types_pb2.RUNNING:
            raise shim(self._unfit("pause"))
        self.status = task_types_pb2.PAUSED
        self._logger.stop()
        if self._end is not None:
            self._left = max(0.0, self._end.when - self._clock.now())
            self._end.cancel()

    def resume(self) -> None:
        """Let it run on."""
        if self.status != task_types_pb2.PAUSED:
            raise shim(self._unfit("resume"))
        self.status = task_types_pb2.RUNNING
        if not self.script.quiet:
            self._logger.start()
        self._schedule()

    def deliver(self) -> None:
        """Hand it the signals that came while it was paused."""
        queued, self._queued = self._queued, []
        for number in queued:
            if self.status == task_types_pb2.RUNNING:
                self.kill(number)

    def end(self, exit_status: int) -> None:
        """Let it end."""
        self.status = task_types_pb2.STOPPED
        self.exit_status = exit_status
        self.exited_at = stamp(self._clock.now())
        self._logger.stop()
        if self._end is not None:
            self._end.cancel()
        self._output.close()
        self.ended.set()
        self._exited(self)

    def discard(self) -> None:
        """Close what is open when it is deleted without having run."""
        self._output.close()

    def _schedule(self) -> None:
        if self._left is not None:
            self._end = self._clock.call_later(self._left, self._expire)

    def _expire(self) -> None:
        if self.status == task_types_pb2.RUNNING:
            self.end(self.script.exit_status or 0)

    def _unfit(self, verb: str) -> str:
        if self.status == task_types_pb2.CREATED:
            return f"cannot {verb} task in created state"
        noun = "process" if self.status == task_types_pb2.RUNNING else "container"
        return f"cannot {verb} a {_NAMES[self.status]} {noun}"


@dataclass(slots=True, eq=False)
class Task:
    """What runs of a container: its first process, its execs, its cgroup."""

    container_id: str
    init: Process
    gauge: Gauge
    bundle: str
    execs: dict[str, Process] = field(default_factory=dict)

    @property
    def frozen(self) -> bool:
        """Whether its shim does not answer."""
        return self.init.script.frozen and self.init.live

    def process(self, exec_id: str) -> Process:
        """Find one of its processes, or refuse; ``""`` is the first one."""
        if not exec_id:
            return self.init
        if exec_id not in self.execs:
            raise not_found(f"process {exec_id} does not exist")
        return self.execs[exec_id]
