"""The restart monitor: containers that their labels want to run are started again."""

from typing import TYPE_CHECKING

from protos import containers_pb2, task_types_pb2, tasks_pb2
from protos import event_payloads_pb2 as payloads
from tui.demo.clock import Timer
from tui.demo.refusals import Refusal
from tui.demo.store import Space, Store

if TYPE_CHECKING:
    from tui.demo.process import Task
    from tui.demo.runtime import Runtime

STATUS = "containerd.io/restart.status"
POLICY = "containerd.io/restart.policy"
COUNT = "containerd.io/restart.count"
STOPPED = "containerd.io/restart.explicitly-stopped"
LOG = "containerd.io/restart.loguri"
PERIOD = 10.0
"""Seconds between two looks of a daemon's monitor; ours looks only when something ended."""


class Monitor:
    """Looks at a container some seconds after its task ended or its labels changed."""

    def __init__(self, store: Store, runtime: "Runtime") -> None:
        self._store = store
        self._runtime = runtime
        self._due: dict[tuple[str, str], Timer] = {}

    def look(self, space: Space, container_id: str) -> None:
        """Have the container looked at when the next round is due."""
        container = space.containers.get(container_id)
        if container is None or STATUS not in container.labels:
            return
        key = (space.name, container_id)
        if key not in self._due:
            now = self._store.clock.now()
            when = now - now % PERIOD + PERIOD
            self._due[key] = self._store.clock.call_at(when, lambda: self._visit(space, *key[1:]))

    def _visit(self, space: Space, container_id: str) -> None:
        del self._due[(space.name, container_id)]
        container = space.containers.get(container_id)
        if container is None:
            return
        task = space.tasks.get(container_id)
        wanted = container.labels.get(STATUS)
        if wanted == "stopped" and task is not None:
            self._stop(space, task)
        elif wanted == "running" and not (task is not None and task.init.live):
            if task is not None and task.init.status == task_types_pb2.CREATED:
                return
            if _restarts(container, task):
                self._start(space, container, task)

    def _stop(self, space: Space, task: "Task") -> None:
        if task.init.status != task_types_pb2.STOPPED:
            task.init.kill(9)
        self._runtime.forget(space, task)

    def _start(
        self, space: Space, container: containers_pb2.Container, task: "Task | None"
    ) -> None:
        if task is not None:
            self._runtime.forget(space, task)
        count = container.labels.get(COUNT, "0")
        container.labels[COUNT] = str(int(count) + 1 if count.isdigit() else 1)
        container.updated_at.CopyFrom(self._store.clock.stamp())
        event = payloads.ContainerUpdate(
            id=container.id,
            image=container.image,
            labels=container.labels,
            snapshot_key=container.snapshot_key,
        )
        self._store.bus.publish(space.name, "/containers/update", event)
        log = container.labels.get(LOG, "")
        request = tasks_pb2.CreateTaskRequest(container_id=container.id, stdout=log, stderr=log)
        try:
            self._runtime.create(space, request)
        except Refusal:
            self.look(space, container.id)
            return
        self._runtime.start(space, container.id)


def _restarts(container: containers_pb2.Container, task: "Task | None") -> bool:
    """Whether the policy wants a container back whose task is not running."""
    policy, _, most = container.labels.get(POLICY, "always").partition(":")
    if policy == "on-failure":
        if task is None or task.init.exit_status == 0:
            return False
        done = container.labels.get(COUNT, "0")
        return not most.isdigit() or int(most) == 0 or int(done) < int(most)
    if policy == "unless-stopped":
        return container.labels.get(STOPPED) != "true"
    return policy != "no"
