"""The restart monitor: what its labels must say so that it lets a stopped task be.

Every ten seconds the daemon looks at containers with the status label and starts
what should run. 1.6 knows no policies: there only the status counts. A status of
``stopped`` makes it kill at once, so that is set when the task has ended.
"""

from collections.abc import Mapping

_STATUS = "containerd.io/restart.status"
_POLICY = "containerd.io/restart.policy"
_STOPPED = "containerd.io/restart.explicitly-stopped"
LOG_URI = "containerd.io/restart.loguri"


def before_stop(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels to set before a task is told to stop."""
    watched = _STATUS in labels and labels.get(_STOPPED) != "true"
    return {_STOPPED: "true"} if watched else {}


def not_stopped(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels that take `before_stop` back when the task would not stop."""
    return {_STOPPED: labels.get(_STOPPED, "")} if before_stop(labels) else {}


def after_stop(labels: Mapping[str, str], release: tuple[int, int, int]) -> dict[str, str]:
    """Return the labels to set when a task has stopped because it was told to."""
    if labels.get(_STATUS, "stopped") == "stopped":
        return {}
    # Here `before_stop` is enough, and others that start it expect the status as it was.
    if labels.get(_POLICY) == "unless-stopped" and release >= (1, 7, 0):
        return {}
    return {_STATUS: "stopped"}


def after_start(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels to set when a task was started."""
    changes = {}
    if labels.get(_STATUS, "running") != "running":
        changes[_STATUS] = "running"
    if labels.get(_STOPPED) == "true":
        changes[_STOPPED] = "false"
    return changes
