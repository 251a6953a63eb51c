"""The tasks: the processes of the containers."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tui.format import age
from tui.panes.cells import cpu, memory, spark_widths, status, status_order, text
from tui.panes.columns import column, figures
from tui.panes.containers import alive, begun
from tui.panes.figures import exit_section, figures_section, task_section
from tui.panes.resource import Resource, View
from tui.panes.sections import section
from tui.state.models import Series, Task, TaskStatus
from tui.state.snapshot import Snapshot
from tui.targets import Pane
from tui.text import safe
from widgets.cells import Cell
from widgets.columns import Column
from widgets.detail import Section


class TaskItem(NamedTuple):
    """All that the row of a task depends on."""

    task: Task
    title: str
    series: Series | None
    pending: str
    since: str


class Tasks(Resource[TaskItem]):
    """Columns, rows and details of the tasks."""

    pane = Pane.TASKS

    def columns(self, width: int) -> tuple[Column, ...]:
        """Return the columns for a pane of that width."""
        return (
            column("name", "CONTAINER", least=10, most=60),
            column("pid", "PID", 7, 4, right=True),
            column("status", "STATUS", 14),
            *figures(width, 2),
            column("pids", "PIDS", 5, 5, right=True),
            column("age", "SINCE", 5, 3, right=True),
        )

    def items(self, view: View) -> Iterator[tuple[str, TaskItem]]:
        """Yield container id and item of every task."""
        series, containers = view.fresh(), view.snapshot.containers
        for key, task in view.snapshot.tasks.items():
            container = containers.get(key)
            yield (
                key,
                TaskItem(
                    task,
                    container.title if container else key,
                    series.get(key) if alive(task) else None,
                    view.pending.get(key, ""),
                    age(_since(task), view.now),
                ),
            )

    def cells(self, item: TaskItem, width: int) -> tuple[Cell, ...]:
        """Draw one task."""
        cpu_width, memory_width = spark_widths(width)
        pids = str(item.series.last.pids) if item.series and item.series.answering else ""
        return (
            Cell(safe(item.title), "title"),
            text(str(item.task.pid) if item.task.pid else "", "dim"),
            status(item.task, None, item.pending),
            cpu(item.series, cpu_width),
            memory(item.series, memory_width),
            text(pids),
            text(item.since, "dim"),
        )

    def sort_value(self, item: TaskItem, column: str) -> Any:
        """Return what to sort a task by."""
        match column:
            case "pid":
                return item.task.pid or None
            case "status":
                return status_order(item.task)
            case "cpu":
                return item.series and item.series.cpu_percent
            case "memory":
                return item.series and item.series.last.memory
            case "pids":
                return item.series and item.series.last.pids
            case "age":
                since = _since(item.task)
                return -since.timestamp() if since else None
        return item.title

    def search_text(self, item: TaskItem) -> str:
        """Return container, process id and status."""
        return f"{item.title} {item.task.container_id} {item.task.pid} {item.task.status}"

    def runs(self, item: TaskItem) -> bool:
        """Tell whether it runs."""
        return begun(item.task)

    def labels(self, snapshot: Snapshot, key: str) -> Mapping[str, str]:
        """Return the labels of the task's container: a task has none."""
        container = snapshot.containers.get(key)
        return container.labels if container else {}

    def overview(self, view: View, key: str) -> tuple[Section, ...]:
        """Return task, last end and figures."""
        task = view.snapshot.tasks[key]
        sections = (
            section("Container", (("ID", safe(key)),)),
            task_section(task, view),
            exit_section(view.snapshot.exits.get(key), view),
            figures_section(view.fresh().get(key) if alive(task) else None),
        )
        return tuple(part for part in sections if part.fields)


def _since(task: Task) -> datetime | None:
    return task.exited_at if task.status is TaskStatus.STOPPED else task.started_at
