"""The details on the whole screen: they go on telling the truth."""

import asyncio
from dataclasses import replace
from types import MappingProxyType

from rich.style import Style

from tests.support.driving import Driver, driving
from tests.support.fixed import FixedApp
from tests.support.world import NO_SOCKET, STALE, WORLD
from tui.screens.details import DetailsScreen
from tui.state.snapshot import Snapshot
from tui.targets import Pane
from widgets.detail import Detail


def style_of(driver: Driver, word: str) -> Style:
    """The style in which a word of the details is drawn."""
    detail = driver.app.screen.query_one(Detail)
    for y in range(detail.size.height):
        for segment in detail.render_line(y):
            if word in segment.text and segment.style:
                return segment.style
    raise AssertionError(f"no {word} on\n{driver.text()}")


async def opened(driver: Driver, pane: Pane, key: str) -> DetailsScreen:
    await driver.go(pane, key)
    await driver.press("enter")
    await driver.until(lambda: driver.dialog == "DetailsScreen", "the details are open")
    screen = driver.app.screen
    assert isinstance(screen, DetailsScreen)
    return screen


def without(key: str) -> Snapshot:
    rows = {name: row for name, row in WORLD.containers.items() if name != key}
    return replace(WORLD, containers=MappingProxyType(rows))


async def test_they_say_when_they_are_stale_and_how_old() -> None:
    app = FixedApp()
    async with driving(app) as driver:
        await opened(driver, Pane.CONTAINERS, "web-1")
        assert "stale" not in driver.text()
        assert not style_of(driver, "nginx").dim
        app.watcher.feed(STALE)
        await driver.until(lambda: "○ stale 40s old" in driver.text(), "they say so")
        assert "nginx" in driver.text()
        assert style_of(driver, "nginx").dim
        app.watcher.feed(WORLD)
        await driver.until(lambda: "stale" not in driver.text(), "it is well again")
        assert not style_of(driver, "nginx").dim


async def test_beside_the_table_they_are_dimmed_too() -> None:
    app = FixedApp()
    async with driving(app, (120, 36)) as driver:
        await driver.go(Pane.CONTAINERS, "web-1")
        assert not style_of(driver, "io.containerd.runc").dim
        app.watcher.feed(STALE)
        await driver.until(lambda: style_of(driver, "io.containerd.runc").dim, "dimmed")


async def test_what_was_deleted_meanwhile_is_said_to_be_gone() -> None:
    app = FixedApp()
    async with driving(app) as driver:
        await opened(driver, Pane.CONTAINERS, "web-1")
        app.watcher.feed(without("web-1"))
        await driver.until(
            lambda: "This container is not there any more." in driver.text(), "they say so"
        )
        app.watcher.feed(WORLD)
        await driver.until(lambda: "not there" not in driver.text(), "it is back")


async def test_u_measures_the_snapshot_that_is_shown() -> None:
    app = FixedApp()
    walked = asyncio.Event()

    async def measure(row_key: str, namespace: str) -> None:
        app.watcher.asked.append(("measure", (row_key, namespace)))
        await walked.wait()

    app.watcher.measure = measure  # type: ignore[method-assign]
    async with driving(app) as driver:
        await opened(driver, Pane.SNAPSHOTS, "overlayfs/web-1")
        assert "press u to measure" in driver.text()
        await driver.press("u")
        await driver.until(lambda: "measuring…" in driver.text(), "it says so")
        assert ("measure", ("overlayfs/web-1", "default")) in app.watcher.asked
        walked.set()
        await driver.until(lambda: "press u" in driver.text(), "it is over")


async def test_u_says_why_it_does_nothing() -> None:
    app = FixedApp()
    async with driving(app) as driver:
        await opened(driver, Pane.CONTAINERS, "web-1")
        await driver.press("u")
        assert any("does not apply to containers" in each for each in driver.told())
        await driver.press("escape")
        await opened(driver, Pane.SNAPSHOTS, "overlayfs/web-1")
        app.watcher.feed(replace(NO_SOCKET, snapshots=WORLD.snapshots))
        await driver.until(lambda: "no socket" in driver.text(), "it is known")
        await driver.press("u")
        assert any("Not connected" in each for each in driver.told())
        assert not any(name == "measure" for name, _ in app.watcher.asked)
