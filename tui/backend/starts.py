"""When tasks started, which no call of containerd tells."""

from dataclasses import replace
from datetime import datetime

from tui.backend.tasks import started_at
from tui.state.models import Container, Event, Task


class Starts:
    """Remembers what events said, and asks the host or a label where none did."""

    def __init__(self) -> None:
        self._heard: dict[tuple[str, str], tuple[str, datetime]] = {}

    def hear(self, event: Event) -> None:
        """Learn from an event of any namespace; all but two topics say nothing here."""
        key = (event.namespace, event.subject)
        if event.topic == "/tasks/start":
            self._heard[key] = event.detail.get("pid", ""), event.at
        elif event.topic in ("/tasks/delete", "/containers/delete"):
            self._heard.pop(key, None)

    def date(self, task: Task, old: Task | None, container: Container | None) -> Task:
        """Say when a task started.

        Args:
            task: As it was read just now.
            old: As it was read before.
            container: Its record, which may have a label that says it.
        """
        pid, at = self._heard.get((task.namespace, task.container_id), ("", None))
        if at is None or pid != str(task.pid):
            at = old.started_at if old is not None and old.pid == task.pid else None
            at = at or started_at(task, container)
        return replace(task, started_at=at) if at != task.started_at else task
