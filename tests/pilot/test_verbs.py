"""Keys that change the daemon: what they ask, what the row says, what is left."""

import pytest

from tests.support.driving import Driver, at, driving
from tui.demo.control import Control
from tui.demo.launch import DemoEngine
from tui.state.models import SnapshotKind, TaskStatus
from tui.targets import Pane
from widgets.buttons import Buttons
from widgets.dialog import ConfirmDialog


def status(app: Driver, key: str) -> TaskStatus | None:
    """What the newest picture says of a task."""
    task = app.app.snapshot.tasks.get(key)
    return task.status if task else None


async def answer(app: Driver, yes: bool = True) -> None:
    """Answer a question whose *Cancel* must have the focus."""
    await app.until(lambda: app.dialog == "ConfirmDialog", "it asks")
    buttons = app.app.screen.query_one(Buttons)
    await app.until(lambda: buttons.has_focus, "the buttons take the keys")
    assert buttons.current == "cancel"
    await app.press(*(["right"] if yes else []), "enter")
    await app.until(lambda: app.dialog == "", "the question is gone")


async def test_s_stops_after_asking_and_starts_without(
    engine: DemoEngine, control: Control
) -> None:
    control.add("stopper", script="run")
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "stopper")
        await app.press("s")
        await answer(app, yes=False)
        assert status(app, "stopper") is TaskStatus.RUNNING
        await app.press("s")
        await answer(app)
        await app.until(lambda: "exited 143" in app.cells("stopper"), "it stopped")
        await app.press("s")
        assert app.dialog == ""
        await app.until(lambda: "running" in app.cells("stopper"), "it runs again")


async def test_the_row_says_stopping_until_it_stopped(engine: DemoEngine, control: Control) -> None:
    control.add("slow", script="run")
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "slow")
        control.hang("Tasks.Kill")
        await app.press("s")
        await answer(app)
        await app.until(lambda: "stopping" in app.cells("slow"), "the row says so")
        assert "running" not in app.cells("slow")
        await app.press("s")
        assert any("still stopping" in each for each in app.told())
        await app.press("3")
        await app.until(lambda: "stopping" in app.cells("slow"), "its task's row says so")
        control.clear()
        await app.until(lambda: "stopping" not in app.cells("slow"), "it is over")


async def test_what_ignores_term_is_asked_about_again(engine: DemoEngine, control: Control) -> None:
    control.add("deaf", script="ignore:TERM")
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "deaf")
        await app.press("s")
        await answer(app)
        await app.until(lambda: app.dialog == "ConfirmDialog", "it asks again")
        await app.until(lambda: "Kill task deaf?" in app.text(), "it asks whether to kill")
        await answer(app)
        await app.until(lambda: "exited 137" in app.cells("deaf"), "it was killed")


async def test_p_pauses_and_resumes(engine: DemoEngine, control: Control) -> None:
    control.add("pauser")
    async with driving(at(engine.address)) as app:
        await app.go(Pane.TASKS, "pauser")
        await app.press("p")
        await app.until(lambda: "paused" in app.cells("pauser"), "it is paused")
        assert app.dialog == ""
        await app.press("p")
        await app.until(lambda: "running" in app.cells("pauser"), "it goes on")


async def test_capital_k_sends_the_chosen_signal(engine: DemoEngine, control: Control) -> None:
    control.add("target", script="ignore:HUP")
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "target")
        await app.press("K")
        assert app.dialog == "PickDialog"
        await app.press(*"kill", "enter")
        await app.until(lambda: app.dialog == "ConfirmDialog", "it asks")
        await app.until(lambda: "Send SIGKILL" in app.text(), "it names the signal")
        await answer(app)
        await app.until(lambda: "exited 137" in app.cells("target"), "it was killed")


@pytest.mark.parametrize("key", ["ctrl+d", "delete"])
async def test_delete_takes_task_record_and_snapshot(
    engine: DemoEngine, control: Control, key: str
) -> None:
    name = f"gone-{key[0]}"
    control.add(name)
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, name)
        assert f"overlayfs/{name}" in app.app.snapshot.snapshots
        await app.press(key)
        await app.until(lambda: "killed first" in app.text(), "it says what is lost")
        assert "$ ctr -a" in app.text()
        await answer(app, yes=False)
        assert name in app.keys
        await app.press(key)
        await answer(app)
        await app.until(lambda: name not in app.keys, "its row is gone")
        await app.until(
            lambda: f"overlayfs/{name}" not in app.app.snapshot.snapshots, "its snapshot is gone"
        )


async def test_delete_of_a_task_keeps_the_container(engine: DemoEngine, control: Control) -> None:
    control.add("taskless")
    async with driving(at(engine.address)) as app:
        await app.go(Pane.TASKS, "taskless")
        await app.press("ctrl+d")
        await answer(app)
        await app.until(lambda: "taskless" not in app.keys, "its row is gone")
        assert "taskless" in app.app.snapshot.containers


async def test_delete_of_an_image(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.press("2")
        used = {row.image for row in app.app.snapshot.containers.values()}
        name = next(key for key in app.keys if key not in used)
        await app.go(Pane.IMAGES, name)
        await app.press("delete")
        await answer(app)
        await app.until(lambda: name not in app.keys, "its row is gone")


async def test_delete_of_a_snapshot(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.go(Pane.SNAPSHOTS, "overlayfs/inspect-redis")
        await app.press("ctrl+d")
        await answer(app)
        await app.until(lambda: "overlayfs/inspect-redis" not in app.keys, "its row is gone")


async def test_marked_rows_go_together(engine: DemoEngine, control: Control) -> None:
    names = [f"many-{number}" for number in range(3)]
    for name in names:
        control.add(name)
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "many-2")
        await app.press("slash", *"many-", "enter", "ctrl+a")
        assert app.pane.table.marked == set(names)
        await app.press("ctrl+d")
        await app.until(lambda: app.dialog == "ConfirmDialog", "it asks")
        screen = app.app.screen
        assert isinstance(screen, ConfirmDialog)
        assert [each.split()[0] for each in screen.targets] == names
        await answer(app)
        await app.until(lambda: not app.keys, "all are gone")
        await app.until(lambda: "Deleted 3 objects." in app.told(), "it sums up")


async def test_the_dialog_says_how_many_targets_the_filter_hides(
    engine: DemoEngine, control: Control
) -> None:
    control.add("hid-1")
    control.add("seen-1")
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "hid-1")
        await app.press("space")
        await app.go(Pane.CONTAINERS, "seen-1")
        await app.press("space", "slash", *"seen", "enter", "ctrl+d")
        await app.until(lambda: app.dialog == "ConfirmDialog", "it asks")
        await app.until(lambda: "1 of them hidden by the filter" in app.text(), "it says so")
        await answer(app, yes=False)


async def test_targets_are_frozen_when_the_key_is_pressed(
    engine: DemoEngine, control: Control
) -> None:
    control.add("aaa-frozen")
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "aaa-frozen")
        await app.press("ctrl+d")
        await app.until(lambda: app.dialog == "ConfirmDialog", "it asks")
        control.add("aaa-earlier")
        app.app.main.action_run("refresh")
        await app.until(lambda: "aaa-earlier" in app.app.snapshot.containers, "another row came")
        app.pane.table.move_to("aaa-earlier")
        await answer(app)
        await app.until(lambda: "aaa-frozen" not in app.app.snapshot.containers, "it is gone")
        assert "aaa-earlier" in app.app.snapshot.containers


async def test_capital_c_commits_under_a_name(engine: DemoEngine, control: Control) -> None:
    control.add("source")
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "source")
        await app.press("C")
        assert app.dialog == "PromptDialog"
        await app.press(*"web-1", "enter")
        assert app.dialog == "PromptDialog"
        await app.until(lambda: "already" in app.text(), "it says why not")
        await app.press(*"-copy", "enter")
        row = "overlayfs/web-1-copy"
        await app.until(lambda: row in app.app.snapshot.snapshots, "the snapshot is there")
        assert app.app.snapshot.snapshots[row].kind is SnapshotKind.COMMITTED
        assert status(app, "source") is TaskStatus.RUNNING
        await app.until(lambda: "Committed source as web-1-copy." in app.told(), "it says so")


async def test_capital_c_commits_a_snapshot_of_nobody(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.go(Pane.SNAPSHOTS, "overlayfs/web-canary")
        await app.press("C", *"canary-1", "enter")
        row = "overlayfs/canary-1"
        await app.until(lambda: row in app.keys, "the snapshot is there")
        assert "committed" in app.cells(row)


async def test_u_measures_a_snapshot(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.go(Pane.SNAPSHOTS, "overlayfs/web-1")
        assert "iB" not in app.cells("overlayfs/web-1")
        await app.press("u")
        await app.until(lambda: "iB" in app.cells("overlayfs/web-1"), "the size shows")
