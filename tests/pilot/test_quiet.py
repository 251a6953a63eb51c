"""What did not change draws nothing; what changed draws its own line."""

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from textual.strip import Strip

from tests.support.driving import driving
from tests.support.fixed import FixedApp
from tests.support.world import SERIES, WORLD, ago
from tui.state.snapshot import Snapshot
from widgets.canvas import Canvas


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the widgets whose lines were asked for, one entry a line."""
    lines: list[str] = []
    for kind in _all_kinds(Canvas):
        if "render_line" in vars(kind):
            monkeypatch.setattr(kind, "render_line", _counting(vars(kind)["render_line"], lines))
    return lines


def _all_kinds(kind: type[Canvas]) -> set[type[Canvas]]:
    return {kind, *(each for sub in kind.__subclasses__() for each in _all_kinds(sub))}


def _counting(draw: Any, lines: list[str]) -> Any:
    def render_line(self: Canvas, y: int) -> Strip:
        lines.append(f"{type(self).__name__} {y}")
        return draw(self, y)  # type: ignore[no-any-return]

    return render_line


async def shown(app: FixedApp, driver: Any, picture: Snapshot) -> None:
    """Feed a picture and wait until it is on the screen."""
    app.watcher.feed(picture)
    await driver.until(lambda: app.main.snapshot is picture, "the picture is taken")
    await driver.pilot.pause()
    await driver.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_an_equal_picture_draws_nothing(size: tuple[int, int], drawn: list[str]) -> None:
    app = FixedApp()
    async with driving(app, size) as driver:
        await shown(app, driver, replace(WORLD, revision=8))
        drawn.clear()
        await shown(app, driver, replace(WORLD, revision=9))
        assert drawn == []


async def test_one_changed_figure_draws_one_line(drawn: list[str]) -> None:
    app = FixedApp()
    async with driving(app) as driver:
        await shown(app, driver, replace(WORLD, revision=8))
        fresh = replace(SERIES["web-1"], count=601, cpu=(*SERIES["web-1"].cpu[1:], 99.0))
        changed = MappingProxyType({**SERIES, "web-1": fresh})
        drawn.clear()
        await shown(app, driver, replace(WORLD, revision=9, series=changed))
        line = driver.keys.index("web-1") + 1
        assert set(drawn) == {f"Table {line}"}


async def test_a_row_above_keeps_the_cursor_on_its_own() -> None:
    app = FixedApp()
    async with driving(app) as driver:
        driver.pane.table.move_to("web-1")
        first = replace(WORLD.containers["web-1"], id="aaa", created_at=ago(minutes=1))
        more = MappingProxyType({"aaa": first, **WORLD.containers})
        await shown(app, driver, replace(WORLD, revision=9, containers=more))
        assert driver.keys[0] == "aaa"
        assert driver.cursor == "web-1"
