"""Wire to rows: what labels mean, and that nothing in them can hurt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from protos import containers_pb2, images_pb2, snapshots_pb2, task_types_pb2, types_pb2
from tui.backend import convert
from tui.state.models import Container, SnapshotKind, TaskStatus


def container(
    labels: dict[str, str] | None = None, spec: object = None, namespace: str = "default"
) -> Container:
    value = spec if isinstance(spec, bytes) else json.dumps(spec).encode()
    record = containers_pb2.Container(id="a1", labels=labels, spec=AnyMessage(value=value))
    return convert.container(record, namespace)


@pytest.mark.parametrize(
    ("seconds", "time"),
    [
        (0, None),
        (-1, None),
        (-62135596800, None),
        (1_700_000_000, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (1 << 60, None),
    ],
)
def test_a_time_is_aware_or_none(seconds: int, time: datetime | None) -> None:
    assert convert.time(Timestamp(seconds=seconds)) == time


def test_what_a_container_is_made_of() -> None:
    record = containers_pb2.Container(
        id="a1",
        image="docker.io/library/web:1",
        runtime=containers_pb2.Container.Runtime(name="io.containerd.runc.v2"),
        snapshotter="native",
        snapshot_key="k1",
        sandbox="pod1",
        created_at=Timestamp(seconds=1_700_000_000),
        spec=AnyMessage(value=b'{"process": {"args": ["sh", "-c", "exit 1"]}}'),
    )
    row = convert.container(record, "ns")
    assert (row.namespace, row.id, row.image) == ("ns", "a1", "docker.io/library/web:1")
    assert (row.runtime, row.snapshotter, row.snapshot_key) == (
        "io.containerd.runc.v2",
        "native",
        "k1",
    )
    assert (row.args, row.sandbox_id) == (("sh", "-c", "exit 1"), "pod1")
    assert row.created_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert row.updated_at is None
    assert (row.title, row.owner, row.restart_policy) == ("a1", "", "")


@pytest.mark.parametrize(
    ("labels", "namespace", "name", "pod", "owner"),
    [
        ({"nerdctl/name": "web"}, "default", "web", "", "nerdctl"),
        (
            {"nerdctl/name": "app_web_1", "com.docker.compose.project": "app"},
            "default",
            "app_web_1",
            "",
            "compose",
        ),
        (
            {
                "io.cri-containerd.kind": "container",
                "io.kubernetes.container.name": "nginx",
                "io.kubernetes.pod.name": "web-0",
                "io.kubernetes.pod.namespace": "prod",
            },
            "k8s.io",
            "nginx",
            "prod/web-0",
            "kubelet",
        ),
        (
            {
                "io.cri-containerd.kind": "sandbox",
                "io.kubernetes.pod.name": "web-0",
                "io.kubernetes.pod.namespace": "prod",
            },
            "k8s.io",
            "web-0",
            "prod/web-0",
            "kubelet",
        ),
        ({"com.docker/engine.bundle.path": "/run/x"}, "moby", "", "", "dockerd"),
        ({}, "moby", "", "", "dockerd"),
        ({}, "buildkit", "", "", "buildkit"),
        ({}, "default", "", "", ""),
    ],
)
def test_labels_tell_the_name_the_pod_and_the_owner(
    labels: dict[str, str], namespace: str, name: str, pod: str, owner: str
) -> None:
    row = container(labels, namespace=namespace)
    assert (row.name, row.pod, row.owner) == (name, pod, owner)


@pytest.mark.parametrize(
    ("labels", "policy"),
    [
        ({}, ""),
        ({"containerd.io/restart.policy": "always"}, ""),
        ({"containerd.io/restart.status": "running"}, "always"),
        (
            {
                "containerd.io/restart.status": "running",
                "containerd.io/restart.policy": "on-failure:3",
            },
            "on-failure:3",
        ),
    ],
)
def test_the_restart_policy_counts_only_where_the_monitor_watches(
    labels: dict[str, str], policy: str
) -> None:
    assert container(labels).restart_policy == policy


def test_the_sandbox_of_a_container_before_2_0_is_in_its_annotations() -> None:
    spec = {"annotations": {"io.kubernetes.cri.sandbox-id": "pod1"}}
    assert container(spec=spec).sandbox_id == "pod1"
    assert container(spec={"annotations": {"io.kubernetes.cri.sandbox-id": 7}}).sandbox_id == ""


@pytest.mark.parametrize(
    "spec",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"process": {"args": "sh"}}',
        b'{"process": [1]}',
        b'{"process": null, "annotations": []}',
        b'"text"',
        b"1e999",
        b'{"a": "' + b"x" * (5 << 20) + b'"}',
    ],
    ids=range(9),
)
def test_a_broken_spec_is_an_empty_one(spec: bytes) -> None:
    assert container(spec=spec).args == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(
    st.dictionaries(
        st.sampled_from(["process", "annotations", "root"]),
        st.dictionaries(st.sampled_from(["args", "io.kubernetes.cri.sandbox-id"]), JSON) | JSON,
    ),
    st.dictionaries(
        st.sampled_from(["nerdctl/name", "io.cri-containerd.kind", "io.kubernetes.pod.name"]),
        st.text(),
    ),
)
def test_no_spec_and_no_label_raises(spec: dict[str, Any], labels: dict[str, str]) -> None:
    row = container(labels, spec)
    assert all(isinstance(arg, str) for arg in row.args)
    assert isinstance(row.sandbox_id, str)


def test_a_stopped_task_tells_how_it_ended() -> None:
    process = task_types_pb2.Process(
        id="a1",
        pid=7,
        status=task_types_pb2.STOPPED,
        exit_status=137,
        exited_at=Timestamp(seconds=1_700_000_000),
    )
    row = convert.task(process, "ns")
    assert (row.container_id, row.pid, row.status) == ("a1", 7, TaskStatus.STOPPED)
    assert (row.exit_status, row.exited_at) == (137, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC))


@pytest.mark.parametrize(
    ("status", "ours"),
    [(0, "unknown"), (1, "created"), (2, "running"), (4, "paused"), (99, "unknown")],
)
def test_a_live_task_has_no_exit_status(status: int, ours: str) -> None:
    process = task_types_pb2.Process(
        id="a1",
        exited_at=Timestamp(seconds=-62135596800),
        status=status,  # type: ignore[arg-type]
    )
    row = convert.task(process, "ns")
    assert (row.status, row.exit_status, row.exited_at) == (ours, None, None)


def test_an_image_keeps_its_target() -> None:
    record = images_pb2.Image(
        name="web:1", target=types_pb2.Descriptor(digest="sha256:1", media_type="m")
    )
    row = convert.image(record, "ns")
    assert (row.namespace, row.name, row.digest, row.media_type) == ("ns", "web:1", "sha256:1", "m")
    assert row.size is None


@pytest.mark.parametrize(
    ("kind", "ours"),
    [(0, SnapshotKind.UNKNOWN), (1, SnapshotKind.VIEW), (2, "active"), (3, "committed")],
)
def test_a_snapshot_belongs_to_its_snapshotter(kind: int, ours: str) -> None:
    info = snapshots_pb2.Info(name="k", parent="p", kind=kind)  # type: ignore[arg-type]
    row = convert.snapshot(info, "ns", "native")
    assert (row.row_key, row.parent, row.kind) == ("native/k", "p", ours)


def test_a_mount_keeps_the_order_of_its_options() -> None:
    mount = types_pb2.Mount(type="overlay", source="overlay", options=["b", "a"])
    assert convert.mount(mount).options == ("b", "a")
