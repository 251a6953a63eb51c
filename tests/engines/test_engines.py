"""Each real engine starts, runs a container, survives what tests do to it, and leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engines.layout import engine
from tests.support.daemon import Daemon, DaemonError
from tests.support.engines import ENGINE_PARAMS
from tests.support.image import build_index, busybox_image, chain_ids
from tests.support.remains import cgroup_folders, mounts_below, processes_of

FreshDaemon = Callable[[str], Daemon]
ROOT = Path(__file__).resolve().parents[2]


def run_sleeper(daemon: Daemon, namespace: str, name: str = "sleeper") -> None:
    image = busybox_image()
    daemon.ctr("images", "import", "-", namespace=namespace, data=image.tar())
    daemon.ctr("run", "-d", "--null-io", image.reference, name, namespace=namespace)


def traces_of(home: Path, namespace: str) -> dict[str, object]:
    return {
        "processes": processes_of(home),
        "mounts": mounts_below(home),
        "cgroups": cgroup_folders(namespace),
        "runc": [p for p in [Path("/run/containerd/runc") / namespace] if p.exists()],
        "home": [p for p in [home] if p.exists()],
    }


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_version_is_of_the_release_line(real_daemon: Daemon) -> None:
    assert real_daemon.version.startswith(engine(real_daemon.engine_id).prefix)
    assert real_daemon.version in real_daemon.ctr("version")


def test_every_needed_plugin_works(real_daemon: Daemon) -> None:
    rows = [line.split() for line in real_daemon.ctr("plugins", "ls").splitlines()[1:]]
    status = {row[1]: row[-1] for row in rows if row}
    wanted = ["overlayfs", "native", "content", "bolt", "task", "restart", "cgroups"]
    assert {name: status.get(name) for name in wanted} == dict.fromkeys(wanted, "ok")
    assert not [row for row in rows if "cri" in row or row[:1] == ["io.containerd.nri.v1"]]


@pytest.mark.parametrize("engine_id", ENGINE_PARAMS)
def test_nothing_is_left_of_a_running_container(engine_id: str, fresh_daemon: FreshDaemon) -> None:
    daemon = fresh_daemon(engine_id)
    namespace = daemon.namespace()
    run_sleeper(daemon, namespace)
    assert "RUNNING" in daemon.ctr("tasks", "ls", namespace=namespace)
    assert [what for what, found in traces_of(daemon.home, namespace).items() if not found] == []
    sockets = set(shim_sockets(daemon, namespace))
    assert sockets

    daemon.close()

    assert not any(traces_of(daemon.home, namespace).values())
    assert not [socket for socket in sockets if socket.exists()]


def shim_sockets(daemon: Daemon, namespace: str) -> list[Path]:
    """Returns the sockets below /run of the shims, as the kernel lists them for this daemon."""
    folder = Path("/run/containerd/s")
    bundles = daemon.home / "state/io.containerd.runtime.v2.task" / namespace
    notes = [note.read_text() for note in bundles.glob("*/*") if note.is_file()]
    return [socket for socket in folder.glob("*") if any(socket.name in note for note in notes)]


@pytest.mark.parametrize("engine_id", ENGINE_PARAMS)
def test_nothing_is_left_of_a_paused_container_of_a_dead_daemon(
    engine_id: str, fresh_daemon: FreshDaemon
) -> None:
    daemon = fresh_daemon(engine_id)
    namespace = daemon.namespace()
    run_sleeper(daemon, namespace)
    daemon.ctr("tasks", "pause", "sleeper", namespace=namespace)
    daemon.kill()
    daemon.close()
    daemon.close()
    assert not any(traces_of(daemon.home, namespace).values())


@pytest.mark.parametrize("engine_id", ENGINE_PARAMS)
def test_containers_survive_a_restart(engine_id: str, fresh_daemon: FreshDaemon) -> None:
    daemon = fresh_daemon(engine_id)
    namespace = daemon.namespace()
    run_sleeper(daemon, namespace)
    before = daemon.pid
    daemon.restart()
    assert daemon.pid != before
    assert "RUNNING" in daemon.ctr("tasks", "ls", namespace=namespace)


@pytest.mark.parametrize("engine_id", ENGINE_PARAMS)
def test_a_frozen_daemon_answers_nothing_until_it_thaws(
    engine_id: str, fresh_daemon: FreshDaemon
) -> None:
    daemon = fresh_daemon(engine_id)
    daemon.freeze()
    with pytest.raises((DaemonError, subprocess.TimeoutExpired)):
        daemon.ctr("--timeout", "1s", "namespaces", "ls", timeout=5)
    daemon.thaw()
    assert "NAME" in daemon.ctr("namespaces", "ls")


def test_a_container_runs_the_command_of_the_image(real_daemon: Daemon) -> None:
    namespace = real_daemon.namespace()
    image = busybox_image(
        "c9d.test/greeting:1",
        cmd=["sh", "-c", 'cat /data/greeting; echo "$WHO"; test "$(pwd)" = /data'],
        more=[{"data/greeting": (b"hello ", 0o644)}, {"data/more": (b"x", 0o600)}],
        env={"WHO": "world"},
        workdir="/data",
    )
    real_daemon.ctr("images", "import", "-", namespace=namespace, data=image.tar())
    said = real_daemon.ctr("run", "--rm", image.reference, "greeter", namespace=namespace)
    assert said == "hello world\n"
    snapshots = real_daemon.ctr("snapshots", "ls", namespace=namespace)
    assert [chain_id for chain_id in chain_ids(image) if chain_id not in snapshots] == []


def test_docker_and_multi_platform_images_are_taken(real_daemon: Daemon) -> None:
    namespace = real_daemon.namespace()
    others = [busybox_image(platform=name) for name in ("linux/arm64/v8", "linux/s390x")]
    images = [
        busybox_image("c9d.test/docker:1", kind="docker"),
        busybox_image("c9d.test/plain:1", compressed=False),
        build_index([busybox_image(), *others], reference="c9d.test/multi:1"),
    ]
    for image in images:
        real_daemon.ctr("images", "import", "-", namespace=namespace, data=image.tar())
        name = image.reference.split("/")[1].split(":")[0]
        command = ["run", "--rm", image.reference, name, "echo", "works"]
        assert real_daemon.ctr(*command, namespace=namespace) == "works\n"
    listed = real_daemon.ctr("images", "ls", namespace=namespace)
    assert [image.target.digest for image in images if image.target.digest not in listed] == []
    assert "linux/arm64/v8" in listed
    assert "linux/s390x" in listed


ABANDON = """
import sys, time
from tests.support.daemon import Daemon
from tests.support.image import busybox_image
daemon = Daemon(sys.argv[1])
namespace = daemon.namespace()
image = busybox_image()
daemon.ctr("images", "import", "-", namespace=namespace, data=image.tar())
daemon.ctr("run", "-d", "--null-io", image.reference, "left", namespace=namespace)
print(daemon.home, namespace, flush=True)
if sys.argv[2] == "wait":
    time.sleep(600)
"""


@pytest.mark.parametrize("engine_id", ENGINE_PARAMS[:1])
@pytest.mark.parametrize("ending", ["exit", "SIGTERM", "SIGKILL"])
def test_a_test_run_that_ends_early_leaves_nothing(
    engine_id: str, ending: str, fresh_daemon: FreshDaemon
) -> None:
    fresh_daemon(engine_id)
    command = [sys.executable, "-c", ABANDON, engine_id, "exit" if ending == "exit" else "wait"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    ) as process:
        assert process.stdout is not None
        home, namespace = process.stdout.readline().split()
        if ending != "exit":
            process.send_signal(signal.Signals[ending])
        process.wait(60)
    if ending == "SIGKILL":
        # It could not do anything; the next daemon of anybody sweeps.
        fresh_daemon(engine_id)
    until(lambda: not any(traces_of(Path(home), namespace).values()))
