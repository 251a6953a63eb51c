"""What somebody else does to a real daemon appears by itself."""

from itertools import pairwise

import pytest

from tests.flow.watching import Watch, ctr, watching
from tests.support.daemon import Daemon
from tests.support.image import BuiltImage, busybox_image
from tui.state.models import SnapshotKind, TaskStatus

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def image() -> BuiltImage:
    return busybox_image("c9d.test/flow:1")


async def run(daemon: Daemon, namespace: str, image: BuiltImage, name: str, *args: str) -> None:
    await ctr(daemon, "images", "import", "-", namespace=namespace, data=image.tar())
    await ctr(
        daemon, "run", "-d", "--null-io", image.reference, name, *args, namespace=namespace
    )  # fmt: skip


async def status(watch: Watch, name: str, wanted: TaskStatus) -> None:
    await watch.until(
        lambda each: name in each.tasks and each.tasks[name].status is wanted,
        f"{name} is not {wanted}",
    )


async def test_a_life_is_seen_from_its_image_to_its_end(
    real_daemon: Daemon, image: BuiltImage
) -> None:
    namespace = real_daemon.namespace()
    async with watching(real_daemon.address, namespace=namespace) as watch:
        assert not (await watch.live()).images
        await run(real_daemon, namespace, image, "life", "sleep", "3600")
        await status(watch, "life", TaskStatus.RUNNING)
        seen = await watch.until(
            lambda each: all(row.size for row in each.images.values()), "not described"
        )
        assert image.reference in seen.images
        row = seen.containers["life"]
        assert row.image == image.reference
        active = await watch.until(
            lambda each: f"{row.snapshotter}/{row.snapshot_key}" in each.snapshots, "no snapshot"
        )
        kinds = {info.kind for info in active.snapshots.values()}
        assert kinds == {SnapshotKind.ACTIVE, SnapshotKind.COMMITTED}
        assert any(each.name == namespace for each in active.namespaces)
        started = active.tasks["life"].started_at
        assert started is not None
        assert abs((started - active.events[0].at).total_seconds()) < 60

        await ctr(real_daemon, "tasks", "pause", "life", namespace=namespace)
        await status(watch, "life", TaskStatus.PAUSED)
        await ctr(real_daemon, "tasks", "resume", "life", namespace=namespace)
        await status(watch, "life", TaskStatus.RUNNING)

        await ctr(real_daemon, "tasks", "kill", "-s", "KILL", "life", namespace=namespace)
        await status(watch, "life", TaskStatus.STOPPED)
        end = watch.now.exits["life"]
        assert (end.status, end.count, end.oom) == (137, 1, False)
        await ctr(real_daemon, "tasks", "rm", "life", namespace=namespace)
        await ctr(real_daemon, "containers", "rm", "life", namespace=namespace)
        gone = await watch.until(lambda each: not each.containers and not each.tasks, "still there")
        assert not gone.exits
        await watch.until(
            lambda each: f"{row.snapshotter}/{row.snapshot_key}" not in each.snapshots, "kept"
        )
        await ctr(real_daemon, "images", "rm", image.reference, namespace=namespace)
        await watch.until(lambda each: not each.images, "the image stayed")


async def test_what_ran_before_is_listed_and_another_namespace_is_read(
    real_daemon: Daemon, image: BuiltImage
) -> None:
    first, second = real_daemon.namespace(), real_daemon.namespace()
    await run(real_daemon, first, image, "early", "sleep", "3600")
    async with watching(real_daemon.address, namespace=second) as watch:
        empty = await watch.until(lambda each: first in each.elsewhere, "not counted elsewhere")
        assert empty.elsewhere[first] == 1
        assert empty.loaded
        watch.watcher.select_namespace(first)
        assert not watch.watcher.current.loaded
        there = await watch.until(
            lambda each: each.namespace == first and each.loaded, "not loaded"
        )
        assert set(there.containers) == {"early"}
        assert there.tasks["early"].started_at is not None
        assert not there.elsewhere
        assert watch.service.namespace == first
        watch.watcher.select_namespace(second)
        back = await watch.until(lambda each: each.namespace == second and each.loaded, "not back")
        assert not back.containers


async def test_metrics_of_a_busy_task_are_those_of_one_core(
    real_daemon: Daemon, image: BuiltImage
) -> None:
    namespace = real_daemon.namespace()
    busy = "i=0; while true; do i=$((i+1)); done"
    await run(real_daemon, namespace, image, "busy", "sh", "-c", busy)
    await run(real_daemon, namespace, image, "idle", "sleep", "3600")
    async with watching(real_daemon.address, namespace=namespace, refresh=0.5) as watch:
        await watch.live()
        watch.watcher.focus({"busy", "idle"})
        seen = await watch.until(
            lambda each: all(
                key in each.series and each.series[key].count >= 5 for key in ("busy", "idle")
            ),
            "no curve",
        )
        assert (seen.series["busy"].cpu_percent or 0) > 5
        assert (seen.series["idle"].cpu_percent or 0) < 5
        assert seen.series["busy"].cpu[0] is None
        assert seen.series["idle"].last.memory > 0
        curves = [each.series["busy"] for each in watch.seen if "busy" in each.series]
        for old, new in pairwise(curves):
            if new is not old:
                used = (new.last.cpu_ns - old.last.cpu_ns) / 1e9
                elapsed = new.last.at - old.last.at
                assert new.cpu_percent == pytest.approx(100 * used / elapsed)
        watch.watcher.pause_sampling(True)
        await ctr(real_daemon, "tasks", "kill", "-s", "KILL", "busy", namespace=namespace)
        await status(watch, "busy", TaskStatus.STOPPED)
        assert "busy" not in watch.now.series
        assert "idle" in watch.now.series


async def test_usage_is_measured_when_asked(real_daemon: Daemon, image: BuiltImage) -> None:
    namespace = real_daemon.namespace()
    await run(real_daemon, namespace, image, "used", "sleep", "3600")
    async with watching(real_daemon.address, namespace=namespace) as watch:
        seen = await watch.live()
        assert not seen.usage
        committed = next(
            key for key, row in seen.snapshots.items() if row.kind is SnapshotKind.COMMITTED
        )
        await watch.watcher.measure(committed, namespace)
        seen = await watch.until(lambda each: committed in each.usage, "not measured")
        assert seen.usage[committed].size > 100_000
        before = seen.usage[committed]
        await watch.watcher.measure(committed, namespace)
        assert watch.watcher.current.usage[committed] is before


async def test_read_only_watches_as_well(real_daemon: Daemon, image: BuiltImage) -> None:
    namespace = real_daemon.namespace()
    async with watching(real_daemon.address, namespace=namespace, read_only=True) as watch:
        await watch.live()
        await run(real_daemon, namespace, image, "watched", "sleep", "3600")
        await status(watch, "watched", TaskStatus.RUNNING)
        assert not any(event.topic.startswith("/c9d/") for event in watch.now.events)
