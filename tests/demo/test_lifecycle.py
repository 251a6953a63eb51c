import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import grpc
import pytest

from protos.events_pb2 import SubscribeRequest
from protos.events_pb2_grpc import EventsStub
from protos.tasks_pb2 import WaitRequest
from protos.tasks_pb2_grpc import TasksStub
from tui.demo.control import Control
from tui.demo.launch import DemoEngine, DemoEngineError

PARENT = """
import sys, time
from tui.demo.launch import DemoEngine
engine = DemoEngine.start(containers=1)
print(engine.address, engine.pid, flush=True)
time.sleep(600)
"""
ROOT = Path(__file__).resolve().parents[2]


def until(condition: Callable[[], bool], timeout: float = 60.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def run(*arguments: str, cwd: Path = ROOT) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tui.demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
    )


def serves(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def test_its_directory_is_private_and_gone_afterwards() -> None:
    with DemoEngine.start(containers=1) as engine:
        directory = Path(engine.address).parent
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert stat.S_IMODE(Path(engine.address).stat().st_mode) & 0o077 == 0
        pid = engine.pid
    assert not directory.exists()
    assert gone(pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_with_its_parent_however_that_ends(number: int) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert parent.stdout is not None
        address, pid = parent.stdout.readline().split()
        assert serves(Path(address))
        parent.send_signal(number)
        parent.wait()
        until(lambda: gone(int(pid)))
        until(lambda: not Path(address).parent.exists())
    finally:
        parent.kill()
        parent.communicate()


def test_one_that_hangs_is_closed_all_the_same() -> None:
    engine = DemoEngine.start(containers=1)
    os.kill(engine.pid, signal.SIGSTOP)
    engine.close()
    assert gone(engine.pid)
    assert not Path(engine.address).parent.exists()


def test_it_can_crash_and_come_back_on_the_same_socket() -> None:
    with DemoEngine.start(containers=1) as engine:
        first = engine.pid
        engine.kill()
        assert gone(first)
        assert not serves(Path(engine.address))
        engine.restart()
        assert engine.pid != first
        with Control(engine.address) as control:
            assert control.counts() == {}
    assert not Path(engine.address).parent.exists()


def test_one_that_does_not_start_says_why() -> None:
    with pytest.raises(DemoEngineError, match="--containers"):
        DemoEngine.start(extra=["--containers", "many"])


def test_alone_it_says_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "alone.sock"
    for number in (signal.SIGTERM, signal.SIGINT):
        engine = run("--address", f"unix://{path}", "--containers", "3", "--seed", "7")
        try:
            assert engine.stdout is not None
            line = engine.stdout.readline()
            assert f"unix://{path}" in line
            assert "3 containers, seed 7" in line
            assert serves(path)
            engine.send_signal(number)
            output, errors = engine.communicate(timeout=60)
        finally:
            engine.kill()
            engine.communicate()
        assert (engine.returncode, output, errors) == (0, "", "")
        assert not path.exists()
        assert tmp_path.exists()


def test_it_ends_without_a_word_while_somebody_listens(tmp_path: Path) -> None:
    path = tmp_path / "watched.sock"
    engine = run("--address", str(path), "--containers", "1")
    try:
        until(lambda: serves(path))
        with grpc.insecure_channel(f"unix:{path}") as channel, Control(str(path)) as control:
            events = EventsStub(channel).Subscribe(SubscribeRequest())
            waiting = TasksStub(channel).Wait.future(
                WaitRequest(container_id="web-1"), metadata=(("containerd-namespace", "default"),)
            )
            until(lambda: len(control.counts()) == 2)
            engine.send_signal(signal.SIGTERM)
            for call in (events, waiting):
                assert call.code() == grpc.StatusCode.UNAVAILABLE
        _, errors = engine.communicate(timeout=60)
    finally:
        engine.kill()
        engine.communicate()
    assert (engine.returncode, errors) == (0, "")


def test_an_address_in_use_is_refused_and_a_dead_one_taken(tmp_path: Path) -> None:
    path = tmp_path / "used.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        refused = run("--address", str(path))
        _, errors = refused.communicate(timeout=60)
        assert refused.returncode == 1
        assert errors == f"c9d demo-engine: another engine serves {path} already\n"
    taken = run("--address", str(path), "--containers", "1")
    try:
        until(lambda: serves(path))
    finally:
        taken.terminate()
        taken.communicate(timeout=60)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("{tmp}/nowhere/x.sock", "there is no directory"),
        ("{tmp}/file", "is not a socket"),
        ("{tmp}/" + "long" * 30, "longer than"),
    ],
)
def test_a_bad_address_is_refused_in_one_sentence(tmp_path: Path, address: str, words: str) -> None:
    (tmp_path / "file").touch()
    engine = run("--address", address.format(tmp=tmp_path))
    output, errors = engine.communicate(timeout=60)
    assert (engine.returncode, output, errors.count("\n")) == (1, "", 1)
    assert words in errors


@pytest.mark.parametrize(
    "content", ["[{", '[{"kind": "bang"}]', "3", '[{"kind": "error", "pattern": "*", "x": 1}]']
)
def test_a_bad_fault_file_is_refused_in_one_sentence(tmp_path: Path, content: str) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text(content)
    engine = run("--address", str(tmp_path / "x.sock"), "--faults", str(faults))
    _, errors = engine.communicate(timeout=60)
    assert (engine.returncode, errors.count("\n")) == (1, 1)
    assert "is not a list of faults" in errors


def test_faults_can_be_there_from_the_start(tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('[{"pattern": "Images.*", "kind": "error", "code": "INTERNAL"}]')
    with DemoEngine.start(containers=1, extra=["--faults", str(faults)]) as engine:
        assert serves(Path(engine.address))


def test_it_does_nothing_while_nobody_watches() -> None:
    with DemoEngine.start(containers=12, extra=["--at", "2025-03-01T12:00Z"]) as engine:

        def switches() -> int:
            lines = Path(f"/proc/{engine.pid}/status").read_text().splitlines()
            return sum(int(line.split()[1]) for line in lines if "voluntary_ctxt" in line)

        before, turns = -1, 0
        while (now := switches()) != before:
            before, turns = now, turns + 1
            assert turns < 600, "it never comes to rest"
            time.sleep(0.1)
