"""The rows: frozen pictures of containerd's objects, without behaviour of the wire.

Mappings in a row are never changed after it was made. Times are aware and in
UTC, sizes are bytes, CPU is percent of one core.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TaskStatus(StrEnum):
    """What the shim says of a process; UNKNOWN means that it did not answer."""

    UNKNOWN = "unknown"
    CREATED = "created"
    RUNNING = "running"
    STOPPED = "stopped"
    PAUSED = "paused"
    PAUSING = "pausing"


class SnapshotKind(StrEnum):
    """What a snapshot is good for."""

    UNKNOWN = "unknown"
    VIEW = "view"
    ACTIVE = "active"
    COMMITTED = "committed"


@dataclass(frozen=True, slots=True)
class Server:
    """Who the daemon is."""

    version: str
    revision: str
    uuid: str
    pid: int
    """The daemon's process id as it sees it, 0 where it does not tell."""
    snapshotters: tuple[str, ...]
    """Snapshotters that are loaded and work, in the daemon's order."""

    @property
    def release(self) -> tuple[int, int, int]:
        """The leading digits of the version, e.g. (1, 6, 20) for ``1.6.20~ds1``."""
        numbers: list[int] = []
        for part in self.version.lstrip("v").split(".")[:3]:
            digits = part[: len(part) - len(part.lstrip("0123456789"))]
            numbers.append(int(digits) if digits else 0)
        numbers += [0] * (3 - len(numbers))
        return numbers[0], numbers[1], numbers[2]


@dataclass(frozen=True, slots=True)
class Namespace:
    """A tenant of the daemon."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Image:
    """A name that points at a descriptor, and what was read behind it."""

    namespace: str
    name: str
    digest: str
    media_type: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    size: int | None = None
    """Compressed bytes of the manifest, config and layers for the host's platform;
    None until read, or where a blob is missing."""
    platforms: tuple[str, ...] = ()
    """Platforms the index names (``linux/arm64/v8``), or the one of the config."""
    chain_id: str = ""
    """Chain ID (OCI image specification) of the top layer for the host's platform, or ``""``."""
    problem: str = ""
    """Why size and platforms could not be read, in a few words."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container record. Whether it runs is its task's affair."""

    namespace: str
    id: str
    image: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    runtime: str = ""
    snapshotter: str = ""
    snapshot_key: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    sandbox_id: str = ""
    name: str = ""
    """The friendly name that nerdctl or the CRI plugin gave it, ``""`` if none did."""
    pod: str = ""
    """``namespace/pod`` of a CRI container, ``""`` otherwise."""
    owner: str = ""
    """Who manages it: kubelet, dockerd, nerdctl, compose, buildkit; ``""`` if nobody does."""
    args: tuple[str, ...] = ()
    """The command of the spec."""
    restart_policy: str = ""
    """The restart monitor's policy when it watches this container, ``""`` when it does not."""

    @property
    def title(self) -> str:
        """What to call it: the friendly name, else the id."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Task:
    """The running side of a container: its first process."""

    namespace: str
    container_id: str
    pid: int
    status: TaskStatus
    exit_status: int | None = None
    """The exit code of a stopped task; 128 + n after signal n."""
    exited_at: datetime | None = None
    started_at: datetime | None = None
    """When it started, None where neither an event nor the host tells."""
    stdin: str = ""
    stdout: str = ""
    stderr: str = ""
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """One node of a snapshotter's tree."""

    namespace: str
    snapshotter: str
    key: str
    parent: str = ""
    kind: SnapshotKind = SnapshotKind.UNKNOWN
    created_at: datetime | None = None
    updated_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def row_key(self) -> str:
        """The key of its row: keys are unique within a snapshotter only."""
        return f"{self.snapshotter}/{self.key}"


@dataclass(frozen=True, slots=True)
class Usage:
    """Disk usage of a snapshot, without its parents."""

    size: int
    inodes: int
    at: datetime
    """When it was measured; a committed snapshot's never changes."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A mount as a snapshotter hands it out."""

    type: str
    source: str
    target: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading of a task's cgroup."""

    at: float
    """The metric's own timestamp, seconds since the epoch."""
    cpu_ns: int
    """CPU time used since the cgroup was made, nanoseconds."""
    memory: int
    """The working set: usage less inactive file pages, never below 0."""
    memory_usage: int = 0
    memory_limit: int | None = None
    """None when there is no limit (above 2^62)."""
    memory_cache: int = 0
    pids: int = 0
    pids_limit: int | None = None
    throttled_ns: int = 0
    periods: int = 0
    throttled_periods: int = 0
    oom_kills: int = 0
    read_bytes: int = 0
    write_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Series:
    """The newest sample of a task and the curve that led to it."""

    last: Sample
    cpu: tuple[float | None, ...] = ()
    """Percent of one core, oldest first, at most 60; None is a gap."""
    memory: tuple[int | None, ...] = ()
    """Working set in bytes, oldest first, at most 60; None is a gap."""
    count: int = 0
    """Steps since the series began, gaps included: the index of the newest one, plus one."""
    answering: bool = True
    """False while the shim does not answer."""

    @property
    def cpu_percent(self) -> float | None:
        """The newest CPU rate, None before the second sample."""
        return self.cpu[-1] if self.cpu else None


@dataclass(frozen=True, slots=True)
class Exit:
    """The last end of a container's task that was seen."""

    status: int
    at: datetime
    oom: bool = False
    """The kernel killed a process of it for memory before it ended."""
    count: int = 1
    """How many ends were seen since c9d started."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the daemon, in any namespace."""

    at: datetime
    namespace: str
    topic: str
    subject: str
    """Id, name or key of the object it is about."""
    detail: Mapping[str, str] = field(default_factory=dict)
    """Its other string and number fields, as text."""


@dataclass(frozen=True, slots=True)
class Ingest:
    """A blob on its way into the content store."""

    namespace: str
    ref: str
    offset: int
    total: int
    """Bytes in all, 0 when the writer did not say."""
    started_at: datetime | None = None
    updated_at: datetime | None = None
