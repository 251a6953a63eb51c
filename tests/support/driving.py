"""Drives the app as a user does: keys in, rows and sentences out."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from textual.pilot import Pilot

from tui.app import C9dApp
from tui.panes.pane import ResourcePane
from tui.settings import Settings
from tui.targets import Pane

PATIENCE = 60.0
"""Seconds that anything may take on a loaded machine."""


class Driver:
    """A running app and the means to use it."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.app = cast(C9dApp, pilot.app)

    @property
    def pane(self) -> ResourcePane:
        """The pane that has the keys."""
        return self.app.main.current

    @property
    def keys(self) -> list[str]:
        """The keys of its rows, from the top."""
        return [row.key for row in self.pane.table.rows]

    @property
    def cursor(self) -> str | None:
        """The key under the cursor."""
        return self.pane.cursor_key

    @property
    def dialog(self) -> str:
        """The class of the screen on top, ``""`` for the dashboard itself."""
        screen = self.app.screen
        return "" if screen is self.app.main else type(screen).__name__

    def cells(self, key: str) -> str:
        """The texts of a row, joined by a space."""
        row = self.pane.table.row(key)
        cells = row.cells if row else ()
        return " ".join("".join(text for text, _ in cell.parts) for cell in cells)

    def text(self) -> str:
        """All that is drawn on the screen on top."""
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in line) for line in lines)

    def told(self) -> list[str]:
        """The notifications so far."""
        return [each.message for each in self.app._notifications]

    async def press(self, *keys: str) -> None:
        """Press keys, each after the last one was dealt with."""
        for key in keys:
            self.app.simulate_key(key)
            await self.pilot.pause()
            await self.pilot.pause()

    async def until(self, predicate: Callable[[], object], what: str) -> None:
        """Wait for something to become true."""
        deadline = time.monotonic() + PATIENCE
        while not predicate():
            assert time.monotonic() < deadline, f"{what}; the screen shows\n{self.text()}"
            await self.pilot.pause(0.02)

    async def go(self, pane: Pane, key: str) -> None:
        """Put the cursor on a row of a pane."""
        await self.press(str(list(Pane).index(pane) + 1))
        await self.until(lambda: key in self.keys, f"{key} is in {pane}")
        self.pane.table.move_to(key)
        await self.pilot.pause()
        assert self.cursor == key


@asynccontextmanager
async def driving(
    app: C9dApp, size: tuple[int, int] = (80, 24), *, loaded: bool = True
) -> AsyncIterator[Driver]:
    """Run an app without a terminal, from when it has read its lists."""
    async with app.run_test(size=size) as pilot:
        driver = Driver(pilot)
        if loaded:
            await driver.until(lambda: app.main.snapshot.loaded, "the lists are read")
            await pilot.pause()
        yield driver


def at(address: str, **more: object) -> C9dApp:
    """Return the app for an engine."""
    return C9dApp(Settings(address=address, **more))  # type: ignore[arg-type]
