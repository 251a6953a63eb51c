"""Hostile ids, labels, names and error texts on their way to a real terminal."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.hostile import ATTACKS, MARK, plant
from tests.support.escapes import foreign
from tests.support.terminal import Terminal
from tui.demo.control import Control
from tui.demo.launch import DemoEngine

ROOT = Path(__file__).resolve().parents[2]
PANES = {"1": "STATUS", "2": "DIGEST", "3": "PIDS", "4": "PARENT"}


@pytest.fixture(scope="module")
def engine() -> Iterator[DemoEngine]:
    with DemoEngine.start(containers=3) as engine:
        plant(engine.address)
        yield engine


def assert_clean(terminal: Terminal) -> None:
    """Nothing reached the terminal that a full-screen program has no reason to send."""
    raw = bytes(terminal.raw)
    assert foreign(raw) == []
    decoded = raw.decode("utf-8")  # strict: what is no UTF-8 did not come from us
    assert not any("\x80" <= char <= "\x9f" for char in decoded)
    assert not any(char in decoded for char in "\u202e\u2066\u200f\u200b\ufeff")
    assert "Traceback" not in decoded


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (200, 50)])
@pytest.mark.parametrize("diff", [True, False], ids=["diff", "stock"])
def test_nothing_hostile_reaches_the_terminal(
    engine: DemoEngine, columns: int, rows: int, diff: bool
) -> None:
    env = {**os.environ, "TERM": "xterm-256color"}
    if not diff:
        env["C9D_NO_DIFF"] = "1"
    argv = [sys.executable, "-m", "tui", "-a", engine.address]
    with Terminal(argv, columns=columns, rows=rows, env=env, cwd=str(ROOT)) as terminal:
        terminal.wait_for(MARK, timeout=90)
        for key, column in PANES.items():
            terminal.send(key)
            terminal.wait_for(column)
            for _ in range(len(ATTACKS) + 6):
                terminal.send("j")
                terminal.pump(0.05)
            terminal.send("\r")
            terminal.settle()
            terminal.send("]")
            terminal.settle()
            terminal.send("\x1b")
            terminal.settle()
            terminal.wait_for(column)
            terminal.send("/")
            terminal.send(f"{MARK}\r")
            terminal.settle()
            assert MARK in terminal.text
            terminal.send("\x1b")
            terminal.settle()
        assert_clean(terminal)
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert_clean(terminal)


@pytest.mark.slow
@pytest.mark.parametrize("attack", ["osc52", "markup", "huge"])
def test_a_hostile_error_is_shown_and_harmless(attack: str) -> None:
    with DemoEngine.start(containers=3) as engine, Control(engine.address) as control:
        text = ATTACKS[attack][:6000]  # what a header of HTTP/2 carries
        control.error("Tasks.Start", "UNKNOWN", text)
        control.add("zz-last", state="none")
        argv = [sys.executable, "-m", "tui", "-a", engine.address]
        with Terminal(argv, columns=120, rows=36, cwd=str(ROOT)) as terminal:
            terminal.wait_for("zz-last", timeout=90)
            terminal.send("G")
            terminal.pump(0.3)
            terminal.send("s")
            terminal.wait_for(MARK)
            assert_clean(terminal)
            terminal.send("q")
            assert terminal.wait_exit() == 0
