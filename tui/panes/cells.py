"""Cells that several panes share: the status of a task and its figures."""

from tui.format import percent, size
from tui.state.models import Exit, Series, Task, TaskStatus
from widgets.cells import Cell
from widgets.glyphs import glyphs
from widgets.sparkline import sparkline

NOTHING = Cell()
SAMPLES = 60
FIGURE = 8
"""Cells of ``1023 MiB``, the widest figure."""


def text(value: str, style: str = "") -> Cell:
    """Return a cell, the shared empty one for no text."""
    return Cell(value, style) if value else NOTHING


def status(task: Task | None, last_exit: Exit | None, pending: str) -> Cell:
    """Return glyph, word and colour of a container's task."""
    signs = glyphs()
    if pending:
        return Cell(f"{signs.dotted} {pending}{signs.ellipsis}", "busy")
    if task is None:
        if last_exit is not None and last_exit.status:
            return Cell(f"{signs.ring} no task {signs.cross}{last_exit.status}", "bad")
        return Cell(f"{signs.ring} no task", "dim")
    if task.status is TaskStatus.STOPPED:
        if task.exit_status:
            return Cell(f"{signs.cross} exited {task.exit_status}", "bad")
        return Cell(f"{signs.ring} exited 0")
    glyph, style = {
        TaskStatus.RUNNING: (signs.dot, "ok"),
        TaskStatus.PAUSED: (signs.pause, "warn"),
        TaskStatus.PAUSING: (signs.pause, "warn"),
        TaskStatus.CREATED: (signs.dotted, ""),
    }.get(task.status, (signs.warning, "warn"))
    # Its shim hangs; what became of the process, nobody can tell.
    word = "no answer" if task.status is TaskStatus.UNKNOWN else task.status
    return Cell(f"{glyph} {word}", style)


def status_order(task: Task | None) -> tuple[int, int]:
    """Return what sorts a status: what runs first, then by exit code."""
    order = list(TaskStatus)
    if task is None:
        return len(order) + 1, 0
    rank = 0 if task.status is TaskStatus.RUNNING else 1 + order.index(task.status)
    return rank, task.exit_status or 0


def spark_widths(width: int) -> tuple[int, int]:
    """Return the cells of the CPU and the memory curve in a pane of that width."""
    if width < 70:
        return 0, 0
    if width < 100:
        return 5, 3
    return (12, 10) if width < 150 else (20, 15)


def cpu(series: Series | None, width: int) -> Cell:
    """Return the CPU curve over `width` cells and the newest rate, 100 % being one core."""
    if series is None:
        return NOTHING
    if not series.answering:
        return Cell("no answer", "warn")
    rate = series.cpu_percent
    figure = glyphs().ellipsis if rate is None else percent(rate)
    if not width:
        return Cell(figure)
    known = [value for value in series.cpu if value is not None]
    curve = _curve(series.cpu, width, _step(max(known, default=0.0), 5.0), series.count)
    return Cell(spans=((curve, "accent"), (f" {figure:>6}", "")))


def memory(series: Series | None, width: int) -> Cell:
    """Return the curve of the working set over `width` cells and its newest size."""
    if series is None:
        return NOTHING
    figure = size(series.last.memory)
    style = _pressure(series.last.memory, series.last.memory_limit)
    if not width:
        return Cell(figure, style)
    known = [float(value) for value in series.memory if value is not None]
    top = _step(max(known, default=0.0), 1024.0 * 1024.0)
    curve = _curve(series.memory, width, top, series.count)
    return Cell(spans=((curve, "dim"), (f" {figure:>{FIGURE}}", style)))


def _curve(
    values: tuple[float | None, ...] | tuple[int | None, ...], width: int, high: float, count: int
) -> str:
    bucket = -(-SAMPLES // width)
    return sparkline(values, width, high=high, bucket=bucket, start=count - len(values))


def _step(value: float, least: float) -> float:
    """Return the top of a scale that changes seldom: `least` times a power of two."""
    while least < value:
        least *= 2
    return least


def _pressure(used: int, limit: int | None) -> str:
    """Return the style of a figure that comes near to its limit."""
    if not limit or used < 0.9 * limit:
        return ""
    return "warn" if used < 0.97 * limit else "bad"
