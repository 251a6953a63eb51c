"""How pulls end: cancelled, left behind, quit; and what others pull."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets._toast import Toast

from tests.support.driving import Driver
from tests.support.pulling import PullingApp, pulling
from tests.support.pulls import downloading, pull
from tests.support.world import ADDRESS, MIB, STALE, WORLD
from tui.settings import Settings
from tui.state.models import Ingest
from tui.targets import Place
from widgets.buttons import Buttons


@pytest.mark.parametrize("key", ["x", "ctrl+d"])
async def test_cancelling_asks_and_waits_for_the_clean_up(tmp_path: Path, key: str) -> None:
    async with pulling(tmp_path) as app:
        app.service.quick_to_clean_up = False
        pull = await app.pull("nginx:1.28")
        pull.progress()
        await app.press(key)
        await app.until(lambda: app.dialog == "ConfirmDialog", "it asks")
        await app.shows("[> Keep pulling <]")
        await app.press("enter")
        assert app.dialog == "PullsScreen"
        assert not pull.cancelled
        await app.press(key, "right", "enter")
        await app.until(lambda: pull.cancelled, "it is cancelled")
        await app.shows("cancelling")
        await app.press(key)
        assert app.dialog == "PullsScreen", "it is not asked twice"
        assert app.strip == ["↓ nginx:1.28  cancelling"]
        pull.clean_up.set()
        await app.shows("Cancelled the pull of nginx:1.28.")
        assert app.told() == ["Cancelled the pull of nginx:1.28."]


async def test_brackets_go_from_pull_to_pull(tmp_path: Path) -> None:
    async with pulling(tmp_path) as app:
        for name in ("one:1", "two:2"):
            await app.pull(name)
            await app.press("escape")
        assert [line.split()[1] for line in app.strip] == ["one:1", "two:2"]
        await app.press("w")
        await app.shows("one:1  (1 of 2)")
        await app.press("right_square_bracket")
        await app.shows("two:2  (2 of 2)")
        await app.press("greater_than_sign")
        await app.shows("one:1  (1 of 2)")
        await app.press("left_square_bracket")
        await app.shows("two:2  (2 of 2)")
        app.service.pulls[0].progress()
        app.service.pulls[1].fail("No.")
        await app.shows("No.")
        await app.press("escape", "w")
        await app.shows("3/9 layers")
        assert "of 2)" not in app.text()


async def test_hints_of_the_dialog_take_clicks(tmp_path: Path) -> None:
    async with pulling(tmp_path) as app:
        await app.pull("nginx:1.28")
        lines = app.text().splitlines()
        y = next(y for y, line in enumerate(lines) if "x Cancel the pull" in line)
        await app.pilot.click(offset=(lines[y].index("x Cancel"), y))
        await app.until(lambda: app.dialog == "ConfirmDialog", "it asks")
        await app.press("escape")
        await app.pilot.click(offset=(lines[y].index("Esc Leave"), y))
        await app.until(lambda: app.dialog == "", "it is left")


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_quitting_asks_while_pulls_run(tmp_path: Path, key: str) -> None:
    async with pulling(tmp_path) as app:
        for name in ("one:1", "two:2"):
            await app.pull(name)
            await app.press("escape")
        await app.press(key)
        await app.shows("2 pulls are under way: quit and cancel them?")
        await app.until(lambda: app.app.screen.query_one(Buttons).has_focus, "buttons have focus")
        await app.press("ctrl+c")
        assert len(app.app.screen_stack) == 2, "it asks once"
        await app.press("enter")
        assert app.dialog == ""
        assert not app.app._exit
        await app.press(key, "right", "enter")
        await app.until(lambda: app.app._exit, "it leaves")
    assert all(pull.cancelled for pull in app.service.pulls)


async def test_quitting_does_not_ask_once_all_is_over(tmp_path: Path) -> None:
    async with pulling(tmp_path) as app:
        (await app.pull("one:1")).fail("No.")
        await app.until(lambda: app.told(), "it failed")
        await app.press("escape", "q")
        await app.until(lambda: app.app._exit, "it leaves")


async def test_leaving_waits_for_the_clean_up(tmp_path: Path) -> None:
    finished: list[bool] = []
    async with pulling(tmp_path) as app:
        app.service.quick_to_clean_up = False
        pull = await app.pull("one:1")
        close = app.fixed.service.client.close

        async def closing() -> None:
            finished.append(pull.clean_up.is_set())
            await close()

        app.fixed.service.client.close = closing  # type: ignore[method-assign]
        app.app.exit()
        await app.until(lambda: pull.cancelled, "it is cancelled")
        assert finished == []
        pull.clean_up.set()
    assert finished == [True], "the connection was there until the end of the clean-up"


async def test_what_others_pull_has_its_line(tmp_path: Path) -> None:
    def ingest(mib: float) -> Ingest:
        return Ingest("k8s.io", "layer-sha256:aa", int(mib * MIB), 98 * MIB)

    async with pulling(tmp_path) as app:
        for revision, mib in enumerate((35.0, 40.0), start=8):
            await app.see(replace(WORLD, revision=revision, ingests=(ingest(mib),)))
            app.fixed.now += timedelta(seconds=1)
        (line,) = app.strip
        assert line.startswith("↓ k8s.io: 1 blob  ▓▓▓▓░░░░░░░░  40%  40.0/98.0 MiB   5.0 MiB/s")
        app.fixed.wait(42)
        assert app.strip[0].endswith("no bytes for 40s")
        await app.see(replace(WORLD, revision=10))
        assert app.strip == []


async def test_nothing_is_pulled_read_only_or_while_stale(tmp_path: Path) -> None:
    async with pulling(tmp_path, settings=Settings(address=ADDRESS, read_only=True)) as app:
        await app.press("P")
        assert app.dialog == ""
        assert "--read-only" in app.told()[-1]
    async with pulling(tmp_path, STALE) as app:
        await app.press("P")
        assert app.dialog == ""
        assert "Not connected" in app.told()[-1]


async def test_a_row_at_work_does_not_keep_from_pulling(tmp_path: Path) -> None:
    async with pulling(tmp_path) as app:
        place = Place(app.app.main.snapshot.namespace, app.cursor or "")
        app.app.main.pending = {app.app.main.pane: {place: "stopping"}}
        await app.press("P")
        assert app.dialog == "PullForm"


async def test_the_dialog_fits_a_small_terminal(tmp_path: Path) -> None:
    async with pulling(tmp_path, size=(60, 16)) as app:
        pull = await app.pull("nginx:1.28")
        pull.progress(downloading(pull.reference, count=40))
        await app.shows("14/40 layers")
        assert "Esc Leave it running" in app.text()
        assert "╰" in app.text()
        await app.pilot.resize_terminal(100, 40)
        await app.shows("downloading")
        await app.pilot.resize_terminal(60, 16)
        await app.press("escape", "P")
        await app.shows("[  Pull  ]")


async def test_what_is_told_does_not_stand_over_the_strip(tmp_path: Path) -> None:
    app = PullingApp(tmp_path)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        driver = Driver(pilot)
        await driver.until(lambda: app.main.snapshot.loaded, "the lists are read")
        app.pulls = tuple(pull(downloading(), number) for number in range(1, 9))
        app.notify("Something happened.\n" * 4, timeout=600)
        await driver.until(lambda: app.screen.query(Toast), "it is told")
        await driver.until(lambda: app.screen.query_one(Toast).region, "it has its place")
        strip = app.main.activity.region
        assert strip.height == 4
        assert app.screen.query_one(Toast).region.bottom <= strip.y
