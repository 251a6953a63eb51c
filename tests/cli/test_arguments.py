"""Flags, environment and defaults."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tui.cli import _parser, settings_of
from tui.settings import Settings, socket_path


def settle(argv: list[str], environ: dict[str, str]) -> tuple[Settings, str]:
    return settings_of(_parser().parse_args(argv), environ)


@pytest.fixture
def daemon_socket(tmp_path: Path) -> str:
    path = tmp_path / "containerd.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    return str(path)


def test_a_flag_wins_over_the_environment_and_that_over_the_default(daemon_socket: str) -> None:
    environ = {
        "CONTAINERD_ADDRESS": daemon_socket,
        "CONTAINERD_NAMESPACE": "env-ns",
        "CONTAINERD_SNAPSHOTTER": "native",
    }
    settings, _ = settle([], environ)
    assert (settings.address, settings.namespace, settings.snapshotter, settings.demo) == (
        *(daemon_socket, "env-ns", "native"),
        False,
    )
    settings, _ = settle(["-a", "/x", "-n", "k8s.io", "--snapshotter", "btrfs"], environ)
    assert (settings.address, settings.namespace, settings.snapshotter) == (
        *("/x", "k8s.io", "btrfs"),
    )
    settings, _ = settle(["-a", "/x"], {})
    assert (settings.namespace, settings.snapshotter) == ("default", "overlayfs")


@pytest.mark.parametrize(
    ("given", "path"),
    [("unix:///run/x.sock", "/run/x.sock"), ("unix:/run/x", "/run/x"), ("/run/x", "/run/x")],
)
def test_unix_prefixes_are_accepted(given: str, path: str) -> None:
    assert socket_path(given) == path
    assert settle(["-a", given], {})[0].address == path


def test_no_daemon_anywhere_opens_the_demo_and_says_so(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.sock")
    settings, notice = settle([], {"CONTAINERD_ADDRESS": missing})
    assert settings.demo
    assert missing in notice
    assert "demo engine" in notice


def test_a_named_socket_is_never_replaced_by_the_demo(tmp_path: Path) -> None:
    settings, notice = settle(["-a", str(tmp_path / "none.sock")], {})
    assert not settings.demo
    assert not notice


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["--refresh", "soon"], "'soon'"),
        (["--refresh", "0"], "'0'"),
        (["--refresh", "nan"], "'nan'"),
        (["-n", " "], "must not be empty"),
        (["-n", "bad/ns"], "--namespace 'bad/ns' cannot be the name of a namespace"),
        (["--demo", "-n", "x" * 77], "cannot be the name of a namespace"),
        (["--wat"], "--wat"),
    ],
)
def test_wrong_usage_is_one_sentence(argv: list[str], named: str) -> None:
    done = subprocess.run([sys.executable, "-m", "tui", *argv], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert named in done.stderr
    assert "c9d --help" in done.stderr


def test_a_wrong_namespace_of_the_environment_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui"],
        capture_output=True,
        text=True,
        env={**os.environ, "CONTAINERD_NAMESPACE": "a\x1b[31m"},
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "CONTAINERD_NAMESPACE" in done.stderr
    assert "\x1b" not in done.stderr


def test_without_a_terminal_it_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "--demo"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


def test_help_names_every_flag_and_variable() -> None:
    done = subprocess.run([sys.executable, "-m", "tui", "--help"], capture_output=True, text=True)
    words = "-a -n --snapshotter --demo --read-only --refresh --log-file --version --help"
    for word in [*words.split(), "CONTAINERD_ADDRESS", "CONTAINERD_NAMESPACE", "NO_COLOR"]:
        assert word in done.stdout
