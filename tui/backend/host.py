"""The host: what /proc tells of a daemon and its tasks when they are on this machine."""

import os
import socket
import struct
from datetime import UTC, datetime
from pathlib import Path

from tui.settings import state_directory
from tui.state.models import Container, Task

STARTED_AT = "c9d/started-at"
_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
# Fields of /proc/<pid>/stat behind the name in brackets: starttime is the 22nd of all.
_STARTTIME = 22 - 3


def started_at(task: Task, container: Container | None, proc: Path = _PROC) -> datetime | None:
    """Return when a task started, None where nothing tells.

    A process id means the same to the daemon and to us only if that process is
    in a cgroup named after the container; else the container's label decides.

    Args:
        task: of the container.
        container: its record, if there is one.
        proc: where the processes are shown.
    """
    started = _process_start(task, proc)
    if started is not None or container is None:
        return started
    try:
        labelled = datetime.fromisoformat(container.labels.get(STARTED_AT, ""))
        return labelled.astimezone(UTC) if labelled.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _process_start(task: Task, proc: Path) -> datetime | None:
    if not task.pid or not task.container_id:
        return None
    try:
        groups = (proc / str(task.pid) / "cgroup").read_text()
        if not any(task.container_id in line.rpartition(":")[2] for line in groups.splitlines()):
            return None
        # The name of the process may contain brackets and blanks.
        fields = (proc / str(task.pid) / "stat").read_text().rpartition(")")[2].split()
        boot = next(
            int(line.split()[1])
            for line in (proc / "stat").read_text().splitlines()
            if line.startswith("btime ")
        )
        return datetime.fromtimestamp(boot + int(fields[_STARTTIME]) / _TICKS, UTC)
    except (OSError, ValueError, IndexError, StopIteration, OverflowError):
        return None


def shares_files(address: str) -> bool:
    """Whether a path means the same file to the daemon behind a socket as to us.

    It does not where the daemon is in another mount namespace, e.g. when c9d runs
    in a container that was given the socket.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        try:
            peer.settimeout(1.0)
            peer.connect(address)
            data = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            pid = struct.unpack("3i", data)[0]
            return os.readlink(f"/proc/{pid}/ns/mnt") == os.readlink("/proc/self/ns/mnt")
        except OSError:
            return False


def log_path(namespace: str, container_id: str) -> Path:
    """Return the file that takes the output of a task which c9d starts."""
    return state_directory().absolute() / "logs" / namespace / f"{container_id}.log"


def log_uri(address: str, namespace: str, container_id: str) -> str:
    """Return where a shim shall write output, "" where the file would not be ours to read.

    The folder is made for this user alone: output may contain secrets.
    """
    path = log_path(namespace, container_id)
    if not shares_files(address):
        return ""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return ""
    return path.as_uri()
