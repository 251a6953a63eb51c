"""Wire to rows: pure, and unmoved by whatever a label or a spec contains."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from protos import (
    containers_pb2,
    content_pb2,
    images_pb2,
    namespaces_pb2,
    snapshots_pb2,
    task_types_pb2,
    types_pb2,
)
from tui.state.models import (
    Container,
    Image,
    Ingest,
    Mount,
    Namespace,
    SnapshotInfo,
    SnapshotKind,
    Task,
    TaskStatus,
)

# The record of a container carries its specification as JSON; ours ends here.
_SPEC_LIMIT = 4 << 20
_CRI_SANDBOX = "io.kubernetes.cri.sandbox-id"
_RESTART = "containerd.io/restart."


def time(stamp: Timestamp) -> datetime | None:
    """Return an aware time; None for none and for the year 1, which is Go's "none"."""
    if stamp.seconds <= 0:
        return None
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def json_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`, an empty one where there is none."""
    if len(data) > _SPEC_LIMIT:
        return {}
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def mapping(value: object) -> dict[str, Any]:
    """Return `value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def strings(value: object) -> tuple[str, ...]:
    """Return the strings of a JSON array, none where it is something else."""
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def namespace(message: namespaces_pb2.Namespace) -> Namespace:
    """Convert a namespace."""
    return Namespace(message.name, dict(message.labels))


def image(message: images_pb2.Image, namespace: str) -> Image:
    """Convert an image record; what lies behind its digest is read by others."""
    return Image(
        namespace=namespace,
        name=message.name,
        digest=message.target.digest,
        media_type=message.target.media_type,
        labels=dict(message.labels),
        created_at=time(message.created_at),
        updated_at=time(message.updated_at),
    )


def container(message: containers_pb2.Container, namespace: str) -> Container:
    """Convert a container record; of its spec only the command is kept."""
    labels = dict(message.labels)
    spec = json_object(message.spec.value)
    annotations = mapping(spec.get("annotations"))
    sandbox = message.sandbox or annotations.get(_CRI_SANDBOX)
    return Container(
        namespace=namespace,
        id=message.id,
        image=message.image,
        labels=labels,
        runtime=message.runtime.name,
        snapshotter=message.snapshotter,
        snapshot_key=message.snapshot_key,
        created_at=time(message.created_at),
        updated_at=time(message.updated_at),
        sandbox_id=sandbox if isinstance(sandbox, str) else "",
        name=_name(labels),
        pod=_pod(labels),
        owner=_owner(labels, namespace),
        args=strings(mapping(spec.get("process")).get("args")),
        restart_policy=_restart_policy(labels),
    )


def _name(labels: Mapping[str, str]) -> str:
    if name := labels.get("nerdctl/name"):
        return name
    if labels.get("io.cri-containerd.kind") == "sandbox":
        return labels.get("io.kubernetes.pod.name", "")
    return labels.get("io.kubernetes.container.name", "")


def _pod(labels: Mapping[str, str]) -> str:
    name = labels.get("io.kubernetes.pod.name", "")
    return f"{labels.get('io.kubernetes.pod.namespace', '')}/{name}" if name else ""


def _owner(labels: Mapping[str, str], namespace: str) -> str:
    if "io.cri-containerd.kind" in labels or "io.kubernetes.pod.name" in labels:
        return "kubelet"
    if "com.docker/engine.bundle.path" in labels or namespace in ("moby", "plugins.moby"):
        return "dockerd"
    if "com.docker.compose.project" in labels:
        return "compose"
    if any(key.startswith("nerdctl/") for key in labels):
        return "nerdctl"
    if namespace == "buildkit" or any(key.startswith("buildkit/") for key in labels):
        return "buildkit"
    return ""


def _restart_policy(labels: Mapping[str, str]) -> str:
    # The status label is what makes the restart monitor look at a container.
    if _RESTART + "status" not in labels:
        return ""
    return labels.get(_RESTART + "policy") or "always"


_STATUS = {
    task_types_pb2.CREATED: TaskStatus.CREATED,
    task_types_pb2.RUNNING: TaskStatus.RUNNING,
    task_types_pb2.STOPPED: TaskStatus.STOPPED,
    task_types_pb2.PAUSED: TaskStatus.PAUSED,
    task_types_pb2.PAUSING: TaskStatus.PAUSING,
}


def task(message: task_types_pb2.Process, namespace: str) -> Task:
    """Convert the first process of a task."""
    status = _STATUS.get(message.status, TaskStatus.UNKNOWN)
    stopped = status is TaskStatus.STOPPED
    return Task(
        namespace=namespace,
        # The daemon leaves container_id empty and writes it into id.
        container_id=message.container_id or message.id,
        pid=message.pid,
        status=status,
        exit_status=message.exit_status if stopped else None,
        exited_at=time(message.exited_at) if stopped else None,
        stdin=message.stdin,
        stdout=message.stdout,
        stderr=message.stderr,
        terminal=message.terminal,
    )


_KIND = {
    snapshots_pb2.VIEW: SnapshotKind.VIEW,
    snapshots_pb2.ACTIVE: SnapshotKind.ACTIVE,
    snapshots_pb2.COMMITTED: SnapshotKind.COMMITTED,
}


def snapshot(message: snapshots_pb2.Info, namespace: str, snapshotter: str) -> SnapshotInfo:
    """Convert a snapshot of `snapshotter`, which the message does not name."""
    return SnapshotInfo(
        namespace=namespace,
        snapshotter=snapshotter,
        key=message.name,
        parent=message.parent,
        kind=_KIND.get(message.kind, SnapshotKind.UNKNOWN),
        created_at=time(message.created_at),
        updated_at=time(message.updated_at),
        labels=dict(message.labels),
    )


def mount(message: types_pb2.Mount) -> Mount:
    """Convert a mount."""
    return Mount(message.type, message.source, message.target, tuple(message.options))


def ingest(message: content_pb2.Status, namespace: str) -> Ingest:
    """Convert the state of a blob on its way in."""
    return Ingest(
        namespace=namespace,
        ref=message.ref,
        offset=message.offset,
        total=message.total,
        started_at=time(message.started_at),
        updated_at=time(message.updated_at),
    )
