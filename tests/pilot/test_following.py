"""What feeds the dashboard must not end without a word."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from textual.worker import WorkerFailed

from tests.support.driving import driving
from tests.support.fixed import FixedApp
from tests.support.world import WORLD
from tui.backend.client import Client
from tui.backend.service import Service
from tui.backend.watcher import Watcher
from tui.state.snapshot import Snapshot


@pytest.mark.parametrize("cancelled", [True, False], ids=["cancelled", "ended"])
async def test_the_app_ends_with_an_error_when_its_watcher_does(cancelled: bool) -> None:
    app = FixedApp()
    end = asyncio.Event()

    async def snapshots() -> AsyncIterator[Snapshot]:
        yield WORLD
        await end.wait()
        if cancelled:
            raise asyncio.CancelledError

    app.watcher.snapshots = snapshots  # type: ignore[method-assign]

    async def drive() -> None:
        async with driving(app) as driver:
            end.set()
            await driver.until(lambda: app.failure, "the failure is known")

    with pytest.raises(WorkerFailed, match="nothing follows the daemon"):
        await drive()
    assert app.service.client.closed


async def test_leaving_is_no_failure() -> None:
    app = FixedApp()
    async with driving(app) as driver:
        await driver.press("q")
    assert app.failure is None
    assert app.service.client.closed


async def test_a_watch_that_somebody_cancelled_is_an_error() -> None:
    watcher = Watcher(Service(Client("/nonexistent/c9d.sock")))
    before = asyncio.all_tasks()

    async def follow() -> None:
        async for _ in watcher.snapshots():
            for task in asyncio.all_tasks() - before:
                task.cancel()

    with pytest.raises(RuntimeError, match="was cancelled"):
        await follow()
