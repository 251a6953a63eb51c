"""OCI runtime specs as containerd's own client makes them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any as Json

from google.protobuf.any_pb2 import Any

SPEC_TYPE = "types.containerd.io/opencontainers/runtime-spec/1/Spec"
_CAPABILITIES = [
    f"CAP_{name}"
    for name in (
        "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID",
        "SETFCAP", "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE",
    )
]  # fmt: skip
_MOUNTS = [
    ("/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]),
    ("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
    (
        "/dev/pts",
        "devpts",
        "devpts",
        ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
    ),
    ("/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]),
    ("/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]),
    ("/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", "ro"]),
    ("/run", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
]
_MASKED = [
    "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
    "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware",
    "/sys/devices/virtual/powercap", "/proc/scsi",
]  # fmt: skip
_READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
_DEVICES = [(1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 1), (5, 2)]


def spec(
    namespace: str,
    container_id: str,
    args: Sequence[str],
    *,
    environment: Sequence[str] = (),
    annotations: Mapping[str, str] | None = None,
    memory: int = 0,
    cgroups_path: str = "",
) -> Any:
    """Make a packed spec; `memory` is the limit in bytes, 0 for none."""
    devices: list[dict[str, Json]] = [{"allow": False, "access": "rwm"}]
    devices += [
        {"allow": True, "type": "c", "major": major, "minor": minor, "access": "rwm"}
        for major, minor in _DEVICES
    ]
    resources: dict[str, Json] = {"devices": devices}
    if memory:
        resources["memory"] = {"limit": memory}
    document = {
        "ociVersion": "1.2.0",
        "process": _process(args, environment),
        "root": {"path": "rootfs"},
        "hostname": container_id[:12],
        "mounts": [
            dict(zip(("destination", "type", "source", "options"), mount, strict=True))
            for mount in _MOUNTS
        ],
        "linux": {
            "resources": resources,
            "cgroupsPath": cgroups_path or f"/{namespace}/{container_id}",
            "namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "network")],
            "maskedPaths": _MASKED,
            "readonlyPaths": _READ_ONLY,
        },
        "annotations": dict(annotations or {}),
    }
    return Any(type_url=SPEC_TYPE, value=json.dumps(document).encode())


def _process(args: Sequence[str], environment: Sequence[str]) -> dict[str, Json]:
    return {
        "user": {"uid": 0, "gid": 0, "additionalGids": [0]},
        "args": list(args),
        "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", *environment],
        "cwd": "/",
        "capabilities": {kind: _CAPABILITIES for kind in ("bounding", "effective", "permitted")},
        "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}],
        "noNewPrivileges": True,
    }
