"""Requests that would end a daemon do not leave: one test for each row of the table."""

from __future__ import annotations

import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.empty_pb2 import Empty
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from protos import (
    containers_pb2,
    content_pb2,
    diff_pb2,
    events_pb2,
    images_pb2,
    leases_pb2,
    namespaces_pb2,
    snapshots_pb2,
    tasks_pb2,
    types_pb2,
)
from tui.backend.client import Client
from tui.backend.errors import InvalidArgument, NoSocket
from tui.backend.requests import describe_request

Container = containers_pb2.Container

DEADLY: list[tuple[str, str, Message]] = [
    ("images", "Create", images_pb2.CreateImageRequest()),
    ("images", "Create", images_pb2.CreateImageRequest(image=images_pb2.Image(name="a"))),
    ("images", "Update", images_pb2.UpdateImageRequest()),
    (
        "images",
        "Update",
        images_pb2.UpdateImageRequest(
            image=images_pb2.Image(name="a"), update_mask=FieldMask(paths=["labels"])
        ),
    ),
    ("containers", "Create", containers_pb2.CreateContainerRequest()),
    ("containers", "Create", containers_pb2.CreateContainerRequest(container=Container(id="a"))),
    ("containers", "Update", containers_pb2.UpdateContainerRequest()),
    ("containers", "Update", containers_pb2.UpdateContainerRequest(container=Container(id="a"))),
    (
        "containers",
        "Update",
        containers_pb2.UpdateContainerRequest(
            container=Container(id="a"), update_mask=FieldMask(paths=["image", "spec"])
        ),
    ),
    ("content", "Update", content_pb2.UpdateRequest()),
    ("snapshots", "Update", snapshots_pb2.UpdateSnapshotRequest(snapshotter="overlayfs")),
    ("namespaces", "Create", namespaces_pb2.CreateNamespaceRequest()),
    ("namespaces", "Update", namespaces_pb2.UpdateNamespaceRequest()),
    ("leases", "AddResource", leases_pb2.AddResourceRequest(id="a")),
    ("leases", "DeleteResource", leases_pb2.DeleteResourceRequest(id="a")),
    ("diff", "Apply", diff_pb2.ApplyRequest()),
    ("events", "Forward", events_pb2.ForwardRequest()),
    ("events", "Publish", events_pb2.PublishRequest(topic="/a")),
]

HARMLESS: list[tuple[str, str, Message]] = [
    (
        "images",
        "Create",
        images_pb2.CreateImageRequest(image=images_pb2.Image(target=types_pb2.Descriptor())),
    ),
    (
        "containers",
        "Update",
        containers_pb2.UpdateContainerRequest(
            container=Container(id="a"), update_mask=FieldMask(paths=["labels.a"])
        ),
    ),
    (
        "containers",
        "Create",
        containers_pb2.CreateContainerRequest(container=Container(spec=Any())),
    ),
    ("events", "Publish", events_pb2.PublishRequest(event=Any())),
    ("tasks", "Get", tasks_pb2.GetRequest()),
]


async def send(service: str, method: str, request: Message) -> None:
    client = Client("/nonexistent/c9d.sock")
    try:
        await client.call(getattr(getattr(client, service), method), request)
    finally:
        await client.close()


@pytest.mark.parametrize(("service", "method", "request_"), DEADLY)
async def test_a_deadly_request_is_not_sent(service: str, method: str, request_: Message) -> None:
    with pytest.raises(InvalidArgument, match="would end the daemon"):
        await send(service, method, request_)


@pytest.mark.parametrize(("service", "method", "request_"), HARMLESS)
async def test_the_others_are(service: str, method: str, request_: Message) -> None:
    # Nobody is there: that it is noticed means that the request was let through.
    with pytest.raises(NoSocket):
        await send(service, method, request_)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (tasks_pb2.StartRequest(container_id="web-1"), "start task web-1"),
        (tasks_pb2.KillRequest(container_id="web-1"), "signal task web-1"),
        (tasks_pb2.ListTasksRequest(), "list tasks"),
        (containers_pb2.ListContainersRequest(), "list containers"),
        (containers_pb2.DeleteContainerRequest(id="web-1"), "delete container web-1"),
        (snapshots_pb2.StatSnapshotRequest(key="k"), "read snapshot k"),
        (snapshots_pb2.CommitSnapshotRequest(name="n", key="k"), "commit snapshot n"),
        (
            images_pb2.CreateImageRequest(image=images_pb2.Image(name="web:1")),
            "create image web:1",
        ),
        (snapshots_pb2.MountsRequest(key="k"), "get the mounts of snapshot k"),
        (content_pb2.ReadContentRequest(digest="sha256:1"), "read blob sha256:1"),
        (Empty(), "ask who the daemon is"),
    ],
)
def test_a_request_says_what_it_does(request_: Message, words: str) -> None:
    assert describe_request(request_) == words
