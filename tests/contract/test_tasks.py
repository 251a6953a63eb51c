"""The contract of the verbs that start, signal, pause and delete tasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from protos import tasks_pb2
from tests.contract.place import Place, later
from tui.backend.errors import FailedPrecondition, InvalidArgument, NotFound
from tui.state.models import TaskStatus


async def test_a_container_starts(place: Place) -> None:
    before = datetime.now(UTC)
    await place.container("web-1")
    task = await place.service.start_container("web-1")
    assert (task.container_id, task.status) == ("web-1", TaskStatus.RUNNING)
    assert task.pid > 0
    assert (task.exit_status, task.exited_at) == (None, None)
    if place.real:
        assert task.started_at is not None
        assert abs(task.started_at - before) < timedelta(minutes=5)
    (listed,) = await place.service.list_tasks()
    assert (listed.container_id, listed.pid, listed.status) == ("web-1", task.pid, task.status)


async def test_what_runs_is_not_started_again(place: Place) -> None:
    await place.running("web-1")
    with pytest.raises(FailedPrecondition, match="web-1 is running already"):
        await place.service.start_container("web-1")


async def test_a_task_that_was_created_is_started(place: Place) -> None:
    await place.container("web-1")
    mounts = await place._mounts("web-1")
    request = tasks_pb2.CreateTaskRequest(container_id="web-1", rootfs=mounts)
    created = await place.client.call(place.client.tasks.Create, request)
    assert await place.status("web-1") is TaskStatus.CREATED
    task = await place.service.start_container("web-1")
    assert (task.pid, task.status) == (created.pid, TaskStatus.RUNNING)


async def test_the_output_of_a_task_goes_into_a_log(place: Place) -> None:
    await place.container("web-1", ["sh", "-c", "echo it works; sleep 3600"])
    task = await place.service.start_container("web-1")
    assert task.stdout == task.stderr
    assert task.stdout.startswith("file:///")
    assert task.stdout.endswith(f"/c9d/logs/{place.namespace}/web-1.log")
    await later(lambda: place.says(task.stdout, "it works"))


async def test_a_restart_goes_on_with_the_log(place: Place) -> None:
    await place.container("web-1", ["sh", "-c", "echo once more"])
    first = await place.service.start_container("web-1")
    await place.stopped("web-1")
    second = await place.service.start_container("web-1")
    assert first.stdout == second.stdout
    await later(lambda: place.says(second.stdout, "once more\nonce more\n"))


async def test_a_container_with_a_terminal_starts(place: Place) -> None:
    await place.container("web-1", terminal=True)
    task = await place.service.start_container("web-1")
    assert (task.status, task.terminal) == (TaskStatus.RUNNING, True)
    # A shell on a terminal does not care for TERM, so this one is ended by force.
    assert await place.service.stop_container("web-1", "KILL") == 137


async def test_a_container_whose_snapshot_is_gone_does_not_start(place: Place) -> None:
    await place.container("web-1")
    await place.service._remove("web-1", "overlayfs", place.namespace)
    with pytest.raises(NotFound, match="snapshot"):
        await place.service.start_container("web-1")
    assert await place.service.list_tasks() == []


async def test_what_cannot_be_run_leaves_no_task(place: Place) -> None:
    await place.container("web-1", ["/no/such/program"], script="refuse:no_such_file")
    with pytest.raises(Exception, match="no such file"):
        await place.service.start_container("web-1")
    with pytest.raises(NotFound):
        await place.service.get_task("web-1")
    # Nothing stands in the way of another try.
    with pytest.raises(Exception, match="no such file"):
        await place.service.start_container("web-1")


async def test_a_task_that_ends_by_itself_says_how(place: Place) -> None:
    await place.container("web-1", ["sh", "-c", "exit 3"], "exit:3")
    await place.service.start_container("web-1")
    await place.stopped("web-1")
    task = await place.service.get_task("web-1")
    assert task.exit_status == 3
    assert task.exited_at is not None
    assert datetime.now(UTC) - task.exited_at < timedelta(minutes=5)
    # Stopping what has stopped is no error, and says how it ended.
    assert await place.service.stop_container("web-1") == 3


async def test_signals_reach_a_task(place: Place) -> None:
    await place.stubborn("web-1")
    await place.service.kill("web-1", "TERM")
    await place.service.kill("web-1", 9, all=True)
    await place.stopped("web-1")
    assert (await place.service.get_task("web-1")).exit_status == 137
    with pytest.raises(NotFound):
        await place.service.kill("web-1", "TERM")


async def test_a_task_is_paused_and_resumed(place: Place) -> None:
    await place.running("web-1")
    service = place.service
    with pytest.raises(FailedPrecondition, match="web-1 is running, not paused"):
        await service.resume("web-1")
    await service.pause("web-1")
    assert await place.status("web-1") is TaskStatus.PAUSED
    with pytest.raises(FailedPrecondition, match="web-1 is paused, not running"):
        await service.pause("web-1")
    with pytest.raises(FailedPrecondition, match="web-1 is paused already"):
        await service.start_container("web-1")
    await service.resume("web-1")
    assert await place.status("web-1") is TaskStatus.RUNNING


async def test_a_stopped_task_is_deleted(place: Place) -> None:
    await place.container("web-1", ["sh", "-c", "exit 3"], "exit:3")
    await place.service.start_container("web-1")
    await place.stopped("web-1")
    assert await place.service.delete_task("web-1") == 3
    assert await place.service.list_tasks() == []
    assert (await place.service.get_container("web-1")).id == "web-1"


async def test_a_running_task_is_deleted_by_force_alone(place: Place) -> None:
    await place.stubborn("web-1")
    with pytest.raises(FailedPrecondition, match="web-1 is running: stop it first"):
        await place.service.delete_task("web-1")
    assert await place.service.delete_task("web-1", force=True) == 137
    with pytest.raises(NotFound):
        await place.service.get_task("web-1")


async def test_a_paused_task_is_deleted_by_force(place: Place) -> None:
    await place.running("web-1")
    await place.service.pause("web-1")
    assert await place.service.delete_task("web-1", force=True) == 137


async def test_wrong_arguments_are_refused_before_any_call(place: Place) -> None:
    await place.running("web-1")
    with pytest.raises(InvalidArgument):
        await place.service.stop_container("web-1", "NONESUCH")
    with pytest.raises(InvalidArgument):
        await place.service.stop_container("web-1", timeout=-1)
    with pytest.raises(InvalidArgument):
        await place.service.kill("web-1", 0)
    assert await place.status("web-1") is TaskStatus.RUNNING
