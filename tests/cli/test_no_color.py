"""NO_COLOR, by the bytes on a real terminal."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
# Reset, and the attributes that are no colours, on and off.
ALLOWED = {0, 1, 2, 3, 4, 5, 7, 9, 21, 22, 23, 24, 25, 27, 29}


def rendition(raw: bytes) -> set[int]:
    """All that was ever asked of the pen."""
    found = re.findall(rb"\x1b\[([0-9;:]*)m", raw)
    return {int(code or 0) for codes in found for code in re.split(rb"[;:]", codes)}


def line_with(terminal: Terminal, text: str) -> int:
    return next(y for y, line in enumerate(terminal.screen.display) if text in line)


def reversed_cells(terminal: Terminal, y: int) -> int:
    return sum(terminal.screen.buffer[y][x].reverse for x in range(80))


@pytest.mark.parametrize("no_diff", ["", "1"], ids=["diff", "textual"])
def test_no_colour_is_sent_and_the_cursor_is_seen(no_diff: str) -> None:
    env = {**os.environ, "NO_COLOR": "1", "C9D_NO_DIFF": no_diff, "COLORTERM": "truecolor"}
    with Terminal([sys.executable, "-m", "tui", "--demo"], env=env, cwd=str(ROOT)) as terminal:
        terminal.wait_for("running", timeout=90)
        terminal.send("gj")
        terminal.wait_for(lambda: reversed_cells(terminal, line_with(terminal, "▌")) > 70)
        assert reversed_cells(terminal, line_with(terminal, "STATUS")) == 0
        terminal.send(" ")
        terminal.wait_for("1 marked")
        terminal.send("/we")
        terminal.wait_for("/ we")
        # The cursor of the line that takes text.
        terminal.wait_for(lambda: reversed_cells(terminal, line_with(terminal, "/ we")) == 1)
        terminal.send("\r\x04")
        terminal.wait_for("[> Cancel <]")
        assert reversed_cells(terminal, line_with(terminal, "[> Cancel <]")) >= 10
        terminal.send("\x1b")
        terminal.wait_for(lambda: "Cancel" not in terminal.text)
        assert rendition(bytes(terminal.raw)) <= ALLOWED
        assert 7 in rendition(bytes(terminal.raw))
