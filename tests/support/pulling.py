"""The app on a fixed host, with pulls that go as a test says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.driving import Driver, driving
from tests.support.fixed import FixedApp
from tests.support.pulls import PullService, Running
from tests.support.world import NOW
from tui.pulled import Pulled
from tui.settings import Settings
from tui.state.snapshot import Snapshot


def normalise(text: str) -> str:
    """Stand in for the reading of references."""
    if text != text.lower():
        raise ValueError(f"{text} has upper-case letters in its repository.")
    name = text if "/" in text else f"docker.io/library/{text}"
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


class PullingApp(FixedApp):
    """An app whose clock a test moves on."""

    def __init__(self, home: Path, *snapshots: Snapshot, settings: Settings | None = None) -> None:
        super().__init__(*snapshots, settings=settings)
        self.puller = PullService()
        self.service.pull_image = self.puller.pull_image  # type: ignore[attr-defined]
        self.now: datetime = NOW
        self.main.clock = lambda: self.now
        self.pulled = self.main._pulled = Pulled(home / "pulled")
        self.main._normalise = normalise

    def wait(self, seconds: float) -> None:
        """Let time go by, and the strip look at the clock."""
        self.now += timedelta(seconds=seconds)
        self.main.draw_strip()


class Puller(Driver):
    """Drives the app through a pull."""

    def __init__(self, driver: Driver, app: PullingApp) -> None:
        super().__init__(driver.pilot)
        self.fixed = app
        self.service = app.puller

    async def pull(self, reference: str) -> Running:
        """Ask for a reference by keys and return the pull that comes of it."""
        before = len(self.service.pulls)
        await self.press("P", *reference, "enter")
        await self.until(lambda: len(self.service.pulls) > before, f"{reference} is pulled")
        await self.until(lambda: self.dialog == "PullsScreen", "its dialog opens")
        return self.service.pulls[-1]

    async def shows(self, text: str) -> None:
        """Wait for a text on the screen."""
        await self.until(lambda: text in self.text(), f"{text!r} shows")

    async def see(self, picture: Snapshot) -> None:
        """Feed a picture and wait until it is taken."""
        self.fixed.watcher.feed(picture)
        await self.until(lambda: self.app.main.snapshot is picture, "the picture is taken")

    @property
    def strip(self) -> list[str]:
        """The lines of the strip, from the top."""
        activity = self.app.main.activity
        if not activity.display:
            return []
        return [activity.render_line(y).text.strip() for y in range(activity.size.height)]


@asynccontextmanager
async def pulling(
    home: Path,
    *snapshots: Snapshot,
    size: tuple[int, int] = (80, 24),
    settings: Settings | None = None,
) -> AsyncIterator[Puller]:
    """Run an app for a test of pulls."""
    app = PullingApp(home, *snapshots, settings=settings)
    async with driving(app, size) as driver:
        yield Puller(driver, app)
