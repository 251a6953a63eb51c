"""The panes, and what an action is about: one object, frozen when it was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from tui.state.snapshot import Snapshot


class Pane(StrEnum):
    """The panes, named as their tabs."""

    CONTAINERS = "containers"
    IMAGES = "images"
    TASKS = "tasks"
    SNAPSHOTS = "snapshots"


class Place(NamedTuple):
    """The row of an object in its pane, whichever namespace is shown."""

    namespace: str
    key: str


Pending = Mapping[Pane, Mapping[Place, str]]
"""What verbs of ours are under way (``stopping``), by pane and row."""
NO_PENDING: Pending = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Target:
    """One object as it was when its action was asked for; the list of a dialog is frozen."""

    pane: Pane
    key: str
    """The key of its row."""
    name: str
    """What the daemon calls it: an id, an image's name, a snapshot's key."""
    title: str
    """What people call it, not made safe for drawing."""
    namespace: str
    snapshotter: str = ""
    snapshot_key: str = ""
    """The key of the snapshot that a commit takes or a delete frees."""


def target(snapshot: Snapshot, pane: Pane, key: str) -> Target | None:
    """Freeze the object of a row, None when it is gone."""
    if pane is Pane.SNAPSHOTS:
        info = snapshot.snapshots.get(key)
        if info is None:
            return None
        return Target(pane, key, info.key, info.key, info.namespace, info.snapshotter, info.key)
    if pane is Pane.IMAGES:
        image = snapshot.images.get(key)
        return None if image is None else Target(pane, key, key, key, image.namespace)
    container = snapshot.containers.get(key)
    if pane is Pane.TASKS and key not in snapshot.tasks:
        return None
    if container is None:
        task = snapshot.tasks.get(key) if pane is Pane.TASKS else None
        return None if task is None else Target(pane, key, key, key, task.namespace)
    return Target(
        pane,
        key,
        key,
        container.title,
        container.namespace,
        container.snapshotter,
        container.snapshot_key,
    )
