"""What each verb does to the daemon, and what has to be read again afterwards."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from tui.targets import Pane, Target

if TYPE_CHECKING:  # the back end brings gRPC along, which the first paint must not wait for
    from tui.backend.service import Service
    from tui.backend.watcher import Watcher

Kind = Literal["image", "container", "task", "snapshot"]
Options = Mapping[str, str]


class Backend(NamedTuple):
    """What verbs are sent to, and what reads again what they touched."""

    service: "Service"
    watcher: "Watcher"


Call = Callable[[Backend, Target, Options], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that the daemon can be asked for.

    Attributes:
        doing: What its row says until the daemon confirms it.
        done: What the summary says afterwards.
        call: The call to the back end.
        panes: The panes whose rows it concerns, the target's own included.
    """

    doing: str
    done: str
    call: Call
    panes: frozenset[Pane]


def _start(backend: Backend, target: Target, _options: Options) -> Awaitable[object]:
    return backend.service.start_container(target.name, namespace=target.namespace)


def _stop(backend: Backend, target: Target, options: Options) -> Awaitable[object]:
    # Whoever forces has waited for the stop signal already.
    signal = "SIGKILL" if options.get("force") == "yes" else None
    return backend.service.stop_container(target.name, signal, namespace=target.namespace)


def _kill(backend: Backend, target: Target, options: Options) -> Awaitable[object]:
    return backend.service.kill(target.name, options["signal"], namespace=target.namespace)


def _pause(backend: Backend, target: Target, _options: Options) -> Awaitable[object]:
    return backend.service.pause(target.name, namespace=target.namespace)


def _resume(backend: Backend, target: Target, _options: Options) -> Awaitable[object]:
    return backend.service.resume(target.name, namespace=target.namespace)


def _commit(backend: Backend, target: Target, options: Options) -> Awaitable[object]:
    return backend.service.commit_snapshot(
        target.snapshot_key, options["name"], target.snapshotter, namespace=target.namespace
    )


def _delete(backend: Backend, target: Target, _options: Options) -> Awaitable[object]:
    name, namespace = target.name, target.namespace
    if target.pane is Pane.IMAGES:
        return backend.service.delete_image(name, namespace=namespace)
    if target.pane is Pane.TASKS:
        return backend.service.delete_task(name, force=True, namespace=namespace)
    if target.pane is Pane.SNAPSHOTS:
        return backend.service.remove_snapshot(name, target.snapshotter, namespace=namespace)
    return backend.service.delete_container(name, force=True, namespace=namespace)


def _measure(backend: Backend, target: Target, _options: Options) -> Awaitable[object]:
    return backend.watcher.measure(target.key, target.namespace)


_TASK = frozenset({Pane.CONTAINERS, Pane.TASKS})
VERBS: Mapping[str, Verb] = {
    "start": Verb("starting", "Started", _start, _TASK),
    "stop": Verb("stopping", "Stopped", _stop, _TASK),
    "kill": Verb("signalling", "Signalled", _kill, _TASK),
    "pause": Verb("pausing", "Paused", _pause, _TASK),
    "resume": Verb("resuming", "Resumed", _resume, _TASK),
    "commit": Verb("committing", "Committed", _commit, frozenset({Pane.SNAPSHOTS})),
    "delete": Verb("deleting", "Deleted", _delete, frozenset()),
    "usage": Verb("measuring", "Measured", _measure, frozenset()),
}


def touched(verb: str, target: Target, options: Options) -> tuple[tuple[Kind, str], ...]:
    """Return kind and key of all that may be different after a verb."""
    own = f"{target.snapshotter}/{target.snapshot_key}"
    snapshot: tuple[tuple[Kind, str], ...] = (("snapshot", own),) if target.snapshot_key else ()
    if verb == "usage":
        return ()
    if verb == "commit":
        return (*snapshot, ("snapshot", f"{target.snapshotter}/{options['name']}"))
    if target.pane is Pane.IMAGES:
        return (("image", target.name),)
    if target.pane is Pane.SNAPSHOTS:
        return snapshot
    if verb == "delete" and target.pane is Pane.CONTAINERS:
        return (("task", target.name), ("container", target.name), *snapshot)
    return (("task", target.name), ("container", target.name))
