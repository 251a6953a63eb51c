"""The leases of pulls: held while one runs, and those that a killed c9d left behind."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from protos import leases_pb2
from tui.backend.client import Client
from tui.backend.errors import BackendError
from tui.backend.leases import delete_lease, lease
from tui.backend.verbs import quoted

_PULL = "c9d/pull"
_OWNER = "c9d/owner"
# containerd's own clients hold what they pull for as long.
_HOURS = 24.0
_STARTTIME = 22 - 3

_running: set[str] = set()
"""Leases of this process that are in use; others of it outlived a daemon that died."""


@asynccontextmanager
async def pull_lease(client: Client, namespace: str, reference: str) -> AsyncIterator[str]:
    """Hold a lease for a pull; at its good end also let go what earlier ones left.

    A c9d that was killed in the middle leaves its lease, which keeps what it had
    fetched for the next pull of the same image: that is when it is deleted.
    """
    labels = {_PULL: reference[:2000], _OWNER: _owner(os.getpid())}
    async with lease(client, namespace, hours=_HOURS, labels=labels) as held:
        _running.add(held)
        try:
            yield held
        finally:
            _running.discard(held)
        await _forget(client, namespace, labels[_PULL])


async def _forget(client: Client, namespace: str, reference: str) -> None:
    """Delete the leases of pulls of an image whose c9d is no more; best effort."""
    request = leases_pb2.ListRequest(filters=[f"labels.{quoted(_PULL)}=={quoted(reference)}"])
    with suppress(BackendError):
        answer = await client.call(client.leases.List, request, namespace=namespace)
        for each in answer.leases:
            owner = each.labels.get(_OWNER, "")
            left = owner == _owner(os.getpid()) and each.id not in _running
            if each.labels.get(_PULL) == reference and (left or _gone(owner)):
                await delete_lease(client, each.id, namespace, synchronous=True)


def _owner(pid: int) -> str:
    """Name a process so that no later one is taken for it: host, boot, pid and start."""
    return f"{_machine()}/{pid}/{_started(pid)}"


def _gone(owner: str) -> bool:
    """Whether a process of this machine has ended; of others nobody can tell."""
    machine, _, rest = owner.partition("/")
    pid, _, started = rest.partition("/")
    host = machine.rpartition(":")[0]
    if host != _machine().rpartition(":")[0] or not pid.isdecimal():
        return False
    return machine != _machine() or _started(int(pid)) != started


def _machine() -> str:
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{socket.gethostname()}:{boot}"
    return f"{socket.gethostname()}:"


def _started(pid: int) -> str:
    """Return the start of a process in the kernel's ticks, ``""`` where there is none."""
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return fields[_STARTTIME]
    return ""
