"""What the dialogs say before something may be lost; pure."""

from dataclasses import dataclass

from tui import ctr
from tui.actions import BY_ID
from tui.conditions import running
from tui.format import plural
from tui.panes.names import short_reference
from tui.state.select import children_counts, snapshot_users
from tui.state.snapshot import Snapshot
from tui.targets import Pane, Target
from tui.text import safe

STOP_WAIT = 10
"""Seconds that a stopped task gets to end."""
COMMAND_LIMIT = 1024
"""Cells of a command: it must be whole to be of use."""
NOUNS = {
    Pane.CONTAINERS: "container",
    Pane.IMAGES: "image",
    Pane.TASKS: "task",
    Pane.SNAPSHOTS: "snapshot",
}
KEEPERS = {
    "kubelet": "The kubelet manages {} and will make a new one.",
    "dockerd": "dockerd manages {} and keeps its own books: use docker for it.",
    "nerdctl": "nerdctl made {}; its networks and log stay behind.",
    "compose": "Compose manages {} and may start it again.",
    "buildkit": "BuildKit manages {}.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """The parts of a dialog, all safe to draw."""

    title: str
    targets: tuple[str, ...]
    consequence: str
    command: str
    confirm: str
    lines: tuple[str, ...] = ()
    """Warnings."""


def ask(
    verb: str,
    targets: tuple[Target, ...],
    snapshot: Snapshot,
    *,
    hidden: int = 0,
    signal: str = "",
    elsewhere: bool = False,
) -> Question:
    """Put a verb on some targets as a question.

    Args:
        verb: ``stop``, ``force``, ``kill`` or ``delete``.
        targets: What it is about, frozen.
        snapshot: What is known of them.
        hidden: How many of them the filter hides.
        signal: The signal of a kill.
        elsewhere: Whether another namespace than theirs is on the screen.
    """
    first = targets[0]
    noun = NOUNS[Pane.TASKS] if verb in ("stop", "force", "kill") else NOUNS[first.pane]
    word = {"stop": "Stop", "force": "Kill", "kill": f"Send {signal} to"}.get(verb, "Delete")
    what = f"{noun} {safe(first.title, 40)}" if len(targets) == 1 else plural(len(targets), noun)
    lines = list(warnings(verb, targets, snapshot))
    if hidden:
        lines.insert(0, f"{hidden} of them hidden by the filter.")
    if elsewhere:
        lines.insert(0, f'In the namespace "{safe(first.namespace, 40)}", not the one shown.')
    return Question(
        title=f"{word} {what}?",
        targets=tuple(describe(each, snapshot) for each in targets),
        consequence=consequence(verb, targets, snapshot, signal),
        command=commands(verb, targets, snapshot, signal),
        confirm="Send" if verb == "kill" else word,
        lines=tuple(lines),
    )


def describe(target: Target, snapshot: Snapshot) -> str:
    """Return one line about a target: its name and what it is or does."""
    if target.pane is Pane.IMAGES:
        return short_reference(target.name)
    if target.pane is Pane.SNAPSHOTS:
        info = snapshot.snapshots.get(target.key)
        kind = f" ({info.kind}, {safe(info.snapshotter, 20)})" if info else ""
        return short_reference(target.name) + kind
    task = snapshot.tasks.get(target.key)
    state = f"{task.status}, pid {task.pid}" if task and task.pid else "no task"
    if task and not task.pid:
        state = str(task.status)
    name = safe(target.title, 48)
    longer = f" {safe(target.name, 24)}" if target.title != target.name else ""
    return f"{name}{longer} ({state})"


def committing(target: Target, snapshot: Snapshot) -> tuple[str, ...]:
    """Say what a commit makes, and of what: only a container's snapshot is copied."""
    key = safe(target.snapshot_key, 40)
    user = snapshot_users(snapshot).get(f"{target.snapshotter}/{target.snapshot_key}")
    container = snapshot.containers.get(user or "")
    if container is None:
        return (
            f"Makes {key} itself the read-only snapshot: no container stands on it, so its key "
            "is gone then and nothing can be written to it any more.",
        )
    of = f", the file system of {safe(container.title, 40)}," if container.title != key else ""
    return (f"Makes a read-only snapshot of {key}{of} as it is.",)


def consequence(
    verb: str, targets: tuple[Target, ...], snapshot: Snapshot, signal: str = ""
) -> str:
    """Say what is lost."""
    if verb == "stop":
        return (
            f"The stop signal is sent; after {STOP_WAIT} s you are asked again about what "
            "did not end. What a task holds in memory only is lost."
        )
    if verb == "force" or signal == "SIGKILL":
        return "SIGKILL ends it at once; what it holds in memory is lost."
    if verb == "kill":
        return "What the signal does is up to the task; many signals end it."
    return _lost(targets, snapshot)


def _lost(targets: tuple[Target, ...], snapshot: Snapshot) -> str:
    pane = targets[0].pane
    if pane is Pane.IMAGES:
        return "The name goes; its content is freed once nothing else refers to it."
    if pane is Pane.TASKS:
        return "A running task is killed first. The container and its files stay."
    if pane is Pane.SNAPSHOTS:
        return "The files in it are lost for good."
    alive = any(running(snapshot, each.key) for each in targets)
    if len(targets) > 1:
        killed, gone = "What runs is killed first. ", "The records and their snapshots go"
    else:
        killed, gone = "Its running task is killed first. ", "The record and its snapshot go"
    # Kept without a name the snapshot would go too, at the next garbage collection.
    return f"{killed if alive else ''}{gone}: files written there are lost unless you commit first."


def warnings(verb: str, targets: tuple[Target, ...], snapshot: Snapshot) -> tuple[str, ...]:
    """Return what else one should know: who will object, and what depends on it."""
    found: dict[str, None] = {}
    children = children_counts(snapshot)
    for each in targets:
        if each.pane is Pane.IMAGES:
            count = sum(row.image == each.name for row in snapshot.containers.values())
            if count:
                found[f"{plural(count, 'container')} made from {short_reference(each.name)}."] = (
                    None
                )
        elif each.pane is Pane.SNAPSHOTS:
            if children.get(each.key):
                upper = plural(children[each.key], "snapshot")
                found[f"{upper} on top of it: the daemon will refuse."] = None
        elif warning := _keeper(verb, each, snapshot):
            found[warning] = None
    return tuple(found)


def _keeper(verb: str, target: Target, snapshot: Snapshot) -> str:
    """Return who will object to touching this container, ``""`` if nobody does."""
    container = snapshot.containers.get(target.key)
    if container is None:
        return ""
    sentence = KEEPERS.get(container.owner, "")
    if sentence and (container.owner != "nerdctl" or verb == "delete"):
        return sentence.format(safe(target.title, 40))
    if not container.restart_policy:
        return ""
    policy = f'The restart monitor (policy "{safe(container.restart_policy, 20)}")'
    if verb == "stop" or verb == "delete":
        return f"{policy} is told to leave {safe(target.title, 40)} alone."
    return f"{policy} may start {safe(target.title, 40)} again."


def commands(verb: str, targets: tuple[Target, ...], snapshot: Snapshot, signal: str = "") -> str:
    """Return what does the same with ``ctr``, for the first target."""
    first = targets[0]
    if verb in ("stop", "force", "kill"):
        sent = {"stop": "SIGTERM", "force": "SIGKILL"}.get(verb, signal)
        parts: list[tuple[str, ...]] = [("tasks", "kill", "-s", sent, first.name)]
    else:
        parts = [BY_ID[verb].ctr(first)]
        if first.pane is Pane.CONTAINERS and first.key in snapshot.tasks:
            parts.insert(0, ("tasks", "rm", "-f", first.name))
    lines = (ctr.command(snapshot.address, first.namespace, part) for part in parts)
    rest = f"  # and {len(targets) - 1} more" if len(targets) > 1 else ""
    return safe(" && ".join(lines), COMMAND_LIMIT) + rest
