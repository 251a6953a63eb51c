"""Measuring snapshots: one after another, and only where one is looking."""

import asyncio

from tests.flow.watching import eventually, watching
from tui.demo.control import Control
from tui.demo.launch import DemoEngine


async def test_what_waits_for_its_turn_is_not_asked_of_another_namespace(
    engine: DemoEngine, control: Control
) -> None:
    async with watching(engine.address) as watch:
        await watch.live()
        control.hang("Snapshots.Usage")
        control.counts(reset=True)
        measure = watch.watcher.measure
        first = asyncio.create_task(measure("overlayfs/web-1", "default"))
        await eventually(lambda: control.counts().get("Snapshots.Usage") == 1, "not asked")
        second = asyncio.create_task(measure("overlayfs/web-2", "default"))
        await asyncio.sleep(0)
        watch.watcher.select_namespace("k8s.io")
        control.clear()
        await asyncio.gather(first, second)
        assert control.counts()["Snapshots.Usage"] == 1
        assert not watch.watcher.current.usage
