"""Nothing is left half-done: calls fail, hang and are given up in the middle of a verb."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from protos import leases_pb2
from tests.contract.place import Place, later
from tui.backend import copies
from tui.backend.ending import Ending
from tui.backend.errors import BackendError, DiskFull, NotFound, ServerError, Unavailable
from tui.demo.control import Control
from tui.state.models import TaskStatus

# Only the demo engine can be told to fail.
pytestmark = pytest.mark.parametrize("engine", ["demo"], indirect=True)

STATUS = "containerd.io/restart.status"
STOPPED = "containerd.io/restart.explicitly-stopped"


@pytest.fixture
def control(place: Place) -> Iterator[Control]:
    with Control(place.client.address) as control:
        yield control
        control.clear()


async def rows(place: Place) -> set[str]:
    return {row.row_key for row in await place.service.list_snapshots()}


async def given_up(control: Control, method: str, verb: Coroutine[Any, Any, object]) -> None:
    """Begins a verb, lets one call of it hang, and cancels it there."""
    control.hang(method)
    control.counts(reset=True)
    task = asyncio.create_task(verb)

    async def hangs() -> bool:
        return control.counts().get(method, 0) > 0

    await later(hangs)
    task.cancel()
    # The way back may need the very method.
    control.clear()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("method", ["Tasks.Create", "Tasks.Start"])
async def test_a_start_that_fails_leaves_no_task(
    place: Place, control: Control, method: str
) -> None:
    await place.container("web-1")
    control.error(method, "UNKNOWN", "runc failed: unknown", times=1)
    with pytest.raises(ServerError, match="runc failed"):
        await place.service.start_container("web-1")
    assert await place.service.list_tasks() == []
    await place.service.start_container("web-1")


@pytest.mark.parametrize("method", ["Tasks.Create", "Tasks.Start"])
async def test_a_start_that_is_given_up_leaves_no_task(
    place: Place, control: Control, method: str
) -> None:
    await place.container("web-1")
    await given_up(control, method, place.service.start_container("web-1"))
    assert await place.service.list_tasks() == []
    await place.service.start_container("web-1")


async def test_the_task_of_somebody_else_is_not_removed(place: Place, control: Control) -> None:
    await place.running("web-1")
    # It came between the look and the creation.
    control.error("Tasks.Get", "NOT_FOUND", "not found", times=1)
    with pytest.raises(BackendError):
        await place.service.start_container("web-1")
    assert await place.status("web-1") is TaskStatus.RUNNING


STEPS = ["Snapshots.View", "Snapshots.Mounts", "Diff.Diff", "Snapshots.Prepare", "Diff.Apply"]


@pytest.mark.parametrize("method", [*STEPS, "Snapshots.Commit", "Leases.Create"])
async def test_a_copy_that_fails_leaves_nothing(
    place: Place, control: Control, method: str
) -> None:
    await place.container("web-1")
    before = await rows(place)
    control.error(method, "UNKNOWN", "no space left on device", times=1)
    with pytest.raises(DiskFull, match="disk of the daemon is full"):
        await place.service.commit_snapshot("web-1", "saved")
    assert await rows(place) == before
    assert await place.seed.leases() == []


@pytest.mark.parametrize("method", [*STEPS, "Snapshots.Commit"])
async def test_a_copy_that_is_given_up_leaves_nothing(
    place: Place, control: Control, method: str
) -> None:
    await place.container("web-1")
    before = await rows(place)
    await given_up(control, method, place.service.commit_snapshot("web-1", "saved"))

    # A commit that was under way may still come about, and then as a whole.
    may_be = {"overlayfs/saved"} if method == "Snapshots.Commit" else set()

    async def is_clean() -> bool:
        # What else arrived before it was given up is under the lease, and goes with it.
        return await rows(place) - may_be == before and await place.seed.leases() == []

    await later(is_clean)


async def test_a_copy_that_is_slow_does_not_outlive_its_lease(
    place: Place, control: Control
) -> None:
    await place.container("web-1")
    control.hang("Diff.Diff")
    task = asyncio.create_task(place.service.commit_snapshot("web-1", "saved"))
    request = leases_pb2.ListRequest()
    found: list[leases_pb2.Lease] = []

    async def is_held() -> bool:
        found[:] = (await place.client.call(place.client.leases.List, request)).leases
        return bool(found)

    await later(is_held)
    expires = datetime.fromisoformat(found[0].labels["containerd.io/gc.expire"])
    longest = timedelta(seconds=2 * copies._DIFF_SECONDS)
    assert expires - found[0].created_at.ToDatetime(UTC) > longest + timedelta(minutes=5)
    control.clear()
    await task


async def test_a_file_system_that_stays_is_told(place: Place, control: Control) -> None:
    await place.container("web-1")
    control.error("Snapshots.Remove", "FAILED_PRECONDITION", "it has children", times=1)
    with pytest.raises(BackendError, match="web-1 is deleted, but its snapshot web-1 is left"):
        await place.service.delete_container("web-1")
    with pytest.raises(NotFound):
        await place.service.get_container("web-1")


@pytest.mark.parametrize("method", ["Tasks.Kill", "Tasks.Wait"])
async def test_a_stop_that_fails_keeps_the_monitor_at_work(
    place: Place, control: Control, method: str
) -> None:
    await place.running("web-1", labels={STATUS: "running"})
    control.error(method, "UNKNOWN", "the shim is gone", times=1)
    with pytest.raises(ServerError):
        await place.service.stop_container("web-1", timeout=30)
    labels = (await place.service.get_container("web-1")).labels
    assert labels[STATUS] == "running"
    assert STOPPED not in labels


async def test_a_stop_that_is_given_up_keeps_the_monitor_at_work(
    place: Place, control: Control
) -> None:
    await place.running("web-1", labels={STATUS: "running"}, script="run ignore:TERM")
    await given_up(control, "Tasks.Kill", place.service.stop_container("web-1", timeout=600))
    labels = (await place.service.get_container("web-1")).labels
    assert STOPPED not in labels
    assert await place.status("web-1") is TaskStatus.RUNNING


async def test_a_stop_that_is_given_up_after_its_signal_stays_a_wish(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, within = asyncio.Event(), Ending.within

    async def wait(end: Ending, seconds: float) -> int | None:
        waits.set()
        return await within(end, seconds)

    monkeypatch.setattr(Ending, "within", wait)
    await place.running("web-1", labels={STATUS: "running"}, script="run ignore:TERM")
    stop = asyncio.create_task(place.service.stop_container("web-1", timeout=600))
    await asyncio.wait_for(waits.wait(), 60)
    stop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stop
    labels = (await place.service.get_container("web-1")).labels
    assert labels[STOPPED] == "true"
    await place.service.kill("web-1", "KILL")
    await place.stopped("web-1")


async def test_a_delete_that_cannot_kill_keeps_the_monitor_at_work(
    place: Place, control: Control
) -> None:
    await place.running("web-1", labels={STATUS: "running"})
    control.error("Tasks.Kill", "UNKNOWN", "the shim is gone", times=1)
    with pytest.raises(ServerError):
        await place.service.delete_task("web-1", force=True)
    labels = (await place.service.get_container("web-1")).labels
    assert labels[STATUS] == "running"
    assert STOPPED not in labels


async def test_a_snapshotter_that_fails_does_not_hide_the_others(
    place: Place, control: Control
) -> None:
    for name in ("overlayfs", "native"):
        place.seed.snapshotter = name
        await place.seed.prepare("free")
    both = {"overlayfs/free", "native/free"}
    control.error("Snapshots.List", "UNKNOWN", "the pool is gone", times=1)
    assert len(await rows(place) & both) == 1
    assert await rows(place) == both
    control.error("Snapshots.List", "UNAVAILABLE", "the pool is gone")
    with pytest.raises(Unavailable, match="the pool is gone"):
        await place.service.list_snapshots()


async def test_errors_of_any_call_are_our_own(place: Place, control: Control) -> None:
    hostile = "\x1b]52;c;x\x07[/b]\u202e" * 1000
    calls: list[Callable[[], Coroutine[Any, Any, object]]] = [
        place.service.server,
        place.service.list_namespaces,
        place.service.list_images,
        place.service.list_containers,
        place.service.list_tasks,
        place.service.list_snapshots,
        place.service.list_ingests,
    ]
    control.error("*", "UNKNOWN", hostile)
    for call in calls:
        with pytest.raises(ServerError) as caught:
            await call()
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 500
    control.clear()
