"""Snapshots that containers stand on, and those that nobody uses."""

from tests.support.driving import driving
from tests.support.fixed import FixedApp
from tui.targets import Pane
from widgets.dialog import ConfirmDialog


async def test_the_file_system_of_a_container_is_refused_beforehand() -> None:
    async with driving(FixedApp()) as driver:
        await driver.go(Pane.SNAPSHOTS, "overlayfs/cache")
        assert "Delete" not in driver.text().splitlines()[-1]
        await driver.press("ctrl+d")
        assert driver.dialog == ""
        assert any("Container session-cache stands on it" in each for each in driver.told())


async def test_of_the_marked_ones_it_is_left_out() -> None:
    async with driving(FixedApp()) as driver:
        for key in ("overlayfs/web-1", "overlayfs/look"):
            await driver.go(Pane.SNAPSHOTS, key)
            await driver.press("space")
        await driver.press("ctrl+d")
        await driver.until(lambda: "Delete snapshot look?" in driver.text(), "it asks")
        assert "Left out: 1 snapshot that containers stand on." in driver.text()
        screen = driver.app.screen
        assert isinstance(screen, ConfirmDialog)
        assert [each.split()[0] for each in screen.targets] == ["look"]
        await driver.press("escape")
        await driver.go(Pane.SNAPSHOTS, "overlayfs/look")
        await driver.press("space", "ctrl+d")
        assert driver.dialog == ""
        assert any("Container web-1 stands on it" in each for each in driver.told())


async def test_a_commit_that_takes_the_snapshot_itself_says_so() -> None:
    async with driving(FixedApp()) as driver:
        await driver.go(Pane.SNAPSHOTS, "overlayfs/orphan")
        await driver.press("C")
        await driver.until(lambda: "its key is gone" in driver.text(), "it says so")
