"""What lies at the address is not a containerd that we may use."""

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.fault import listeners
from tests.flow.watching import eventually, watching
from tui.backend.connection import diagnose
from tui.backend.errors import Timeout, Unavailable
from tui.state.snapshot import ConnectionState


@pytest.fixture
def folder() -> Iterator[Path]:
    # A socket's path must be short, and pytest's own folders are not.
    path = Path(tempfile.mkdtemp(prefix="c9d-", dir="/tmp"))
    yield path
    shutil.rmtree(path)


async def test_nothing_there(folder: Path) -> None:
    async with watching(str(folder / "x.sock")) as watch:
        seen = await watch.state(ConnectionState.NO_SOCKET)
        assert seen.connection.reason == f"There is no socket at {folder}/x.sock."
        assert "--demo" in seen.connection.way_out
        assert seen.connection.last_seen is None
        assert not seen.loaded


async def test_a_socket_that_nobody_listens_on(folder: Path) -> None:
    path = folder / "x.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    async with watching(str(path)) as watch:
        seen = await watch.state(ConnectionState.NO_SOCKET)
        assert seen.connection.reason == f"Nobody listens on {path}."


async def test_no_socket_at_all_but_a_file(folder: Path) -> None:
    path = folder / "x.sock"
    path.write_text("")
    async with watching(str(path)) as watch:
        seen = await watch.state(ConnectionState.NOT_CONTAINERD)
        assert seen.connection.reason == f"{path} is not a socket."


@pytest.mark.parametrize(
    ("listener", "reason"),
    [
        (listeners.silent, "does not speak containerd's API|does not answer"),
        (listeners.closing, "does not speak containerd's API"),
        (listeners.babbling, "does not speak containerd's API"),
        (listeners.http1, "does not speak containerd's API|speaks HTTP/1"),
        (listeners.other_grpc, "speaks gRPC but not containerd's API"),
    ],
    ids=["silent", "closing", "babbling", "http1", "grpc"],
)
async def test_somebody_else_listens(
    folder: Path, listener: Callable[[Path], AbstractAsyncContextManager[None]], reason: str
) -> None:
    path = folder / "x.sock"
    async with listener(path), watching(str(path)) as watch:
        seen = await watch.state(ConnectionState.NOT_CONTAINERD)
        assert any(part in seen.connection.reason for part in reason.split("|"))
        assert str(path) in seen.connection.reason
        assert "--address" in seen.connection.way_out
        assert "pid" in seen.connection.way_out


async def test_it_is_found_when_it_comes(folder: Path) -> None:
    path = folder / "x.sock"
    async with watching(str(path)) as watch:
        await watch.state(ConnectionState.NO_SOCKET)
        async with listeners.other_grpc(path):
            await watch.state(ConnectionState.NOT_CONTAINERD)
        path.unlink(missing_ok=True)
        await watch.state(ConnectionState.NO_SOCKET)


@pytest.mark.parametrize(
    "listener", [listeners.closing, listeners.babbling], ids=["closing", "babbling"]
)
async def test_whoever_closes_the_connection_is_told_of_once(
    folder: Path,
    listener: Callable[[Path], AbstractAsyncContextManager[None]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "tui.backend.lifeline")
    path = folder / "x.sock"
    async with listener(path), watching(str(path)) as watch:
        await watch.state(ConnectionState.NOT_CONTAINERD)
        failures = watch.watcher._lifeline._failures
        await eventually(lambda: watch.watcher._lifeline._failures > failures + 3, "no attempts")
        states = {each.connection.state for each in watch.seen}
        assert ConnectionState.STALE not in states
        assert watch.now.connection.state is ConnectionState.NOT_CONTAINERD
    # Waiting for an answer, then what it is.
    assert len(caplog.messages) <= 2


def test_a_daemon_that_was_live_keeps_one_reason_while_it_comes_back(folder: Path) -> None:
    path = folder / "x.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        for text in ("sendmsg: Broken pipe (32)", "recvmsg: Connection reset by peer (104)"):
            trouble = diagnose(Unavailable(text), str(path), seen=True, failures=1)
            assert trouble.state is ConnectionState.STALE
            assert trouble.reason == f"The connection to {path} broke."


def test_every_reason_and_way_out_is_one_sentence(folder: Path) -> None:
    for seen in (False, True):
        trouble = diagnose(Timeout("x"), str(folder / "x"), seen=seen, failures=0)
        for text in (trouble.reason, trouble.way_out):
            assert text.endswith(".")
            assert "\n" not in text
