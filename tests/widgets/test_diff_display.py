"""The display layer shows what Textual would have shown, in fewer bytes."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.color import ColorSystem
from rich.console import RenderableType
from textual.events import Key
from textual.screen import Screen

from tests.support.terminal import Terminal
from tests.widgets.grid import Grid, Look
from widgets.cell_diff import CellDiff
from widgets.cells import Cell, Row
from widgets.demo import Demo
from widgets.diff_display import placed_strips
from widgets.glyphs import use_glyphs
from widgets.table import Table
from widgets.terminal_cells import PenTable

ROOT = Path(__file__).resolve().parents[2]


class Recorder(Demo):
    """Feeds every frame to two terminals: as Textual sends it, and as differences."""

    def __init__(self) -> None:
        super().__init__()
        self.stock: Grid | None = None
        self.ours: Grid | None = None
        self.stock_bytes = self.our_bytes = self.frames = 0
        self.wrong: list[tuple[int, int, Look, Look]] = []

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if renderable is not None:
            self.record(screen, renderable)
        self.post_display_hook()

    def record(self, screen: Screen[Any], renderable: Any) -> None:
        width, height = screen.outer_size
        if self.stock is None or self.stock.screen.columns != width:
            self.stock, self.ours = Grid(width, height), Grid(width, height)
            colors = self.console._color_system or ColorSystem.TRUECOLOR
            self.diff = CellDiff(PenTable(colors), width, height)
        assert self.ours is not None
        stock = renderable.render_segments(self.console)
        for x, y, strip in placed_strips(renderable):
            self.diff.put_strip(x, y, strip)
        ours = self.diff.render()
        self.stock.feed(stock)
        self.ours.feed(ours)
        self.frames += 1
        self.stock_bytes += len(stock.encode())
        self.our_bytes += len(ours.encode())
        self.wrong += self.ours.mismatches(self.stock)


@pytest.fixture(autouse=True)
def _unicode() -> Any:
    use_glyphs(ascii=False)
    yield
    use_glyphs(None)


WIDE = Row(
    "row-1", tuple(Cell(text) for text in ("日本語テスト名前長い", "日\u0301本", "é", "▓", "語"))
)
KEYS = ["j"] * 25 + ["k"] * 5 + ["pagedown"] * 3 + ["G", "g", "space", "j", "space", "t", "t", "x"]
KEYS += ["x", "slash", "7", "backspace", "escape", "d", "right", "escape", "c", "a", "space"]
KEYS += ["escape", "n", "1", "down", "escape", "t", "j", "j"]


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_every_frame_looks_like_textuals(size: tuple[int, int]) -> None:
    app = Recorder()
    async with app.run_test(size=size) as pilot:
        for key in KEYS:
            app.post_message(Key(key, key if len(key) == 1 else None))
            await pilot.pause()
        table = app.query_one(Table)
        for number in (1, 2, 5, 9, 11):
            rows = list(app._rows)
            rows[number] = Row(rows[number].key, WIDE.cells)
            table.show(rows)
            await pilot.pause()
        await pilot.resize_terminal(size[0] + 21, size[1] + 3)
        await pilot.pause()
        for key in ("j", "d", "escape"):
            app.simulate_key(key)
            await pilot.pause()
    assert app.frames > len(KEYS)
    assert app.wrong[:5] == []
    assert app.our_bytes * 3 < app.stock_bytes


@pytest.mark.parametrize(("size", "most"), [((80, 24), 600), ((200, 50), 900)])
async def test_bytes_of_a_scroll_step(size: tuple[int, int], most: int) -> None:
    app = Recorder()
    async with app.run_test(size=size) as pilot:
        for _ in range(size[1] + 5):
            app.simulate_key("j")
            await pilot.pause()
        before = app.our_bytes
        app.simulate_key("j")
        await pilot.pause()
        if app.size.width < 120:
            assert 0 < app.our_bytes - before <= most
        # Beside the detail panel no line moves as a whole.
        assert app.our_bytes - before < 8 * most


async def test_an_idle_app_sends_nothing() -> None:
    app = Recorder()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        frames = app.frames
        app.query_one(Table).show(list(app._rows))
        app.query_one(Table).show([Row(row.key, row.cells) for row in app._rows])
        await pilot.pause()
        assert app.frames == frames


def demo(columns: int = 80, rows: int = 24, script: str = "-m widgets") -> Terminal:
    env = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, *script.split(" ", 1)]
    return Terminal(argv, columns=columns, rows=rows, env=env, cwd=str(ROOT))


def test_a_resized_terminal_is_drawn_whole() -> None:
    with demo(100, 30) as fresh:
        fresh.wait_for(lambda: "item-25" in fresh.text and "Stale" in fresh.text)
        expected = fresh.text
    with demo(80, 24) as terminal:
        terminal.wait_for("item-19")
        terminal.resize(100, 30)
        terminal.wait_for(lambda: terminal.text == expected)


SUSPENDING = """-c import os
from widgets.demo import Demo
class Suspending(Demo):
    BINDINGS = [*Demo.BINDINGS, ("z", "other", "Other")]
    def action_other(self):
        with self.suspend():
            os.write(1, b"\\x1b[2J\\x1b[Hanother program was here")
    def action_tick(self):
        os.write(1, b"\\x1b[2J\\x1b[Hsomething smeared the screen")
        self.repaint()
Suspending().run()
"""


@pytest.mark.parametrize("key", ["z", "t"])
def test_the_screen_is_drawn_whole_after_another_program_had_it(key: str) -> None:
    with demo(script=SUSPENDING) as terminal:
        terminal.wait_for(lambda: "item-19" in terminal.text and "Stale" in terminal.text)
        expected = terminal.text
        sent = len(terminal.raw)
        terminal.send(key)
        terminal.wait_for(lambda: terminal.raw.find(b"2J", sent) > 0)
        terminal.wait_for(lambda: terminal.text == expected)


TICKING = """-c import pathlib
from widgets.demo import Demo
class Ticking(Demo):
    diff_display = {diff}
    def on_mount(self):
        super().on_mount()
        self.set_interval(0.02, self.beat)
    def beat(self):
        self.action_tick()
        pathlib.Path({path!r}).write_text(str(self._tick))
Ticking().run()
"""


def test_a_terminal_that_does_not_read_stops_nothing(tmp_path: Path) -> None:
    beats = tmp_path / "beats"
    with demo(script=TICKING.format(diff=True, path=str(beats))) as terminal:
        terminal.wait_for(lambda: "layers" in terminal.text and count(beats) > 0)
        sent = len(terminal.raw)
        # Nobody reads meanwhile. Textual alone stands still after some thirty frames.
        start = count(beats)
        poll(lambda: count(beats) > start + 200)
        now = count(beats)
        terminal.wait_for(lambda: newest(terminal.text) >= now)
        # No backlog of old frames was played back: a fraction of two hundred of 900 bytes.
        assert len(terminal.raw) - sent < 60_000


def count(path: Path) -> int:
    """Return the number in a file that may just be written."""
    return int(path.read_text() or 0)


def newest(text: str) -> int:
    """Return the tick that the activity line shows, 0 if it shows none."""
    found = re.search(r"(\d+)/20 layers", text)
    return int(found.group(1)) if found else 0


def poll(holds: Callable[[], bool], timeout: float = 60.0) -> None:
    """Wait until something holds, without reading from any terminal."""
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_textual_draws_when_its_private_parts_are_others() -> None:
    broken = (
        "-c import widgets.diff_display as d\n"
        "def placed_strips(update): raise AttributeError('strips')\n"
        "d.placed_strips = placed_strips\n"
        "from widgets.demo import Demo\n"
        "app = Demo(); app.run(); assert app.diff_display is False"
    )
    with demo(script=broken) as terminal:
        terminal.wait_for(lambda: "item-19" in terminal.text and "Stale" in terminal.text)
        terminal.send("jj")
        terminal.wait_for("▌item-2")
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_textual_draws_when_it_is_told_to() -> None:
    off = "-c from widgets.demo import Demo; app = Demo(); app.diff_display = False; app.run()"
    with demo(script=off) as stock, demo() as ours:
        for terminal in (stock, ours):
            terminal.wait_for("Stale")
            terminal.wait_for("item-19")
            terminal.send("jjj")
            terminal.wait_for("▌item-3")
        assert stock.text == ours.text
        assert len(ours.raw) < len(stock.raw)
