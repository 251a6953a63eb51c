"""What is under way in one namespace while another one is shown."""

import asyncio
from dataclasses import replace
from types import MappingProxyType

from tests.support.driving import Driver, driving
from tests.support.fixed import FixedApp
from tests.support.world import CONTAINERS, TASKS, WORLD
from tui.backend.errors import StillRunning
from tui.state.snapshot import Snapshot
from tui.targets import Pane


def twin() -> Snapshot:
    """Another namespace with the same ids, where nothing of web-1 runs."""
    return replace(
        WORLD,
        namespace="k8s.io",
        containers=MappingProxyType(
            {row.id: replace(row, namespace="k8s.io", name=f"twin-{row.id}") for row in CONTAINERS}
        ),
        tasks=MappingProxyType(
            {
                row.container_id: replace(row, namespace="k8s.io", pid=99)
                for row in TASKS
                if row.container_id != "web-1"
            }
        ),
    )


async def show(app: FixedApp, driver: Driver, snapshot: Snapshot) -> None:
    app.watcher.feed(snapshot)
    await driver.until(lambda: app.main.snapshot is snapshot, "it is shown")


async def stop(driver: Driver, key: str) -> None:
    await driver.go(Pane.CONTAINERS, key)
    await driver.press("s", "right", "enter")
    await driver.until(lambda: driver.dialog == "", "it was asked")


async def test_a_row_of_the_same_name_elsewhere_is_left_alone() -> None:
    app = FixedApp()
    done = asyncio.Event()

    async def wait(_verb: str) -> None:
        await done.wait()

    app.service.answer = wait
    async with driving(app) as driver:
        await stop(driver, "web-2")
        await driver.until(lambda: "stopping" in driver.cells("web-2"), "the row says so")
        await show(app, driver, twin())
        await driver.until(lambda: "running" in driver.cells("web-2"), "the other one runs")
        await driver.press("p")
        await driver.until(
            lambda: ("pause", ("web-2",), {"namespace": "k8s.io"}) in app.service.calls,
            "it takes verbs",
        )
        await show(app, driver, WORLD)
        await driver.until(lambda: "stopping" in driver.cells("web-2"), "it is still stopping")
        done.set()
        await driver.until(lambda: "running" in driver.cells("web-2"), "it is over")


async def test_what_would_not_stop_is_described_as_it_was() -> None:
    app = FixedApp()
    timed_out = asyncio.Event()

    async def fail(_verb: str) -> None:
        await timed_out.wait()
        raise StillRunning("web-1 did not stop.")

    app.service.answer = fail
    async with driving(app) as driver:
        await stop(driver, "web-1")
        await driver.press("2")
        await show(app, driver, twin())
        await driver.press("space")
        marked = driver.pane.table.marked
        assert marked
        timed_out.set()
        await driver.until(lambda: "Kill task web-1?" in driver.text(), "it asks again")
        text = driver.text()
        assert "running, pid 4211" in text
        assert 'In the namespace "default", not the one shown.' in text
        assert "hidden" not in text
        assert "twin" not in text.partition("Kill task")[2]
        await driver.press("right", "enter")
        await driver.until(
            lambda: (
                ("stop_container", ("web-1", "SIGKILL"), {"namespace": "default"})
                in app.service.calls
            ),
            "it is killed where it is",
        )
        assert driver.pane.table.marked == marked


async def test_only_targets_are_counted_as_hidden() -> None:
    async with driving(FixedApp()) as driver:
        for key in ("legacy", "api-7", "web-1"):
            await driver.go(Pane.CONTAINERS, key)
            await driver.press("space")
        # "legacy" has no task that could be stopped, "api-7" has one.
        await driver.press("slash", *"web", "enter", "s")
        await driver.until(lambda: "Stop 2 tasks?" in driver.text(), "it asks")
        assert "1 of them hidden by the filter." in driver.text()
