import asyncio
import itertools
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from protos import containers_pb2, task_types_pb2, types_pb2
from protos import tasks_pb2 as pb
from tests.demo.bench import Bench, code
from tui.demo.refusals import Refusal

RUNNING, STOPPED = task_types_pb2.RUNNING, task_types_pb2.STOPPED


async def _status(bench: Bench, container_id: str) -> task_types_pb2.Process:
    request = pb.GetRequest(container_id=container_id)
    return (await bench.tasks.Get(request, bench.call)).process


def _start(bench: Bench, container_id: str, **stdio: str) -> None:
    bench.tasks.Create(pb.CreateTaskRequest(container_id=container_id, **stdio), bench.call)  # type: ignore[arg-type]
    bench.tasks.Start(pb.StartRequest(container_id=container_id), bench.call)


async def _kill(bench: Bench, container_id: str, number: int) -> None:
    await bench.tasks.Kill(pb.KillRequest(container_id=container_id, signal=number), bench.call)


async def _delete(bench: Bench, container_id: str) -> pb.DeleteResponse:
    return await bench.tasks.Delete(pb.DeleteTaskRequest(container_id=container_id), bench.call)


async def _refused(awaitable: object) -> str:
    with pytest.raises(Refusal) as caught:
        await awaitable  # type: ignore[misc]
    return code(caught.value)


async def test_the_life_of_a_task(bench: Bench, heard: list[types_pb2.Envelope]) -> None:
    bench.container("one", "run")
    _start(bench, "one")
    assert (await _status(bench, "one")).status == RUNNING
    assert await _refused(_delete(bench, "one")) == "UNKNOWN"
    await _kill(bench, "one", signal.SIGTERM)
    process = await _status(bench, "one")
    assert (process.status, process.exit_status) == (STOPPED, 143)
    assert process.exited_at.seconds > 0
    assert await _refused(_kill(bench, "one", signal.SIGTERM)) == "NOT_FOUND"
    assert (await _delete(bench, "one")).exit_status == 143
    assert await _refused(_status(bench, "one")) == "NOT_FOUND"
    await bench.settle()
    assert [envelope.topic for envelope in heard] == [
        "/containers/create",
        "/tasks/create",
        "/tasks/start",
        "/tasks/exit",
        "/tasks/delete",
    ]


@pytest.mark.parametrize(
    ("script", "seconds", "exit_status"),
    [("exit:3 after:0.2", 0.3, 3), ("oom after:1", 1.5, 137), ("exit:0", 0.0, 0)],
)
async def test_a_task_ends_as_its_script_says(
    bench: Bench, script: str, seconds: float, exit_status: int
) -> None:
    bench.container("one", script)
    _start(bench, "one")
    assert (await _status(bench, "one")).status == RUNNING
    waiting = asyncio.create_task(bench.tasks.Wait(pb.WaitRequest(container_id="one"), bench.call))
    bench.advance(seconds)
    assert (await waiting).exit_status == exit_status
    assert (await _status(bench, "one")).status == STOPPED


async def test_an_oom_is_announced_before_the_exit(
    bench: Bench, heard: list[types_pb2.Envelope]
) -> None:
    bench.container("one", "oom after:1")
    _start(bench, "one")
    bench.advance(2.0)
    await bench.settle()
    assert [e.topic for e in heard][-2:] == ["/tasks/oom", "/tasks/exit"]
    assert bench.engine.store.spaces["default"].tasks["one"].gauge.ooms == 1


async def test_an_ignored_signal_changes_nothing_and_kill_does(bench: Bench) -> None:
    bench.container("one", "ignore:TERM,INT")
    _start(bench, "one")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, 0):
        await _kill(bench, "one", number)
    assert (await _status(bench, "one")).status == RUNNING
    await _kill(bench, "one", signal.SIGHUP)
    assert (await _status(bench, "one")).exit_status == 129


async def test_a_paused_task_gets_its_signal_when_it_is_resumed(bench: Bench) -> None:
    bench.container("one", "exit:4 after:10")
    _start(bench, "one")
    pause, resume = (
        pb.PauseTaskRequest(container_id="one"),
        pb.ResumeTaskRequest(container_id="one"),
    )
    assert await _refused(bench.tasks.Resume(resume, bench.call)) == "UNKNOWN"
    bench.advance(6.0)
    await bench.tasks.Pause(pause, bench.call)
    assert await _refused(bench.tasks.Pause(pause, bench.call)) == "UNKNOWN"
    assert await _refused(_delete(bench, "one")) == "UNKNOWN"
    bench.advance(100.0)
    assert (await _status(bench, "one")).status == task_types_pb2.PAUSED
    await bench.tasks.Resume(resume, bench.call)
    bench.advance(3.5)
    assert (await _status(bench, "one")).status == RUNNING
    await bench.tasks.Pause(pause, bench.call)
    await _kill(bench, "one", signal.SIGTERM)
    assert (await _status(bench, "one")).status == task_types_pb2.PAUSED
    await bench.tasks.Resume(resume, bench.call)
    assert (await _status(bench, "one")).exit_status == 143


async def test_sigkill_ends_a_paused_task_at_once(bench: Bench) -> None:
    await _kill(bench, "reports", signal.SIGKILL)
    assert (await _status(bench, "reports")).exit_status == 137


async def test_execs_live_within_their_task(bench: Bench, heard: list[types_pb2.Envelope]) -> None:
    def exec_(exec_id: str) -> pb.ExecProcessRequest:
        request = pb.ExecProcessRequest(container_id="web-1", exec_id=exec_id)
        request.spec.value = b'{"args": ["sleep", "60"]}'
        return request

    await bench.tasks.Exec(exec_("e1"), bench.call)
    assert await _refused(bench.tasks.Exec(exec_("e1"), bench.call)) == "ALREADY_EXISTS"
    start = pb.StartRequest(container_id="web-1", exec_id="e1")
    pid = bench.tasks.Start(start, bench.call).pid
    pids = await bench.tasks.ListPids(pb.ListPidsRequest(container_id="web-1"), bench.call)
    assert pid in [info.pid for info in pids.processes]
    await _kill(bench, "web-1", signal.SIGKILL)
    wait = pb.WaitRequest(container_id="web-1", exec_id="e1")
    assert (await bench.tasks.Wait(wait, bench.call)).exit_status == 137
    delete = pb.DeleteProcessRequest(container_id="web-1", exec_id="e1")
    assert (await bench.tasks.DeleteProcess(delete, bench.call)).exit_status == 137
    assert await _refused(bench.tasks.Exec(exec_("e2"), bench.call)) == "UNKNOWN"
    await bench.settle()
    assert [e.topic for e in heard] == [
        "/tasks/exec-added",
        "/tasks/exec-started",
        "/tasks/exit",
        "/tasks/exit",
    ]


async def test_a_task_without_its_container_record_cannot_be_reached(bench: Bench) -> None:
    bench.containers.Delete(containers_pb2.DeleteContainerRequest(id="web-1"), bench.call)
    assert await _refused(_status(bench, "web-1")) == "NOT_FOUND"
    tasks = await bench.tasks.List(pb.ListTasksRequest(), bench.call)
    assert "web-1" in [task.id for task in tasks.tasks]


async def test_what_runc_will_not_create_leaves_nothing_behind(bench: Bench) -> None:
    bench.container("one", "refuse:exec_format_error")
    with pytest.raises(Refusal, match="exec format error"):
        bench.tasks.Create(pb.CreateTaskRequest(container_id="one"), bench.call)
    assert "one" not in bench.engine.store.spaces["default"].tasks


@pytest.mark.parametrize(
    "stdio",
    [
        {"stdout": "file:///tmp/c9d-nowhere/log"},
        {"stdout": "/nowhere/fifo"},
        {"stdout": "/nowhere/fifo", "stderr": "/nowhere/fifo2"},
    ],
)
async def test_streams_that_break_a_shim_are_refused(bench: Bench, stdio: dict[str, str]) -> None:
    bench.container("one", "run")
    with pytest.raises(Refusal) as caught:
        bench.tasks.Create(pb.CreateTaskRequest(container_id="one", **stdio), bench.call)  # type: ignore[arg-type]
    assert code(caught.value) == "UNKNOWN"
    assert "one" not in bench.engine.store.spaces["default"].tasks


async def test_output_goes_to_the_file_that_the_client_named(bench: Bench, tmp_path: Path) -> None:
    bench.container("one", None, "sh", "-c", "echo first; echo 'second line'; sleep 5")
    log = tmp_path / "made" / "one.log"
    _start(bench, "one", stdout=f"file://{log}", stderr=f"file://{log}")
    assert log.read_text() == "first\nsecond line\n"
    bench.advance(6.0)
    assert (await _status(bench, "one")).status == STOPPED


async def test_output_goes_to_a_fifo_and_ends_with_the_task(bench: Bench, tmp_path: Path) -> None:
    bench.container("one", "exit:0 after:30")
    for name in ("in", "out", "err"):
        os.mkfifo(tmp_path / name)
    reader = os.open(tmp_path / "out", os.O_RDONLY | os.O_NONBLOCK)
    try:
        _start(
            bench,
            "one",
            stdin=str(tmp_path / "in"),
            stdout=str(tmp_path / "out"),
            stderr=str(tmp_path / "err"),
        )
        os.close(os.open(tmp_path / "in", os.O_WRONLY | os.O_NONBLOCK))
        bench.advance(20.0)
        assert os.read(reader, 65536).count(b"\n") > 3
        bench.advance(20.0)
        assert await _rest(reader)
    finally:
        os.close(reader)


async def _rest(reader: int) -> bytes:
    """Reads to the end of file."""
    heard = b""
    async with asyncio.timeout(30):
        for _ in itertools.count():
            with suppress(BlockingIOError):
                piece = os.read(reader, 65536)
                heard += piece
                if not piece:
                    break
            await asyncio.sleep(0.01)
    return heard


async def test_a_reader_that_opens_a_fifo_late_hears_all(bench: Bench, tmp_path: Path) -> None:
    bench.container("one", "exit:0 after:1")
    fifo = tmp_path / "out"
    os.mkfifo(fifo)
    _start(bench, "one", stdout=str(fifo), stderr=str(fifo))
    bench.advance(2.0)
    assert (await _status(bench, "one")).status == STOPPED
    await bench.settle()
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert b"\n" in await _rest(reader)
    finally:
        os.close(reader)


async def test_a_shim_that_does_not_answer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.demo.runtime.FROZEN_TIMEOUT", 0.01)
    bench.container("one", "frozen")
    _start(bench, "one")
    process = await _status(bench, "one")
    assert (process.status, process.pid) == (task_types_pb2.UNKNOWN, 0)
    others = pb.MetricsRequest(filters=["id==web-1"])
    assert len((await bench.tasks.Metrics(others, bench.call)).metrics) == 1
    for call in (
        bench.tasks.Metrics(pb.MetricsRequest(), bench.call),
        bench.tasks.Kill(pb.KillRequest(container_id="one", signal=9), bench.call),
    ):
        hanging = asyncio.ensure_future(call)
        done, _ = await asyncio.wait([hanging], timeout=0.05)
        assert not done
        hanging.cancel()
