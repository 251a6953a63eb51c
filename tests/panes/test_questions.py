"""What is asked, refused and told about actions."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.support.world import EMPTY, NOW, STALE, WORLD
from tui import keymap
from tui.actions import ACTIONS, BY_ID
from tui.conditions import refusal, title
from tui.panes.containers import Containers, alive
from tui.panes.images import Images
from tui.panes.pane import GREATEST_FIRST
from tui.panes.resource import Resource, View
from tui.panes.snapshots import Snapshots
from tui.panes.tasks import Tasks
from tui.screens.questions import ask, committing
from tui.state.models import TaskStatus
from tui.state.snapshot import Snapshot
from tui.targets import Pane, Target, target


def found(pane: Pane, key: str, snapshot: Snapshot = WORLD) -> Target:
    """The target of a row that must exist."""
    about = target(snapshot, pane, key)
    assert about is not None
    return about


def test_stopping_names_the_restart_monitor_and_the_command() -> None:
    question = ask("stop", (found(Pane.CONTAINERS, "api-7"),), WORLD)
    assert question.title == "Stop task api-7?"
    assert any("always" in line for line in question.lines)
    assert question.command.endswith("tasks kill -s SIGTERM api-7")
    assert "asked again" in question.consequence


def test_deleting_a_container_says_what_is_killed_and_lost() -> None:
    running = ask("delete", (found(Pane.CONTAINERS, "web-1"),), WORLD)
    assert "killed first" in running.consequence
    assert "tasks rm -f web-1 && " in running.command
    record = ask("delete", (found(Pane.CONTAINERS, "legacy"),), WORLD)
    assert "killed" not in record.consequence
    assert "files written there are lost" in record.consequence


def test_deleting_many_lists_all_and_counts_the_hidden() -> None:
    targets = tuple(found(Pane.CONTAINERS, key) for key in WORLD.containers)
    question = ask("delete", targets, WORLD, hidden=2)
    assert question.title == "Delete 9 containers?"
    assert len(question.targets) == 9
    assert question.lines[0].startswith("2 of them hidden")
    assert question.command.endswith("and 8 more")


def test_deleting_what_others_need_warns() -> None:
    image = ask("delete", (found(Pane.IMAGES, "docker.io/library/nginx:1.27"),), WORLD)
    assert any(line.startswith("3 containers") for line in image.lines)
    parent = WORLD.containers["web-1"].image
    chain = f"overlayfs/{WORLD.images[parent].chain_id}"
    snapshot = ask("delete", (found(Pane.SNAPSHOTS, chain),), WORLD)
    assert any("refuse" in line for line in snapshot.lines)


def test_the_file_system_of_a_container_is_not_deleted_by_itself() -> None:
    for key, name in (("web-1", "web-1"), ("cache", "session-cache")):
        reason = refusal(BY_ID["delete"], WORLD, Pane.SNAPSHOTS, f"overlayfs/{key}")
        assert f"Container {name} stands on it: delete the container" in reason
    assert refusal(BY_ID["delete"], WORLD, Pane.SNAPSHOTS, "overlayfs/orphan") == ""
    assert refusal(BY_ID["delete"], WORLD, Pane.SNAPSHOTS, "overlayfs/web-1", marked=True) == ""


def test_a_commit_says_whether_it_copies_or_takes_the_snapshot_itself() -> None:
    (own,) = committing(found(Pane.SNAPSHOTS, "overlayfs/orphan"), WORLD)
    assert "Makes orphan itself" in own
    assert "its key is gone" in own
    (copy,) = committing(found(Pane.CONTAINERS, "web-1"), WORLD)
    assert copy == "Makes a read-only snapshot of web-1 as it is."
    (named,) = committing(found(Pane.SNAPSHOTS, "overlayfs/cache"), WORLD)
    assert (
        named == "Makes a read-only snapshot of cache, the file system of session-cache, as it is."
    )


@pytest.mark.parametrize(("owner", "word"), [("kubelet", "new one"), ("dockerd", "docker")])
def test_other_keepers_are_named(owner: str, word: str) -> None:
    kept = replace(WORLD.containers["web-1"], owner=owner)
    world = replace(WORLD, containers=MappingProxyType({"web-1": kept}))
    for verb in ("stop", "delete"):
        question = ask(verb, (found(Pane.CONTAINERS, "web-1", world),), world)
        assert any(word in line for line in question.lines)


def test_hostile_names_are_made_safe() -> None:
    evil = "x\x1b]52;c;aGk=\x07[/b]"
    row = replace(WORLD.containers["web-1"], id=evil, name="")
    world = replace(WORLD, containers=MappingProxyType({evil: row}))
    question = ask("delete", (found(Pane.CONTAINERS, evil, world),), world)
    for text in (question.title, *question.targets, *question.lines, question.command):
        assert text.isprintable()
        assert "\x1b" not in text


def test_what_does_not_work_here_and_now_is_refused() -> None:
    def refused(action: str, pane: Pane, key: str | None, snapshot: Snapshot = WORLD) -> str:
        return refusal(BY_ID[action], snapshot, pane, key)

    assert refused("toggle", Pane.CONTAINERS, "web-1") == ""
    assert "does not apply" in refused("toggle", Pane.IMAGES, "x")
    assert "Not connected" in refused("toggle", Pane.CONTAINERS, "web-1", STALE)
    assert "no row" in refused("delete", Pane.CONTAINERS, None, EMPTY)
    assert "running" in refused("pause", Pane.CONTAINERS, "batch-x")
    assert refused("signal", Pane.CONTAINERS, "batch-x")
    assert refused("commit", Pane.SNAPSHOTS, "overlayfs/look")
    assert refused("commit", Pane.SNAPSHOTS, "overlayfs/orphan") == ""
    assert refused("help", Pane.IMAGES, None, STALE) == ""


def test_read_only_refuses_all_that_changes() -> None:
    for action in ACTIONS:
        for pane in action.panes:
            reason = refusal(action, WORLD, pane, "web-1", read_only=True)
            assert bool(action.changes) <= bool(reason)


def test_titles_follow_the_state() -> None:
    assert title(BY_ID["toggle"], WORLD, "web-1") == "Stop"
    assert title(BY_ID["toggle"], WORLD, "legacy") == "Start"
    assert title(BY_ID["pause"], WORLD, "paused-1") == "Resume"


def test_a_task_whose_shim_hangs_may_run() -> None:
    hung = replace(WORLD.tasks["web-1"], status=TaskStatus.UNKNOWN)
    snapshot = replace(WORLD, tasks=MappingProxyType({**WORLD.tasks, "web-1": hung}))
    assert title(BY_ID["toggle"], snapshot, "web-1") == "Stop"
    question = ask("delete", (found(Pane.CONTAINERS, "web-1", snapshot),), snapshot)
    assert "killed first" in question.consequence
    assert alive(hung)


def test_targets_of_what_is_gone_are_none() -> None:
    for pane in Pane:
        assert target(WORLD, pane, "never") is None
    assert target(WORLD, Pane.TASKS, "legacy") is None


def test_a_missing_configuration_is_no_news(tmp_path: Path) -> None:
    assert keymap.load(tmp_path / "none.toml") == ({}, "")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[keymap", "ignored"),
        ("keymap = 3", "not a table"),
        ('[keymap]\nhelp = "q"', "'q' is 'quit' already"),
        ('[keymap]\nhelp = ""', "needs a key"),
        ("[keymap]\nhelp = 3", "needs a key"),
        ('[keymap]\nnone = "x"', "no action 'none'"),
    ],
)
def test_what_is_wrong_in_the_keymap_is_told(tmp_path: Path, text: str, word: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    keys, problem = keymap.load(path)
    assert keys == {}
    assert word in problem


def test_keys_can_be_swapped(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[keymap]\nhelp = "q"\nquit = "question_mark, f1"', encoding="utf-8")
    keys, problem = keymap.load(path)
    assert (keys, problem) == ({"help": "q", "quit": "question_mark,f1"}, "")


def test_columns_that_start_with_the_greatest_exist() -> None:
    assert {f"sort.{column}" for column in GREATEST_FIRST} <= set(BY_ID)


@pytest.mark.parametrize("resource", [Containers(), Images(), Tasks(), Snapshots()])
def test_a_column_can_be_sorted_by_where_it_is_and_nowhere_else(resource: Resource[Any]) -> None:
    columns = {each.key for each in resource.columns(80)}
    for action in ACTIONS:
        if action.id.startswith("sort."):
            column = action.id.removeprefix("sort.")
            reason = refusal(action, WORLD, resource.pane, None)
            assert (reason == "") is (column in columns)
            if reason:
                assert reason == f"The {resource.pane} have no column {column}."


def test_what_was_only_created_does_not_run() -> None:
    created = replace(WORLD.tasks["web-1"], status=TaskStatus.CREATED)
    tasks = MappingProxyType({**WORLD.tasks, "web-1": created})
    view = View(replace(WORLD, tasks=tasks), NOW)
    panes: tuple[Resource[Any], ...] = (Containers(), Tasks())
    for resource in panes:
        items = dict(resource.items(view))
        assert not resource.runs(items["web-1"])
        assert resource.runs(items["web-2"])
        assert resource.runs(items["paused-1"])
        assert not resource.runs(items["batch-x"])
