"""A small host that never changes: the rows that pictures and pure tests are made of."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from tui.state.models import (
    Container,
    Event,
    Exit,
    Image,
    Namespace,
    Sample,
    Series,
    Server,
    SnapshotInfo,
    SnapshotKind,
    Task,
    TaskStatus,
    Usage,
)
from tui.state.snapshot import Connection, ConnectionState, Snapshot

NOW = datetime(2026, 8, 1, 12, 4, 31, tzinfo=UTC)
MIB = 2**20
ADDRESS = "/run/containerd/containerd.sock"


def ago(**kwargs: float) -> datetime:
    """Return the time that long before `NOW`."""
    return NOW - timedelta(**kwargs)


def digest(seed: str) -> str:
    """Return something that looks like a digest and is always the same for `seed`."""
    number = sum(ord(char) * 31**place for place, char in enumerate(seed)) % 2**64
    return "sha256:" + f"{number:016x}" * 4


def image(name: str, size: int | None, age: datetime, *platforms: str, problem: str = "") -> Image:
    """Return an image whose chain ID is made from its name."""
    return Image(
        namespace="default",
        name=name,
        digest=digest(name),
        media_type="application/vnd.oci.image.index.v1+json",
        created_at=age,
        updated_at=age,
        size=size,
        platforms=platforms,
        chain_id=digest("chain" + name),
        problem=problem,
    )


def container(key: str, image: str, created: datetime, **more: object) -> Container:
    """Return a container on an overlayfs snapshot of its own."""
    fields: dict[str, object] = {
        "namespace": "default",
        "id": key,
        "image": image,
        "runtime": "io.containerd.runc.v2",
        "snapshotter": "overlayfs",
        "snapshot_key": key,
        "created_at": created,
        "updated_at": created,
        "args": ("/usr/bin/serve", "--listen", "0.0.0.0:8080"),
    }
    return Container(**{**fields, **more})  # type: ignore[arg-type]


def task(name: str, pid: int, status: TaskStatus, since: datetime, **more: object) -> Task:
    """Return a task of the container `name`."""
    fields: dict[str, object] = {
        "namespace": "default",
        "container_id": name,
        "pid": pid,
        "status": status,
        "started_at": since,
        "stdout": f"file:///var/log/{name}.log",
    }
    return Task(**{**fields, **more})  # type: ignore[arg-type]


def series(level: float, swing: float, memory: int, *, count: int = 600, **more: int) -> Series:
    """Return a minute of a sine: CPU around `level` percent, memory around `memory` bytes."""
    waves = [math.sin((count - 60 + index) / 7) for index in range(60)]
    cpu = tuple(round(max(0.0, level + swing * wave), 3) for wave in waves)
    used = tuple(int(memory * (1 + 0.04 * wave)) for wave in waves)
    sample = Sample(
        at=NOW.timestamp(),
        cpu_ns=10**12,
        memory=used[-1],
        memory_usage=used[-1] + 30 * MIB,
        memory_cache=30 * MIB,
        pids=7,
        **more,
    )
    return Series(last=sample, cpu=cpu, memory=used, count=count)


IMAGES = (
    image("docker.io/library/nginx:1.27", 71 * MIB, ago(days=40), "linux/amd64", "linux/arm64/v8"),
    image("docker.io/library/redis:7", 43 * MIB, ago(days=9), "linux/amd64", "linux/arm64/v8"),
    image("registry.example.com/acme/api:4.2", 212 * MIB, ago(days=3), "linux/amd64"),
    image("registry.example.com/acme/batch:9", 98 * MIB, ago(hours=30), "linux/amd64"),
    image("registry.example.com/acme/old:1", None, ago(days=300), problem="config blob is missing"),
)
_NGINX, _REDIS, _API, _BATCH, _OLD = (row.name for row in IMAGES)

CONTAINERS = (
    container("web-1", _NGINX, ago(hours=2)),
    container("web-2", _NGINX, ago(hours=2), labels={"tier": "front", "note": "[b]not bold[/b]"}),
    container("web-10", _NGINX, ago(minutes=40)),
    container("api-7", _API, ago(days=3), restart_policy="always"),
    container("cache", _REDIS, ago(days=9), name="session-cache", owner="nerdctl"),
    container("batch-x", _BATCH, ago(minutes=8)),
    container("report", _BATCH, ago(minutes=50)),
    container("paused-1", _REDIS, ago(days=1)),
    container("legacy", _OLD, ago(days=41)),
)

TASKS = (
    task("web-1", 4211, TaskStatus.RUNNING, ago(hours=2)),
    task("web-2", 4302, TaskStatus.RUNNING, ago(hours=2)),
    task("web-10", 5120, TaskStatus.RUNNING, ago(minutes=40)),
    task("api-7", 1733, TaskStatus.RUNNING, ago(days=3)),
    task("cache", 911, TaskStatus.RUNNING, ago(days=9)),
    task(
        "batch-x", 0, TaskStatus.STOPPED, ago(minutes=8), exit_status=137, exited_at=ago(minutes=1)
    ),
    task(
        "report", 0, TaskStatus.STOPPED, ago(minutes=50), exit_status=0, exited_at=ago(minutes=45)
    ),
    task("paused-1", 2090, TaskStatus.PAUSED, ago(days=1)),
)

SERIES = {
    "web-1": series(12.0, 6, 48 * MIB),
    "web-2": series(31.0, 12, 51 * MIB),
    "web-10": series(0.4, 0.3, 47 * MIB),
    "api-7": series(134.0, 40, 212 * MIB, memory_limit=256 * MIB, throttled_ns=3_200_000_000),
    "cache": series(1.1, 0.5, 1300 * MIB, memory_limit=2048 * MIB, pids_limit=64),
    "paused-1": series(0.0, 0.0, 20 * MIB),
}


def node(key: str, parent: str, kind: SnapshotKind, when: datetime, **labels: str) -> SnapshotInfo:
    """Return a node of the overlayfs tree."""
    return SnapshotInfo(
        "default", "overlayfs", key, parent, kind, created_at=when, updated_at=when, labels=labels
    )


SNAPSHOTS = (
    *(node(row.chain_id, "", SnapshotKind.COMMITTED, row.created_at or NOW) for row in IMAGES),
    *(
        node(
            row.id,
            digest("chain" + row.image),
            SnapshotKind.ACTIVE,
            row.created_at or NOW,
        )
        for row in CONTAINERS
    ),
    node("orphan", digest("chain" + _API), SnapshotKind.ACTIVE, ago(days=12)),
    node("look", digest("chain" + _NGINX), SnapshotKind.VIEW, ago(hours=1)),
)

LIVE = Connection(ConnectionState.LIVE, since=ago(minutes=30), last_seen=NOW)
SERVER = Server("2.1.9", "0123abc", "7d5f3c1e-0000-4000-8000-000000000000", 812, ("overlayfs",))
EVENTS = (
    Event(ago(minutes=1), "default", "/tasks/exit", "batch-x", {"exit_status": "137"}),
    Event(ago(minutes=1), "default", "/tasks/oom", "batch-x"),
    Event(ago(minutes=8), "default", "/tasks/start", "batch-x", {"pid": "5300"}),
)

WORLD = Snapshot(
    revision=7,
    connection=LIVE,
    address=ADDRESS,
    server=SERVER,
    namespace="default",
    namespaces=(Namespace("default"), Namespace("k8s.io"), Namespace("moby")),
    images=MappingProxyType({row.name: row for row in IMAGES}),
    containers=MappingProxyType({row.id: row for row in CONTAINERS}),
    tasks=MappingProxyType({row.container_id: row for row in TASKS}),
    snapshots=MappingProxyType({row.row_key: row for row in SNAPSHOTS}),
    series=MappingProxyType(SERIES),
    usage=MappingProxyType({"overlayfs/orphan": Usage(312 * MIB, 4_211, ago(minutes=3))}),
    exits=MappingProxyType({"batch-x": Exit(137, ago(minutes=1), oom=True)}),
    events=EVENTS,
    loaded=True,
)
EMPTY = Snapshot(
    revision=1,
    connection=LIVE,
    address=ADDRESS,
    server=SERVER,
    namespaces=WORLD.namespaces,
    elsewhere=MappingProxyType({"k8s.io": 41, "moby": 3}),
    loaded=True,
)


def broken(state: ConnectionState, reason: str, way_out: str, *, known: bool) -> Snapshot:
    """Return the world (or nothing, if it was never known) behind a connection that is down."""
    seen = ago(seconds=40) if known else None
    connection = Connection(state, ago(seconds=38), reason, way_out, seen)
    if known:
        return replace(WORLD, connection=connection)
    return Snapshot(connection=connection, address=ADDRESS)


STALE = broken(
    ConnectionState.STALE,
    f"Nobody listens on {ADDRESS}.",
    "Trying again by itself; start containerd if it does not come back.",
    known=True,
)
DENIED = broken(
    ConnectionState.DENIED,
    f"{ADDRESS} may not be opened by this user.",
    "Start c9d with sudo, or join the group that owns the socket.",
    known=False,
)
NO_SOCKET = broken(
    ConnectionState.NO_SOCKET,
    f"There is no socket at {ADDRESS}.",
    "Start containerd, or name its socket with -a.",
    known=False,
)
NOT_CONTAINERD = broken(
    ConnectionState.NOT_CONTAINERD,
    f"What answers at {ADDRESS} is not containerd.",
    "Name containerd's own socket with -a.",
    known=False,
)
READING = Snapshot(connection=Connection(ConnectionState.CONNECTING), address=ADDRESS)
