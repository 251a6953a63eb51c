"""What is read again after an event, and what is remembered of it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tui.backend.dirty import QUIET, Dirty
from tui.backend.subscription import marks, note_life
from tui.state.models import Event
from tui.state.store import Store

AT = datetime(2026, 1, 1, tzinfo=UTC)
LOCAL = ("overlayfs", "native")


def event(topic: str, subject: str = "x", **detail: str) -> Event:
    return Event(AT, "default", topic, subject, detail)


@pytest.mark.parametrize(
    ("happened", "wanted"),
    [
        (event("/containers/create"), [("container", "x")]),
        (event("/containers/update"), [("container", "x")]),
        (event("/containers/delete"), [("container", "x"), ("task", "x")]),
        (event("/tasks/start", pid="7"), [("task", "x")]),
        (event("/tasks/exit", id="x"), [("task", "x")]),
        (event("/tasks/exit", id="an-exec"), []),
        (event("/tasks/exec-added", exec_id="e"), []),
        (event("/tasks/delete", id=""), [("task", "x")]),
        (event("/tasks/oom"), []),
        (event("/images/update"), [("image", "x")]),
        (event("/snapshot/prepare", snapshotter="native"), [("snapshot", "native/x")]),
        (
            event("/snapshot/commit", key="k", snapshotter="native"),
            [("snapshot", "native/x"), ("snapshot", "native/k")],
        ),
        (event("/snapshot/remove"), [("snapshot", "overlayfs/x"), ("snapshot", "native/x")]),
        (event("/content/delete"), []),
        (event("/namespaces/create"), []),
        (event("/tasks/exit", ""), []),
        (event("anything", "x"), []),
    ],
    ids=lambda value: value.topic if isinstance(value, Event) else "",
)
def test_an_event_marks_what_it_is_about(happened: Event, wanted: list[tuple[str, str]]) -> None:
    assert list(marks(happened, LOCAL)) == wanted


def test_ends_are_remembered_and_those_of_execs_are_not() -> None:
    store = Store()
    note_life(event("/tasks/exit", id="e", exit_status="1"), store)
    assert not store.snapshot().exits
    later = AT + timedelta(seconds=1)
    note_life(event("/tasks/oom"), store)
    note_life(event("/tasks/exit", id="x", exit_status="137", exited_at=later.isoformat()), store)
    end = store.snapshot().exits["x"]
    assert (end.status, end.at, end.oom) == (137, later, True)
    note_life(event("/tasks/start", pid="8"), store)
    note_life(event("/tasks/exit", id="x", exit_status="0", exited_at="rubbish"), store)
    assert store.snapshot().exits["x"].count == 1
    note_life(event("/containers/delete"), store)
    assert not store.snapshot().exits


async def test_a_burst_is_taken_in_one_go_and_each_name_once() -> None:
    dirty = Dirty()
    for index in range(500):
        dirty.mark("task", f"t{index % 10}")
        dirty.mark("container", "c")
    taken = await dirty.take()
    assert {kind: set(keys) for kind, keys in taken.items()} == {
        "task": {f"t{index}" for index in range(10)},
        "container": {"c"},
    }


async def test_a_burst_is_waited_for_until_it_is_over() -> None:
    dirty = Dirty()
    batch = asyncio.create_task(dirty.take())
    for index in range(10):
        dirty.mark("task", str(index))
        await asyncio.sleep(QUIET / 10)
    assert len((await batch)["task"]) == 10


async def test_a_burst_that_never_ends_is_not_waited_for() -> None:
    dirty = Dirty()
    batch = asyncio.create_task(dirty.take())
    while not batch.done():
        dirty.mark("task", "a")
        await asyncio.sleep(QUIET / 10)
    assert set((await batch)["task"]) == {"a"}
