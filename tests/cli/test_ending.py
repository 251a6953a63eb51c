"""How a run ends when it does not end well: on a real terminal, with a log."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from protos import leases_pb2
from tests.support.terminal import Terminal
from tui.backend.client import Client
from tui.backend.service import Service
from tui.demo.control import Control
from tui.demo.launch import DemoEngine

ROOT = Path(__file__).resolve().parents[2]

# Each line breaks another kind of code that Textual calls for us.
BREAKS = {
    "worker": "import tui.connect as m; m.connect = boom",
    "key": "from tui.screens.main import MainScreen as m; m._show_help = boom",
    "drawing": "from tui.screens.board import Board as m; m.draw = boom",
    "loading": "import tui.themes as m; m.DARK = None",
}
PROGRAM = """
import sys
def boom(*arguments, **options):
    secret = "hunter2"
    raise ValueError("broken on\\x1b[31m purpose")
{line}
from tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def engine() -> Iterator[DemoEngine]:
    with DemoEngine.start() as engine:
        yield engine


@pytest.mark.parametrize("where", BREAKS)
def test_an_unexpected_error_is_one_sentence_and_a_log(
    engine: DemoEngine, where: str, tmp_path: Path
) -> None:
    log = tmp_path / "c9d.log"
    program = PROGRAM.format(line=BREAKS[where])
    argv = [sys.executable, "-c", program, "-a", engine.address, "--log-file", str(log)]
    with Terminal(argv, columns=200, env=os.environ, cwd=str(ROOT)) as terminal:
        if where == "key":
            terminal.wait_for("web-1", timeout=90)
            terminal.send("?")
        assert terminal.wait_exit(90) == 1
        raw = bytes(terminal.raw)
    last = raw.rpartition(b"\x1b[?1049l")[2].decode()
    assert "Traceback" not in raw.decode()
    assert b"hunter2" not in raw
    assert last.count("ended by an unexpected error") == 1
    assert f"see {log}" in last
    assert "\x1b[31m" not in last
    assert raw.rindex(b"\x1b[?25h") > raw.rindex(b"\x1b[?25l")
    assert "Traceback" in log.read_text()


async def left_behind(address: str) -> tuple[set[str], int]:
    """The snapshots and the number of leases that an engine has."""
    client = Client(address)
    try:
        rows = {row.row_key for row in await Service(client).list_snapshots()}
        leases = await client.call(client.leases.List, leases_pb2.ListRequest())
        return rows, len(leases.leases)
    finally:
        await client.close()


async def test_leaving_in_the_middle_of_a_commit_leaves_nothing(engine: DemoEngine) -> None:
    before = await left_behind(engine.address)
    argv = [sys.executable, "-m", "tui", "-a", engine.address]
    with (
        Control(engine.address) as control,
        Terminal(argv, env=os.environ, cwd=str(ROOT)) as terminal,
    ):
        terminal.wait_for("api-7", timeout=90)
        control.hang("Diff.Diff")
        control.counts(reset=True)
        terminal.send("C")
        terminal.wait_for("Name of the committed")
        terminal.send("half\r")
        terminal.wait_for(lambda: control.counts().get("Diff.Diff", 0) > 0)
        terminal.send("q")
        assert terminal.wait_exit(90) == 0
        assert await left_behind(engine.address) == before
        control.clear()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_with_the_terminal_as_it_was(
    engine: DemoEngine, number: signal.Signals
) -> None:
    argv = [sys.executable, "-m", "tui", "-a", engine.address]
    with Terminal(argv, env=os.environ, cwd=str(ROOT)) as terminal:
        terminal.wait_for("api-7", timeout=90)
        os.kill(terminal.pid, number)
        assert terminal.wait_exit(90) == 128 + number
        raw = bytes(terminal.raw)
    for on, off in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?1000h", b"\x1b[?1000l")):
        assert raw.rindex(off) > raw.rindex(on)
    assert raw.rindex(b"\x1b[?25h") > raw.rindex(b"\x1b[?25l")
    assert b"Traceback" not in raw


def test_a_terminal_that_goes_away_takes_it_along(engine: DemoEngine, tmp_path: Path) -> None:
    log = tmp_path / "c9d.log"
    argv = [sys.executable, "-m", "tui", "-a", engine.address, "--log-file", str(log)]
    with Terminal(argv, env=os.environ, cwd=str(ROOT)) as terminal:
        terminal.wait_for("api-7", timeout=90)
        terminal.hang_up()
        assert terminal.wait_exit(90) in (128 + signal.SIGHUP, 1)
    assert "Traceback" not in log.read_text()


def test_the_shell_can_have_the_terminal_for_a_while(engine: DemoEngine) -> None:
    argv = [sys.executable, "-m", "tui", "-a", engine.address]
    with Terminal(argv, env=os.environ, cwd=str(ROOT)) as terminal:
        terminal.wait_for("api-7", timeout=90)
        terminal.send("\x1a")
        terminal.wait_for(lambda: b"\x1b[?1049l" in terminal.raw)
        terminal.wait_for(lambda: stopped(terminal.pid))
        terminal.screen.reset()
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.wait_for("frontend")
        terminal.wait_for("Containers 12")


def stopped(pid: int) -> bool:
    """Whether a process was told to stop and did."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    return stat.rpartition(")")[2].split()[0] == "T"
