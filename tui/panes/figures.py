"""The sections of the details about a task, its last end and its figures."""

from signal import Signals

from tui.format import moment, percent, size
from tui.panes.resource import View
from tui.panes.sections import section
from tui.state.models import Exit, Series, Task
from tui.text import safe
from widgets.detail import Section

SECOND = 1_000_000_000


def exit_words(status: int) -> str:
    """Return an exit code with the signal that it stands for."""
    try:
        return f"{status} ({Signals(status - 128).name})"
    except ValueError:
        return str(status)


def task_section(task: Task | None, view: View) -> Section:
    """Return what is known of a task."""
    if task is None:
        return section("Task", (("", "none: the container is a record only"),))
    ended = task.exit_status is not None and task.exited_at is not None
    rows = (
        ("Status", str(task.status)),
        ("PID", str(task.pid) if task.pid else ""),
        ("Started", moment(task.started_at, view.now)),
        ("Exit code", exit_words(task.exit_status or 0) if ended else ""),
        ("Ended", moment(task.exited_at, view.now)),
        ("Terminal", "yes" if task.terminal else ""),
        ("Output", safe(task.stdout)),
    )
    return section("Task", rows)


def exit_section(last: Exit | None, view: View) -> Section:
    """Return the last end of the container's task that c9d saw."""
    if last is None:
        return section("Last end", ())
    words = exit_words(last.status) + (", out of memory" if last.oom else "")
    rows = [("Exit code", words), ("At", moment(last.at, view.now))]
    if last.count > 1:
        rows.append(("Ends seen", str(last.count)))
    return section("Last end", tuple(rows))


def figures_section(series: Series | None) -> Section:
    """Return the newest sample of a task in words."""
    if series is None:
        return section("Figures", ())
    if not series.answering:
        return section("Figures", (("", "the shim does not answer"),))
    last, rate = series.last, series.cpu_percent
    limit = f" of {size(last.memory_limit)}" if last.memory_limit else ""
    most = f" of {last.pids_limit}" if last.pids_limit else ""
    rows = (
        ("CPU", "measuring" if rate is None else f"{percent(rate)} of one core"),
        ("CPU time", f"{last.cpu_ns / SECOND:.1f} s"),
        ("Throttled", _throttled(series)),
        ("Working set", size(last.memory) + limit),
        ("Page cache", size(last.memory_cache)),
        ("Processes", f"{last.pids}{most}"),
        ("OOM kills", str(last.oom_kills) if last.oom_kills else ""),
        ("Disk read", size(last.read_bytes) if last.read_bytes else ""),
        ("Disk written", size(last.write_bytes) if last.write_bytes else ""),
    )
    return section("Figures", rows)


def _throttled(series: Series) -> str:
    last = series.last
    if not last.throttled_ns:
        return ""
    share = f" in {last.throttled_periods} of {last.periods} periods" if last.periods else ""
    return f"{last.throttled_ns / SECOND:.1f} s{share}"
