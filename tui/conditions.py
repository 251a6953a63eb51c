"""Whether an action works here and now, and what it is called then; pure."""

from tui.actions import Action
from tui.state.models import SnapshotKind, TaskStatus
from tui.state.snapshot import Snapshot
from tui.targets import Pane
from tui.text import safe


def running(snapshot: Snapshot, container_id: str) -> bool:
    """Tell whether the container's task lives, paused included, or may for all one knows."""
    task = snapshot.tasks.get(container_id)
    return task is not None and task.status in (
        TaskStatus.RUNNING,
        TaskStatus.PAUSED,
        TaskStatus.PAUSING,
        TaskStatus.UNKNOWN,
    )


def title(action: Action, snapshot: Snapshot, key: str) -> str:
    """Return what the action does to this row, for the footer and the palette."""
    if action.id == "toggle":
        return "Stop" if running(snapshot, key) else "Start"
    if action.id == "pause":
        task = snapshot.tasks.get(key)
        return "Resume" if task and task.status is TaskStatus.PAUSED else "Pause"
    return action.title


def stands_on(snapshot: Snapshot, row_key: str) -> str:
    """Return why a snapshot cannot be deleted by itself, ``""`` when it can."""
    for row in snapshot.containers.values():
        if row.snapshot_key and f"{row.snapshotter}/{row.snapshot_key}" == row_key:
            name = safe(row.title, 40)
            return f"Container {name} stands on it: delete the container, then it goes too."
    return ""


def refusal(
    action: Action,
    snapshot: Snapshot,
    pane: Pane,
    key: str | None,
    *,
    read_only: bool = False,
    marked: bool = False,
) -> str:
    """Return why the action does not work here and now, ``""`` when it does.

    Args:
        action: What is asked for.
        snapshot: What is known.
        pane: The pane that has the keys.
        key: The row under the cursor.
        read_only: Whether nothing may be changed.
        marked: Whether it is about marked rows; those that cannot be deleted are left out.
    """
    if pane not in action.panes:
        if action.id.startswith("sort."):
            return f"The {pane} have no column {action.id.removeprefix('sort.')}."
        return f"{action.title} does not apply to {pane}."
    if action.changes and read_only:
        return "c9d runs with --read-only: nothing is changed."
    needs_daemon = action.changes or action.id == "usage"
    if needs_daemon and not snapshot.connection.live:
        return "Not connected: nothing can be done until the daemon answers."
    if (action.group == "Act" or action.id in ("mark", "copy", "table.activate")) and key is None:
        return "There is no row."
    if action.id == "delete" and pane is Pane.SNAPSHOTS and not marked:
        return stands_on(snapshot, key or "")
    return _state(action, snapshot, pane, key or "")


def _state(action: Action, snapshot: Snapshot, pane: Pane, key: str) -> str:
    """Return why the object is not in the state that the action needs."""
    if action.id == "pause":
        return "" if running(snapshot, key) else "Only a running task can be paused."
    if action.id == "signal":
        task = snapshot.tasks.get(key)
        alive = task is not None and task.status is not TaskStatus.STOPPED
        return "" if alive else "There is no task that could take a signal."
    if action.id == "commit":
        info = snapshot.snapshots.get(_snapshot_of(snapshot, pane, key))
        active = info is not None and info.kind is SnapshotKind.ACTIVE
        return "" if active else "Only an active snapshot can be committed."
    return ""


def _snapshot_of(snapshot: Snapshot, pane: Pane, key: str) -> str:
    """Return the row key of the snapshot that a commit of this row would take."""
    if pane is Pane.SNAPSHOTS:
        return key
    container = snapshot.containers.get(key)
    return f"{container.snapshotter}/{container.snapshot_key}" if container else ""
