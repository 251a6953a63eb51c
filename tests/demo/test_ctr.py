"""containerd's own command line, of three versions, against the demo engine."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engines.layout import engine
from tests.support.engines import ENGINE_PARAMS, need_engine
from tui.demo.launch import DemoEngine

Ctr = Callable[..., str]
NGINX = "docker.io/library/nginx:1.27"


@pytest.fixture(scope="module", params=ENGINE_PARAMS)
def ctr(request: pytest.FixtureRequest) -> Iterator[Ctr]:
    need_engine(request.param)
    binary = engine(request.param).bin / "ctr"
    with DemoEngine.start() as demo:

        def run(*arguments: str, namespace: str = "default") -> str:
            command = [str(binary), "-a", demo.address, "-n", namespace, *arguments]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        run.binary, run.address = binary, demo.address  # type: ignore[attr-defined]
        yield run


def _column(text: str, number: int = 0) -> list[str]:
    return [line.split()[number] for line in text.splitlines()[1:] if line.split()]


def _status(ctr: Ctr, container_id: str) -> str:
    rows = dict(zip(_column(t := ctr("tasks", "ls")), _column(t, 2), strict=True))
    return rows.get(container_id, "none")


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_it_lists_everything(ctr: Ctr) -> None:
    assert "2.1.0+demo" in ctr("version")
    assert _column(ctr("namespaces", "ls")) == ["default", "k8s.io", "moby"]
    assert NGINX in _column(ctr("images", "ls"))
    assert "web-1" in _column(ctr("containers", "ls"))
    assert len(_column(ctr("containers", "ls", namespace="k8s.io"))) == 6
    assert _status(ctr, "reports") == "PAUSED"
    assert "web-canary" in _column(ctr("snapshots", "ls"))
    assert "web-canary" in ctr("snapshots", "tree")
    assert len(_column(ctr("content", "ls"))) > 20
    assert "layer-sha256:" in ctr("content", "active")
    assert _column(ctr("leases", "ls"))
    plugins = dict(zip(_column(t := ctr("plugins", "ls"), 1), _column(t, -1), strict=False))
    assert (plugins["overlayfs"], plugins["zfs"]) == ("ok", "skip")


def test_its_images_are_complete_and_unpacked(ctr: Ctr) -> None:
    lines = ctr("images", "check").splitlines()[1:]
    assert len(lines) == 10
    for line in lines:
        assert "complete" in line
        assert line.split()[-1] == "true"
    digest = next(line.split()[2] for line in lines if NGINX in line)
    index = json.loads(ctr("content", "get", digest))
    assert [m["platform"]["os"] for m in index["manifests"]] == ["linux", "linux"]


def test_it_shows_details(ctr: Ctr) -> None:
    info = json.loads(ctr("containers", "info", "web-1"))
    assert info["Image"] == NGINX
    assert info["Spec"]["process"]["args"][0] == "nginx"
    assert json.loads(ctr("snapshots", "info", "web-1"))["Kind"] == "Active"
    assert "MiB" in ctr("snapshots", "usage", "web-1")
    assert "pids.current" in ctr("tasks", "metrics", "web-1")
    assert "memory.usage_in_bytes" in ctr("tasks", "metrics", "5b1c8e04f7d2")
    assert len(_column(ctr("tasks", "ps", "web-1"))) == 3


def test_a_task_is_killed_deleted_started_and_paused(ctr: Ctr) -> None:
    ctr("tasks", "kill", "-s", "SIGTERM", "web-1")
    _until(lambda: _status(ctr, "web-1") == "STOPPED")
    ctr("tasks", "delete", "web-1")
    assert _status(ctr, "web-1") == "none"
    ctr("tasks", "start", "-d", "web-1")
    assert _status(ctr, "web-1") == "RUNNING"
    ctr("tasks", "pause", "web-1")
    assert _status(ctr, "web-1") == "PAUSED"
    ctr("tasks", "resume", "web-1")
    assert ctr("tasks", "exec", "--exec-id", "hello", "web-1", "echo", "hello") == "hello\n"
    ctr("tasks", "kill", "-s", "SIGKILL", "web-1")
    _until(lambda: _status(ctr, "web-1") == "STOPPED")
    ctr("tasks", "delete", "web-1")
    ctr("containers", "rm", "web-1")
    assert "web-1" not in _column(ctr("containers", "ls")) + _column(ctr("snapshots", "ls"))


def test_a_task_in_the_foreground_logs_until_it_is_killed(ctr: Ctr) -> None:
    command = [str(ctr.binary), "-a", ctr.address, "tasks", "start", "legacy"]  # type: ignore[attr-defined]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as foreground:
        assert foreground.stdout is not None
        assert foreground.stdout.readline().strip()
        ctr("tasks", "kill", "legacy")
        foreground.communicate(timeout=60)
        assert foreground.returncode == 143
    _until(lambda: _status(ctr, "legacy") == "none")


def test_events_are_shown_in_order(ctr: Ctr, tmp_path: Path) -> None:
    command = [str(ctr.binary), "-a", ctr.address, "events"]  # type: ignore[attr-defined]
    log = tmp_path / "events"
    with log.open("w") as output:
        watching = subprocess.Popen(command, stdout=output)
    try:
        _until(
            lambda: (
                ctr("namespaces", "label", "moby", "seen=yes") == "" and "seen" in log.read_text()
            )
        )
        ctr("tasks", "kill", "-s", "KILL", "worker-2")
        _until(lambda: _status(ctr, "worker-2") == "STOPPED")
        ctr("tasks", "delete", "worker-2")
        _until(lambda: "/tasks/delete" in log.read_text() and "worker-2" in log.read_text())
    finally:
        watching.terminate()
        watching.wait()
    topics = [line.split()[5] for line in log.read_text().splitlines() if '"worker-2"' in line]
    assert topics == ["/tasks/exit", "/tasks/delete"]


def test_snapshots_namespaces_and_leases_are_made_and_removed(ctr: Ctr) -> None:
    ctr("snapshots", "commit", "kept", "web-canary")
    ctr("snapshots", "rm", "kept")
    assert "kept" not in _column(ctr("snapshots", "ls"))
    ctr("namespaces", "create", "fresh")
    ctr("leases", "create", "--id", "mine", namespace="fresh")
    assert "mine" in _column(ctr("leases", "ls", namespace="fresh"))
    ctr("leases", "rm", "mine", namespace="fresh")
    ctr("namespaces", "rm", "fresh")
    assert "fresh" not in _column(ctr("namespaces", "ls"))


def test_an_image_goes_out_and_comes_in_again(ctr: Ctr, tmp_path: Path) -> None:
    name, archive = "docker.io/library/busybox:1.36", str(tmp_path / "image.tar")
    local = ["--local"] if "--local" in ctr("images", "import", "--help") else []
    ctr("images", "export", *local, archive, name)
    ctr("images", "import", *local, archive, namespace="imported")
    check = ctr("images", "check", namespace="imported").splitlines()
    assert "complete" in check[1]
    assert check[1].split()[-1] == "true"
    ctr("images", "rm", "--sync", name, namespace="imported")
    assert not _column(ctr("content", "ls", namespace="imported"))
    assert not _column(ctr("snapshots", "ls", namespace="imported"))
