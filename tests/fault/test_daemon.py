"""What a real daemon does to us: it denies, dies, comes back, hangs, and a shim of it hangs."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flow.watching import PATIENCE, Watch, ctr, watching
from tests.support.daemon import Daemon
from tests.support.engines import ENGINE_PARAMS
from tests.support.image import busybox_image
from tui.state.models import TaskStatus
from tui.state.snapshot import ConnectionState

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.parametrize("engine_id", ENGINE_PARAMS),
]

Fresh = Callable[[str], Daemon]
ROOT = Path(__file__).parents[2]


async def run_sleepers(daemon: Daemon, *names: str) -> str:
    """Run containers in a new namespace; returns its name."""
    namespace = daemon.namespace()
    image = busybox_image("c9d.test/fault:1")
    await ctr(daemon, "images", "import", "-", namespace=namespace, data=image.tar())
    for name in names:
        await ctr(
            daemon, "run", "-d", "--null-io", image.reference, name, "sleep", "3600",
            namespace=namespace,
        )  # fmt: skip
    return namespace


def shim_pids(name: str, namespace: str) -> list[int]:
    """Find the shim of a container among the host's processes."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"shim" in words[0] and name.encode() in words and namespace.encode() in words:
            found.append(int(entry.name))
    return found


async def stale(watch: Watch, text: str) -> None:
    """Wait for the stale state; its reason has a text, and the data is kept with its age."""
    seen = await watch.state(ConnectionState.STALE)
    assert text in seen.connection.reason
    assert seen.connection.way_out.endswith(".")
    assert seen.connection.since is not None
    assert seen.connection.last_seen is not None
    assert seen.connection.last_seen <= seen.connection.since
    assert "a" in seen.containers
    assert seen.loaded


async def test_it_is_killed_and_comes_back(engine_id: str, fresh_daemon: Fresh) -> None:
    daemon = fresh_daemon(engine_id)
    namespace = await run_sleepers(daemon, "a")
    async with watching(daemon.address, namespace=namespace) as watch:
        before = await watch.live()
        await asyncio.to_thread(daemon.kill)
        await stale(watch, f"Nobody listens on {daemon.address}.")
        await asyncio.to_thread(daemon.start)
        after = await watch.live()
        assert after.containers["a"] is before.containers["a"]
        assert after.tasks["a"].status is TaskStatus.RUNNING
        # The new subscription holds: somebody else's deletion is seen.
        await ctr(daemon, "tasks", "kill", "-s", "KILL", "a", namespace=namespace)
        await watch.until(
            lambda each: each.tasks["a"].status is TaskStatus.STOPPED, "not seen to stop"
        )


async def test_what_happened_while_it_was_away_is_read(engine_id: str, fresh_daemon: Fresh) -> None:
    daemon = fresh_daemon(engine_id)
    namespace = await run_sleepers(daemon, "a", "b")
    async with watching(daemon.address, namespace=namespace) as watch:
        seen = await watch.live()
        await asyncio.to_thread(daemon.stop)
        await watch.state(ConnectionState.STALE)
        os.kill(seen.tasks["b"].pid, signal.SIGKILL)
        await asyncio.to_thread(daemon.start)
        await watch.live()
        await watch.until(
            lambda each: "b" not in each.tasks or each.tasks["b"].status is TaskStatus.STOPPED,
            "b still runs",
        )
        assert watch.now.tasks["a"].status is TaskStatus.RUNNING


async def test_it_hangs_and_goes_on(engine_id: str, fresh_daemon: Fresh) -> None:
    daemon = fresh_daemon(engine_id)
    namespace = await run_sleepers(daemon, "a")
    async with watching(daemon.address, namespace=namespace) as watch:
        await watch.live()
        daemon.freeze()
        await stale(watch, "containerd does not answer: it is containerd, pid")
        assert "stopped" in watch.now.connection.reason
        daemon.thaw()
        await watch.live()


async def test_it_hangs_before_it_was_seen(engine_id: str, fresh_daemon: Fresh) -> None:
    daemon = fresh_daemon(engine_id)
    daemon.freeze()
    async with watching(daemon.address) as watch:
        seen = await watch.state(ConnectionState.STALE)
        assert "containerd does not answer" in seen.connection.reason
        assert seen.connection.last_seen is None
        daemon.thaw()
        await watch.live()


async def test_it_is_found_when_it_starts(engine_id: str, fresh_daemon: Fresh) -> None:
    daemon = fresh_daemon(engine_id)
    await asyncio.to_thread(daemon.stop)
    daemon.socket.unlink(missing_ok=True)
    async with watching(daemon.address) as watch:
        await watch.state(ConnectionState.NO_SOCKET)
        await asyncio.to_thread(daemon.start)
        await watch.live()


async def test_another_user_is_denied_until_let_in(engine_id: str, fresh_daemon: Fresh) -> None:
    daemon = fresh_daemon(engine_id)
    daemon.home.chmod(0o711)
    stranger = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fault.stranger", daemon.address,
        stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert stranger.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE):
            denied = await _line(stranger.stdout, "denied")
            assert daemon.address in denied
            assert "Run c9d with sudo, or as a member of the group root" in denied
            daemon.socket.chmod(0o666)
            await _line(stranger.stdout, "live")
    finally:
        stranger.kill()
        await stranger.wait()


async def _line(stream: asyncio.StreamReader, state: str) -> str:
    while line := (await stream.readline()).decode():
        if line.startswith(f"{state}|"):
            return line
    raise AssertionError(f"never {state}")


async def test_one_hung_shim_does_not_stop_the_others(engine_id: str, fresh_daemon: Fresh) -> None:
    daemon = fresh_daemon(engine_id)
    namespace = await run_sleepers(daemon, "a", "hung")
    async with watching(daemon.address, namespace=namespace, refresh=0.5) as watch:
        await watch.live()
        watch.watcher.focus({"a", "hung"})
        await watch.until(lambda each: {"a", "hung"} <= each.series.keys(), "no curves")
        (pid,) = shim_pids("hung", namespace)
        os.kill(pid, signal.SIGSTOP)
        try:
            seen = await watch.until(
                lambda each: not each.series["hung"].answering, "not said to hang"
            )
            count = seen.series["a"].count
            await watch.until(lambda each: each.series["a"].count > count + 2, "a stopped too")
            assert watch.now.series["a"].answering
            assert watch.now.connection.live
        finally:
            os.kill(pid, signal.SIGCONT)
        await watch.until(lambda each: each.series["hung"].answering, "does not answer again")
