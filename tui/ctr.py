"""The arguments with which ``ctr`` does what an action does."""

import shlex

from tui.targets import Pane, Target


def nothing(_target: Target) -> tuple[str, ...]:
    """Return no arguments: ctr has nothing of the kind."""
    return ()


def toggle(target: Target) -> tuple[str, ...]:
    """Return what stops a task."""
    return ("tasks", "kill", "-s", "SIGTERM", target.name)


def delete(target: Target) -> tuple[str, ...]:
    """Return what deletes the object of the pane."""
    return {
        Pane.CONTAINERS: ("containers", "rm", target.name),
        Pane.IMAGES: ("images", "rm", target.name),
        Pane.TASKS: ("tasks", "rm", "-f", target.name),
        Pane.SNAPSHOTS: ("snapshots", "--snapshotter", target.snapshotter, "rm", target.name),
    }[target.pane]


def pause(target: Target) -> tuple[str, ...]:
    """Return what pauses a task."""
    return ("tasks", "pause", target.name)


def signal(target: Target) -> tuple[str, ...]:
    """Return what sends a signal, SIGNAL standing for it."""
    return ("tasks", "kill", "-s", "SIGNAL", target.name)


def commit(target: Target) -> tuple[str, ...]:
    """Return what commits a snapshot as NAME."""
    return ("snapshots", "--snapshotter", target.snapshotter, "commit", "NAME", target.snapshot_key)


def usage(target: Target) -> tuple[str, ...]:
    """Return what measures a snapshot."""
    return ("snapshots", "--snapshotter", target.snapshotter, "usage", target.name)


def command(address: str, namespace: str, arguments: tuple[str, ...]) -> str:
    """Return the ``ctr`` command line for `arguments`, quoted for a shell."""
    return shlex.join(("ctr", "-a", address, "-n", namespace, *arguments))
