"""Events: every payload names its object, unknown ones keep their topic."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from protos import event_payloads_pb2 as payloads
from protos import images_pb2, types_pb2
from tui.backend.events import decode
from tui.state.models import Event

STAMP = Timestamp(seconds=1_700_000_000)


def event(payload: Message, prefix: str = "") -> Event:
    url = prefix + payload.DESCRIPTOR.full_name
    wrapped = Any(type_url=url, value=payload.SerializeToString())
    return decode(types_pb2.Envelope(timestamp=STAMP, namespace="ns", topic="/t", event=wrapped))


@pytest.mark.parametrize(
    ("payload", "subject", "detail"),
    [
        (
            payloads.TaskExit(container_id="a", id="e", pid=7, exit_status=0, exited_at=STAMP),
            "a",
            {
                "id": "e",
                "pid": "7",
                "exit_status": "0",
                "exited_at": "2023-11-14T22:13:20+00:00",
            },
        ),
        (payloads.TaskOOM(container_id="a"), "a", {}),
        (payloads.TaskStart(container_id="a", pid=7), "a", {"pid": "7"}),
        (payloads.ContainerCreate(id="a", image="i"), "a", {"image": "i"}),
        (payloads.ContainerUpdate(id="a", labels={"x": "y"}), "a", {}),
        (payloads.SnapshotCommit(key="k", name="n"), "n", {"key": "k"}),
        (payloads.SnapshotRemove(key="k", snapshotter="native"), "k", {"snapshotter": "native"}),
        (payloads.NamespaceCreate(name="n"), "n", {}),
        (payloads.ContentDelete(digest="d"), "d", {}),
        (images_pb2.ImageDelete(name="i"), "i", {}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Message) else "",
)
def test_a_payload_names_its_object(payload: Message, subject: str, detail: dict[str, str]) -> None:
    for prefix in ("", "type.googleapis.com/"):
        seen = event(payload, prefix)
        assert (seen.subject, seen.detail) == (subject, detail)
        assert (seen.namespace, seen.topic) == ("ns", "/t")
        assert seen.at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_every_payload_of_containerd_is_known() -> None:
    # TaskIO and the like are parts of payloads.
    parts = {"TaskIO"}
    for name, descriptor in payloads.DESCRIPTOR.message_types_by_name.items():
        if name not in parts:
            field = descriptor.fields[0].name
            payload = getattr(payloads, name)(**{field: "it"})
            seen = event(payload)
            assert "it" in (seen.subject, *seen.detail.values()), name


@given(st.text(), st.binary())
def test_no_payload_raises(url: str, value: bytes) -> None:
    for type_url in (url, "containerd.events.TaskExit"):
        envelope = types_pb2.Envelope(topic="/x", event=Any(type_url=type_url, value=value))
        assert decode(envelope).topic == "/x"


def test_an_event_without_a_time_has_the_present() -> None:
    before = datetime.now(UTC)
    assert decode(types_pb2.Envelope(topic="/x")).at >= before
