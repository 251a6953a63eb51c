"""What is refused: by the daemon, and by ourselves."""

from tests.support.driving import at, driving
from tui.demo.control import Control
from tui.demo.launch import DemoEngine
from tui.state.models import TaskStatus
from tui.targets import Pane


async def test_a_failure_is_one_sentence_and_the_row_returns(
    engine: DemoEngine, control: Control
) -> None:
    control.add("stubborn")
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "stubborn")
        control.error("Tasks.Pause", "INTERNAL", "the freezer [/b] is \x1b[31mbroken")
        await app.press("p")
        await app.until(lambda: any("freezer" in each for each in app.told()), "it says so")
        assert not any("\x1b" in each for each in app.told())
        await app.until(lambda: "running" in app.cells("stubborn"), "the row is as it was")


async def test_read_only_changes_nothing(engine: DemoEngine) -> None:
    async with driving(at(engine.address, read_only=True)) as app:
        await app.go(Pane.CONTAINERS, "web-1")
        assert "Stop" not in app.text().splitlines()[-1]
        for key in ("s", "p", "K", "C", "ctrl+d", "delete"):
            await app.press(key)
            assert app.dialog == ""
        assert len([each for each in app.told() if "--read-only" in each]) >= 1
        assert app.app.snapshot.tasks["web-1"].status is TaskStatus.RUNNING
