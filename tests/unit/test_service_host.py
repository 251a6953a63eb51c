"""The host: when a task started, and whether the daemon sees our files."""

from __future__ import annotations

import os
import socket
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tui.backend.host import STARTED_AT, log_path, log_uri, shares_files, started_at
from tui.state.models import Container, Task, TaskStatus


def task(pid: int = 42) -> Task:
    return Task("ns", "web-1", pid, TaskStatus.RUNNING)


def container(label: str = "") -> Container:
    return Container("ns", "web-1", labels={STARTED_AT: label} if label else {})


def a_process(proc: Path, cgroup: str = "4:memory:/ns/web-1\n0::/\n", name: str = "sh") -> None:
    (proc / "42").mkdir()
    (proc / "42" / "cgroup").write_text(cgroup)
    fields = ["S", *["0"] * 18, str(250 * os.sysconf("SC_CLK_TCK")), "0", "0"]
    (proc / "42" / "stat").write_text(f"42 ({name}) {' '.join(fields)}\n")
    (proc / "stat").write_text("cpu 1 2 3\nbtime 1700000000\nprocesses 9\n")


@pytest.mark.parametrize("name", ["sh", "a) b (c", ""])
def test_the_process_tells(tmp_path: Path, name: str) -> None:
    a_process(tmp_path, name=name)
    assert started_at(task(), container(), tmp_path) == datetime.fromtimestamp(1_700_000_250, UTC)


def test_a_process_of_somebody_else_does_not(tmp_path: Path) -> None:
    a_process(tmp_path, cgroup="4:memory:/user.slice\n")
    assert started_at(task(), container(), tmp_path) is None
    label = "2026-01-02T03:04:05+00:00"
    assert started_at(task(), container(label), tmp_path) == datetime.fromisoformat(label)


@pytest.mark.parametrize(
    "label", ["", "soon", "2026-01-02T03:04:05", "0001-01-01T00:00:00+14:00", "\x1b[0m"]
)
def test_a_label_that_is_no_time_does_not_either(tmp_path: Path, label: str) -> None:
    assert started_at(task(), container(label), tmp_path) is None
    assert started_at(task(), None, tmp_path) is None


@pytest.mark.parametrize("stat", ["", "42", "42 (sh)", "42 (sh) S 1", "42 (sh) " + "x " * 30])
def test_broken_files_tell_nothing(tmp_path: Path, stat: str) -> None:
    a_process(tmp_path)
    (tmp_path / "42" / "stat").write_text(stat)
    assert started_at(task(), None, tmp_path) is None


def test_no_process_tells_nothing(tmp_path: Path) -> None:
    assert started_at(task(), None, tmp_path) is None
    assert started_at(task(0), None, tmp_path) is None


def test_our_own_start_is_known_to_the_second() -> None:
    # This very process, as if its cgroup were a container's.
    groups = Path("/proc/self/cgroup").read_text().splitlines()
    name = groups[-1].rpartition(":")[2]
    own = Task("ns", name, os.getpid(), TaskStatus.RUNNING)
    found = started_at(own, None)
    assert found is not None
    assert timedelta(0) - timedelta(seconds=2) < datetime.now(UTC) - found < timedelta(days=1)


def test_a_peer_in_our_mount_namespace_shares_our_files() -> None:
    with tempfile.TemporaryDirectory(prefix="c9d-host-") as folder:
        path = f"{folder}/peer.sock"
        with socket.socket(socket.AF_UNIX) as peer:
            peer.bind(path)
            assert not shares_files(path)
            peer.listen()
            assert shares_files(path)
    assert not shares_files(path)


def test_a_log_is_private_and_has_its_own_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "with blank"))
    monkeypatch.setattr("tui.backend.host.shares_files", lambda _: True)
    path = log_path("ns", "web-1")
    assert path == tmp_path / "with blank" / "c9d" / "logs" / "ns" / "web-1.log"
    assert log_uri("/x", "ns", "web-1") == f"file://{tmp_path}/with%20blank/c9d/logs/ns/web-1.log"
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_where_the_daemon_does_not_see_it_there_is_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert log_uri("/nonexistent/socket", "ns", "web-1") == ""
    assert not list(tmp_path.iterdir())
