"""The watcher on the demo engine: what it costs, what it heals, and what it survives."""

import asyncio
from contextlib import aclosing

import pytest

from tests.flow.watching import Watch, eventually, watching
from tui.backend.client import Client
from tui.backend.dirty import LONGEST
from tui.backend.errors import NotFound
from tui.backend.service import Service
from tui.backend.sweeps import MANY
from tui.backend.watcher import Watcher
from tui.demo.control import Control
from tui.demo.launch import DemoEngine
from tui.state.snapshot import ConnectionState


def reads(counts: dict[str, int]) -> int:
    """Calls that read objects; not the heartbeat, the metrics or the subscription."""
    kinds = ("Containers.", "Tasks.Get", "Tasks.List", "Images.", "Snapshots.", "Content.")
    return sum(count for method, count in counts.items() if method.startswith(kinds))


async def quiet(watch: Watch, control: Control) -> None:
    """Wait until nothing is read any more."""
    await watch.live()
    control.counts(reset=True)
    for _ in range(1000):
        await asyncio.sleep(0.2)
        if not reads(control.counts(reset=True)):
            return
    raise AssertionError("it never stops reading")


@pytest.mark.parametrize("names", [1, 10, 500])
async def test_a_burst_of_events_costs_a_bounded_number_of_calls(
    engine: DemoEngine, control: Control, names: int
) -> None:
    ids = [f"burst-{index}" for index in range(names)]
    for name in ids:
        control.add(name, state="none")
    async with watching(engine.address) as watch:
        await quiet(watch, control)
        began = asyncio.get_running_loop().time()
        control.emit(500, "/containers/update", ids)
        await watch.until(
            lambda each: sum(event.subject in set(ids) for event in each.events) >= 490,
            "events missing",
        )
        batches = (asyncio.get_running_loop().time() - began) / LONGEST + 2
        counts = control.counts()
        assert reads(counts) <= batches * min(names, MANY)
        if names > MANY:
            assert counts.get("Containers.Get", 0) <= MANY
            assert reads(counts) <= batches + MANY
        control.remove("container", "burst-0")
        control.emit(1, "/containers/delete", ["burst-0"])
        await watch.until(lambda each: "burst-0" not in each.containers, "the last one was lost")


async def test_an_idle_host_reads_and_shows_nothing(engine: DemoEngine, control: Control) -> None:
    async with watching(engine.address, sweep=0.3) as watch:
        await watch.settled()
        watch.watcher.pause_sampling(True)
        await eventually(
            lambda: len({id(watch.now), id(watch.watcher.current)}) == 1, "news without change"
        )
        control.counts(reset=True)
        before = watch.now
        await eventually(lambda: control.counts().get("Containers.ListStream", 0) > 3, "no sweep")
        assert watch.now is before


async def test_what_happened_without_a_word_is_healed_by_the_sweep(
    engine: DemoEngine, control: Control
) -> None:
    async with watching(engine.address, sweep=0.5) as watch:
        seen = await watch.live()
        kept = seen.containers["web-1"]
        control.remove("container", "legacy")
        control.add("silent", state="running")
        healed = await watch.until(
            lambda each: "legacy" not in each.containers and "silent" in each.tasks, "not healed"
        )
        assert healed.containers["web-1"] is kept


async def test_our_own_verbs_are_read_again_at_once(engine: DemoEngine, control: Control) -> None:
    async with watching(engine.address) as watch:
        await watch.live()
        control.remove("container", "legacy")
        await watch.watcher.reread("container", "legacy")
        assert "legacy" not in watch.watcher.current.containers
        control.add("fresh", state="none")
        watch.watcher.refresh_now()
        await watch.until(lambda each: "fresh" in each.containers, "not read")
        with pytest.raises(NotFound):
            await watch.watcher.measure("overlayfs/no-such-key", "default")


async def test_namespaces_are_switched_and_nothing_of_the_old_one_stays(
    engine: DemoEngine, control: Control
) -> None:
    async with watching(engine.address) as watch:
        seen = await watch.live()
        default = set(seen.containers)
        assert {"default", "k8s.io", "moby"} <= {row.name for row in seen.namespaces}
        assert not seen.elsewhere
        # Slow answers of the namespace that is left must not reach the next.
        control.latency("Containers.ListStream", 0.5, times=1)
        watch.watcher.refresh_now()
        await eventually(lambda: control.counts().get("Containers.ListStream", 0) >= 2, "not asked")
        watch.watcher.select_namespace("k8s.io")
        seen = await watch.until(lambda each: each.namespace == "k8s.io" and each.loaded, "no k8s")
        assert seen.containers
        assert not default & set(seen.containers)
        assert all(row.namespace == "k8s.io" for row in seen.images.values())
        watch.watcher.select_namespace("empty")
        seen = await watch.until(lambda each: bool(each.elsewhere), "nothing elsewhere")
        assert seen.elsewhere["default"] == len(default)
        control.add("one-more", state="none", namespace="default")
        control.emit(1, "/containers/create", ["one-more"], namespace="default")
        await watch.until(lambda each: each.elsewhere["default"] == len(default) + 1, "not counted")


async def test_curves_begin_without_a_rate_and_follow_the_engine(
    engine: DemoEngine, control: Control
) -> None:
    async with watching(engine.address, refresh=0.2) as watch:
        seen = await watch.live()
        assert seen.demo
        assert seen.server is not None
        control.thaw()
        watch.watcher.focus({"web-1"})
        seen = await watch.until(
            lambda each: "web-1" in each.series and each.series["web-1"].count >= 4, "no curve"
        )
        series = seen.series["web-1"]
        assert series.cpu[0] is None
        assert all(rate is None or 0 <= rate < 1000 for rate in series.cpu)
        assert series.memory[-1] == series.last.memory > 0


async def test_the_newest_wins_when_the_reader_is_slow(
    engine: DemoEngine, control: Control
) -> None:
    client = Client(engine.address)
    watcher = Watcher(Service(client), sweep=3600.0)
    watcher.pause_sampling(True)
    async with aclosing(watcher.snapshots()) as snapshots:
        async for snapshot in snapshots:
            if snapshot.connection.live and all(
                row.size or row.problem for row in snapshot.images.values()
            ):
                break
        for index in range(20):
            control.emit(10, "/containers/update", ["web-1"])
            await eventually(
                lambda wanted=10 * (index + 1): (  # type: ignore[misc]
                    len(watcher.current.events) >= wanted
                ),
                "events missing",
            )
        snapshot = await anext(snapshots)
        assert len(snapshot.events) >= 200
        assert snapshot is watcher.current
    await client.close()


async def test_closing_ends_every_stream(engine: DemoEngine, control: Control) -> None:
    client = Client(engine.address)
    watcher = Watcher(Service(client))
    before = asyncio.all_tasks()
    async with aclosing(watcher.snapshots()) as snapshots:
        async for snapshot in snapshots:
            if snapshot.connection.live:
                break
        assert asyncio.all_tasks() > before
    await eventually(lambda: asyncio.all_tasks() <= before, "a task was left behind")
    await eventually(lambda: control.cut("Events.Subscribe") == 0, "a stream was left open")
    await client.close()


async def test_a_cut_stream_is_subscribed_again(engine: DemoEngine, control: Control) -> None:
    async with watching(engine.address) as watch:
        await watch.live()
        control.remove("container", "legacy")
        control.cut("Events.Subscribe")
        await watch.until(lambda each: "legacy" not in each.containers, "not read again")
        await watch.live()
        control.add("later", state="none")
        control.emit(1, "/containers/create", ["later"])
        await watch.until(lambda each: "later" in each.containers, "not subscribed again")


async def test_a_stream_that_keeps_breaking_is_said_and_survived(
    engine: DemoEngine, control: Control
) -> None:
    async with watching(engine.address) as watch:
        await watch.live()
        control.error("Events.Subscribe", "INTERNAL", "no events today")
        control.cut("Events.Subscribe")
        seen = await watch.state(ConnectionState.STALE)
        assert seen.connection.reason == "The event stream was cut."
        assert seen.connection.way_out
        assert seen.connection.last_seen is not None
        control.add("meanwhile", state="none")
        await watch.until(lambda each: "meanwhile" in each.containers, "not read without events")
        assert not watch.now.connection.live
        control.clear()
        await watch.live()


async def test_an_engine_that_dies_and_comes_back(engine: DemoEngine) -> None:
    async with watching(engine.address) as watch:
        before = await watch.live()
        await asyncio.to_thread(engine.kill)
        seen = await watch.state(ConnectionState.STALE)
        assert seen.containers is before.containers
        await asyncio.to_thread(engine.restart)
        await watch.live()
