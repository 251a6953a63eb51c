"""From an error to the state of the connection: what is wrong and the way out, a sentence each."""

import grp
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.empty_pb2 import Empty

from tui.backend.client import Client
from tui.backend.errors import (
    BackendError,
    NoSocket,
    NotContainerd,
    PermissionDenied,
    Timeout,
    Unavailable,
    Unsupported,
)
from tui.state.snapshot import ConnectionState

_PATIENCE = 4
"""Failures in a row before a daemon that was live is taken for something else."""
_HASTE = 2
"""The same for one that never was: on a busy host its first answer may come late."""


class StreamCut(BackendError):
    """The event stream ended although the daemon answers."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A state that is not live, why, and what to do about it."""

    state: ConnectionState
    reason: str
    way_out: str


async def ping(client: Client, timeout: float) -> None:
    """Ask the daemon for a sign of life, past all calls that wait for a slot.

    Raises:
        BackendError: There was none within ``timeout`` seconds.
    """
    await client.call(client.version.Version, Empty(), timeout=timeout, queued=False)


def diagnose(
    error: BackendError, address: str, *, seen: bool, failures: int, demo: bool = False
) -> Trouble:
    """Say what an error means for the connection.

    Args:
        error: What the last attempt ended with.
        address: Path of the socket.
        seen: Whether this daemon was live before: then its data is on the screen.
        failures: Attempts that failed in a row.
        demo: Whether it is the demo engine, which only its user starts again.
    """
    patient = seen and failures < _PATIENCE

    def absent(reason: str) -> Trouble:
        return _ended(seen, failures) if demo else _absent(reason, seen)

    if isinstance(error, StreamCut):
        return _stale(str(error), "Subscribing and reading everything again by itself.")
    if isinstance(error, PermissionDenied):
        return _denied(error, address)
    if isinstance(error, NoSocket):
        return absent(f"There is no socket at {address}.")
    if isinstance(error, Timeout):
        return _silent(address, seen)
    if isinstance(error, NotContainerd | Unsupported) and not patient:
        return _foreign(error, address, failures)
    if not _listening(address):
        return absent(f"Nobody listens on {address}.")
    if isinstance(error, Unavailable):
        # What gRPC says of it depends on who was faster, and may be another thing each second.
        if not patient:
            return _foreign(error, address, failures)
        return _stale(f"The connection to {address} broke.", "Trying again by itself.")
    return _stale(str(error), "Trying again by itself.")


def _stale(reason: str, way_out: str) -> Trouble:
    return Trouble(ConnectionState.STALE, reason, way_out)


def _ended(seen: bool, failures: int) -> Trouble:
    """Say what became of the demo engine, which no system starts again."""
    if not seen and failures < _PATIENCE:
        return Trouble(ConnectionState.CONNECTING, "Waiting for the demo engine.", "Trying again.")
    state = ConnectionState.STALE if seen else ConnectionState.NO_SOCKET
    return Trouble(state, "The demo engine has ended.", "Leave with q and start it again.")


def _absent(reason: str, seen: bool) -> Trouble:
    if seen:
        return _stale(
            reason, "Trying again by itself; start containerd if it does not come back by itself."
        )
    return Trouble(
        ConnectionState.NO_SOCKET,
        reason,
        "Start containerd, name another socket with --address, or look around with --demo.",
    )


def _denied(error: BackendError, address: str) -> Trouble:
    try:
        group = grp.getgrgid(os.stat(address).st_gid).gr_name
    except (OSError, KeyError):
        group = ""
    join = f", or as a member of the group {group} that owns the socket" if group else ""
    return Trouble(ConnectionState.DENIED, str(error), f"Run c9d with sudo{join}.")


def _foreign(error: BackendError, address: str, failures: int) -> Trouble:
    holder = _holder(address)
    if holder.startswith("containerd") and "HTTP/1" not in str(error):
        return _hung(holder)
    if isinstance(error, Unsupported):
        reason = f"What listens on {address} speaks gRPC but not containerd's API."
    elif "HTTP/1" in str(error):
        reason = f"What listens on {address} speaks HTTP/1, not containerd's API."
    elif "is not a socket" in str(error):
        reason = str(error)
    elif failures < _HASTE:
        return Trouble(
            ConnectionState.CONNECTING, f"Waiting for an answer on {address}.", "Trying again."
        )
    else:
        reason = f"What listens on {address} does not speak containerd's API."
    return _another(reason, holder)


def _silent(address: str, seen: bool) -> Trouble:
    holder = _holder(address)
    if seen or holder.startswith("containerd"):
        return _hung(holder)
    return _another(f"What listens on {address} does not answer.", holder)


def _hung(holder: str) -> Trouble:
    who = f": it is {holder}" if holder else ""
    return _stale(
        f"containerd does not answer{who}.",
        "Waiting for it; see whether its process is stopped or the host overloaded.",
    )


def _another(reason: str, holder: str) -> Trouble:
    who = f" (it is {holder})" if holder else ""
    return Trouble(
        ConnectionState.NOT_CONTAINERD,
        reason,
        f"Name containerd's own socket with --address{who}.",
    )


def _listening(address: str) -> bool:
    """Whether somebody would take a connection."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(address)
        except BlockingIOError:  # its queue is full
            return True
        except OSError:
            return False
    return True


def _holder(address: str) -> str:
    """Name the process that listens: ``containerd, pid 71, stopped``; empty if unknown."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(address)
            size = struct.calcsize("3i")
            credentials = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
            pid, _, _ = struct.unpack("3i", credentials)
            name, _, rest = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")
        except OSError:
            return ""
    stopped = ", stopped" if rest.split()[:1] == ["T"] else ""
    return f"{name.partition('(')[2]}, pid {pid}{stopped}"
