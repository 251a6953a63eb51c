"""The ends of tasks: told by events, by the tasks themselves, or twice."""

from datetime import UTC, datetime, timedelta

from tui.state.models import Sample, Task, TaskStatus
from tui.state.store import Store

AT = datetime(2026, 1, 1, tzinfo=UTC)


def stopped(key: str, status: int = 1, at: datetime = AT) -> Task:
    return Task("default", key, 7, TaskStatus.STOPPED, exit_status=status, exited_at=at)


def test_an_end_told_twice_counts_once() -> None:
    store = Store()
    store.add_exit("default", "a", 1, AT)
    store.upsert("task", stopped("a"))
    assert store.snapshot().exits["a"].count == 1
    later = AT + timedelta(seconds=5)
    store.replace("task", [stopped("a", 2, later)])
    end = store.snapshot().exits["a"]
    assert (end.status, end.at, end.count) == (2, later, 2)


def test_memory_is_blamed_before_and_after_the_end_but_not_for_the_next() -> None:
    store = Store()
    store.add_oom("default", "a")
    store.add_exit("default", "a", 137, AT)
    assert store.snapshot().exits["a"].oom
    store.add_start("default", "a")
    store.add_exit("default", "a", 1, AT + timedelta(seconds=1))
    assert not store.snapshot().exits["a"].oom
    store.add_oom("default", "a")
    assert store.snapshot().exits["a"].oom
    store.add_start("default", "a")
    store.add_exit("default", "a", 0, AT + timedelta(seconds=2))
    assert not store.snapshot().exits["a"].oom


def test_memory_is_not_blamed_for_an_end_without_a_fault() -> None:
    store = Store()
    store.add_oom("default", "a")
    store.add_exit("default", "a", 0, AT)
    assert not store.snapshot().exits["a"].oom
    store.add_oom("default", "a")
    assert not store.snapshot().exits["a"].oom


def test_a_stopped_task_has_no_curve() -> None:
    store = Store()
    store.add_sample("a", Sample(at=1.0, cpu_ns=1, memory=1), 1.0)
    store.upsert("task", stopped("a"))
    assert not store.snapshot().series
