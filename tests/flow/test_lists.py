"""Lists that fail or hang: what the others say stays right, and the failure is said."""

from tests.flow.watching import watching
from tui.demo.control import Control
from tui.demo.launch import DemoEngine
from tui.state.models import TaskStatus
from tui.state.snapshot import Snapshot


async def test_a_list_that_fails_is_said_and_keeps_its_rows(
    engine: DemoEngine, control: Control
) -> None:
    async with watching(engine.address, sweep=0.3) as watch:
        seen = await watch.live()
        images = seen.images
        assert not seen.troubles
        control.error("Images.List", "UNKNOWN", "the store is broken")
        seen = await watch.until(lambda each: bool(each.troubles), "not said")
        assert seen.troubles.keys() == {"image"}
        assert "the store is broken" in seen.troubles["image"]
        assert seen.images.keys() == images.keys()
        assert seen.connection.live
        watch.watcher.select_namespace("k8s.io")
        seen = await watch.until(lambda each: each.namespace == "k8s.io" and each.loaded, "no k8s")
        assert seen.containers
        assert "image" in seen.troubles
        control.clear()
        await watch.until(lambda each: not each.troubles and bool(each.images), "not taken back")


async def test_a_hung_list_of_tasks_does_not_hide_the_rest(
    engine: DemoEngine, control: Control
) -> None:
    control.hang("Tasks.List")
    async with watching(engine.address) as watch:
        seen = await watch.until(lambda each: each.loaded, "not loaded")
        assert seen.tasks["web-1"].status is TaskStatus.RUNNING
        assert "legacy" not in seen.tasks


async def test_what_others_pull_is_seen_in_every_namespace(
    engine: DemoEngine, control: Control
) -> None:
    async with watching(engine.address) as watch:
        seen = await watch.until(lambda each: bool(each.ingests), "what lies there is not seen")
        assert {each.namespace for each in seen.ingests} == {"default"}
        control.pull_rate(1 << 20)
        control.pull("docker.io/acme/others:1", namespace="k8s.io")
        control.advance(2.0)

        def offset(seen: Snapshot) -> int:
            return sum(each.offset for each in seen.ingests if each.namespace == "k8s.io")

        seen = await watch.until(lambda each: offset(each) > 0, "nobody pulls")
        before = offset(seen)
        control.advance(2.0)
        await watch.until(lambda each: offset(each) > before, "does not grow")
        control.error("Content.ListStatuses", "UNKNOWN", "the store is broken")
        seen = await watch.until(lambda each: not each.ingests, "a broken store is not told")
        assert seen.connection.live
