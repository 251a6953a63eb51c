"""The OCI runtime spec of a seeded container: it runs on a real host and on the demo engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

SCRIPT = "c9d.demo/script"
"""Annotation that tells the demo engine what the process does."""

_CAPABILITIES = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"]
_MOUNTS = [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {
        "destination": "/dev",
        "type": "tmpfs",
        "source": "tmpfs",
        "options": ["nosuid", "strictatime", "mode=755", "size=65536k"],
    },
    {
        "destination": "/dev/pts",
        "type": "devpts",
        "source": "devpts",
        "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"],
    },
    {
        "destination": "/sys",
        "type": "sysfs",
        "source": "sysfs",
        "options": ["nosuid", "noexec", "nodev", "ro"],
    },
]


def spec(
    args: Sequence[str],
    cgroup: str,
    *,
    script: str = "",
    terminal: bool = False,
    memory_limit: int = 0,
) -> dict[str, Any]:
    """Returns an OCI runtime spec that runs on a real host.

    Args:
        args: the command.
        cgroup: path of the cgroup.
        script: what the demo engine plays instead, in its own words.
        terminal: whether the process gets one.
        memory_limit: bytes, 0 for none.
    """
    resources: dict[str, Any] = {"devices": [{"allow": False, "access": "rwm"}]}
    if memory_limit:
        resources["memory"] = {"limit": memory_limit}
    names = ["bounding", "effective", "permitted"]
    return {
        "ociVersion": "1.0.2",
        "annotations": {SCRIPT: script} if script else {},
        "process": {
            "terminal": terminal,
            "user": {"uid": 0, "gid": 0},
            "args": list(args),
            "env": ["PATH=/bin:/usr/bin"],
            "cwd": "/",
            "capabilities": {name: _CAPABILITIES for name in names},
            "noNewPrivileges": True,
        },
        "root": {"path": "rootfs"},
        "mounts": _MOUNTS,
        "linux": {
            "resources": resources,
            "cgroupsPath": cgroup,
            "namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "network")],
        },
    }
