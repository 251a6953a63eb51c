"""The containers: records, and what their tasks do."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tui.format import age, moment, size
from tui.panes.cells import NOTHING, cpu, memory, spark_widths, status, status_order, text
from tui.panes.columns import column, figures
from tui.panes.figures import exit_section, figures_section, task_section
from tui.panes.names import short_image
from tui.panes.resource import Resource, View
from tui.panes.sections import section
from tui.state.models import Container, Exit, Series, Task, TaskStatus
from tui.state.snapshot import Snapshot
from tui.targets import Pane
from tui.text import safe
from widgets.cells import Cell
from widgets.columns import Column
from widgets.detail import Section


class ContainerItem(NamedTuple):
    """All that the row of a container depends on."""

    container: Container
    task: Task | None
    series: Series | None
    last_exit: Exit | None
    pending: str
    age: str


class Containers(Resource[ContainerItem]):
    """Columns, rows and details of the containers."""

    pane = Pane.CONTAINERS

    def columns(self, width: int) -> tuple[Column, ...]:
        """Return the columns for a pane of that width."""
        return (
            column("name", "ID", least=10, most=48, weight=4),
            column("image", "IMAGE", priority=4, least=9, most=56, weight=3),
            column("status", "STATUS", 14),
            *figures(width, 2),
            column("age", "AGE", 4, 3, right=True),
        )

    def items(self, view: View) -> Iterator[tuple[str, ContainerItem]]:
        """Yield id and item of every container."""
        snapshot, now, pending, series = view.snapshot, view.now, view.pending, view.fresh()
        tasks, exits = snapshot.tasks, snapshot.exits
        for key, container in snapshot.containers.items():
            task = tasks.get(key)
            yield (
                key,
                ContainerItem(
                    container,
                    task,
                    series.get(key) if alive(task) else None,
                    exits.get(key),
                    pending.get(key, ""),
                    age(container.created_at, now),
                ),
            )

    def cells(self, item: ContainerItem, width: int) -> tuple[Cell, ...]:
        """Draw one container."""
        cpu_width, memory_width = spark_widths(width)
        return (
            Cell(safe(item.container.title), "title"),
            text(short_image(item.container.image)),
            status(item.task, item.last_exit, item.pending),
            cpu(item.series, cpu_width),
            _memory(item, memory_width),
            text(item.age, "dim"),
        )

    def sort_value(self, item: ContainerItem, column: str) -> Any:
        """Return what to sort a container by."""
        match column:
            case "image":
                return short_image(item.container.image)
            case "status":
                return status_order(item.task)
            case "cpu":
                return item.series and item.series.cpu_percent
            case "memory":
                return item.series and item.series.last.memory
            case "age":
                return _age(item.container.created_at)
        return item.container.title

    def search_text(self, item: ContainerItem) -> str:
        """Return id, name, image, pod, owner and status."""
        container = item.container
        state = item.task.status if item.task else "no task"
        return " ".join(
            (container.id, container.name, container.image, container.pod, container.owner, state)
        )

    def runs(self, item: ContainerItem) -> bool:
        """Tell whether it has a task that runs."""
        return begun(item.task)

    def labels(self, snapshot: Snapshot, key: str) -> Mapping[str, str]:
        """Return the labels of the record."""
        return snapshot.containers[key].labels

    def overview(self, view: View, key: str) -> tuple[Section, ...]:
        """Return record, task and figures."""
        snapshot = view.snapshot
        container, task = snapshot.containers[key], snapshot.tasks.get(key)
        return tuple(
            part
            for part in (
                _record(container, view),
                task_section(task, view),
                exit_section(snapshot.exits.get(key), view),
                figures_section(view.fresh().get(key) if alive(task) else None),
            )
            if part.fields
        )


def alive(task: Task | None) -> bool:
    """Tell whether a task has a process, paused or not; one that cannot be asked has."""
    return task is not None and task.status is not TaskStatus.STOPPED


def begun(task: Task | None) -> bool:
    """Tell whether a task runs, paused or not: one that was only created does not yet."""
    return alive(task) and task is not None and task.status is not TaskStatus.CREATED


def _memory(item: ContainerItem, width: int) -> Cell:
    if item.series is not None:
        return memory(item.series, width)
    killed = item.last_exit is not None and item.last_exit.oom and not alive(item.task)
    return Cell("OOM", "bad") if killed else NOTHING


def _age(created: Any) -> float | None:
    return -created.timestamp() if created else None


def _record(container: Container, view: View) -> Section:
    usage = view.snapshot.usage.get(f"{container.snapshotter}/{container.snapshot_key}")

    measured = f" ({size(usage.size)})" if usage else ""
    rows = (
        ("ID", safe(container.id)),
        ("Name", safe(container.name)),
        ("Pod", safe(container.pod)),
        ("Managed by", safe(container.owner)),
        ("Image", safe(container.image)),
        ("Command", safe(" ".join(container.args))),
        ("Runtime", safe(container.runtime)),
        ("Snapshot", safe(f"{container.snapshotter}/{container.snapshot_key}") + measured),
        ("Restart policy", safe(container.restart_policy)),
        ("Created", moment(container.created_at, view.now)),
    )
    return section("Container", rows)
