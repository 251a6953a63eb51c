"""Events: the daemon's stream of what happened, decoded."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime

from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from protos import event_payloads_pb2 as payloads
from protos import events_pb2, images_pb2, types_pb2
from tui.backend.client import Client
from tui.backend.convert import time
from tui.state.models import Event

PROBE_TOPIC = "/c9d/probe/"

# Payload by the last part of its type URL, and the field that names the object.
# An exec's events are about its container too; its own id is in `detail`.
_PAYLOADS: dict[str, tuple[type[Message], str]] = {
    "containerd.events.ContentCreate": (payloads.ContentCreate, "digest"),
    "containerd.events.ContentDelete": (payloads.ContentDelete, "digest"),
    "containerd.events.SnapshotPrepare": (payloads.SnapshotPrepare, "key"),
    "containerd.events.SnapshotCommit": (payloads.SnapshotCommit, "name"),
    "containerd.events.SnapshotRemove": (payloads.SnapshotRemove, "key"),
    "containerd.events.SandboxCreate": (payloads.SandboxCreate, "sandbox_id"),
    "containerd.events.SandboxStart": (payloads.SandboxStart, "sandbox_id"),
    "containerd.events.SandboxExit": (payloads.SandboxExit, "sandbox_id"),
    "containerd.events.ContainerCreate": (payloads.ContainerCreate, "id"),
    "containerd.events.ContainerUpdate": (payloads.ContainerUpdate, "id"),
    "containerd.events.ContainerDelete": (payloads.ContainerDelete, "id"),
    "containerd.events.NamespaceCreate": (payloads.NamespaceCreate, "name"),
    "containerd.events.NamespaceUpdate": (payloads.NamespaceUpdate, "name"),
    "containerd.events.NamespaceDelete": (payloads.NamespaceDelete, "name"),
    "containerd.events.TaskCreate": (payloads.TaskCreate, "container_id"),
    "containerd.events.TaskStart": (payloads.TaskStart, "container_id"),
    "containerd.events.TaskDelete": (payloads.TaskDelete, "container_id"),
    "containerd.events.TaskExit": (payloads.TaskExit, "container_id"),
    "containerd.events.TaskOOM": (payloads.TaskOOM, "container_id"),
    "containerd.events.TaskExecAdded": (payloads.TaskExecAdded, "container_id"),
    "containerd.events.TaskExecStarted": (payloads.TaskExecStarted, "container_id"),
    "containerd.events.TaskPaused": (payloads.TaskPaused, "container_id"),
    "containerd.events.TaskResumed": (payloads.TaskResumed, "container_id"),
    "containerd.events.TaskCheckpointed": (payloads.TaskCheckpointed, "container_id"),
    "containerd.services.images.v1.ImageCreate": (images_pb2.ImageCreate, "name"),
    "containerd.services.images.v1.ImageUpdate": (images_pb2.ImageUpdate, "name"),
    "containerd.services.images.v1.ImageDelete": (images_pb2.ImageDelete, "name"),
}


async def subscribe(client: Client) -> AsyncGenerator[Event, None]:
    """Yield the events of all namespaces for as long as the stream holds.

    Nothing is said when the subscription takes effect: publish a probe and wait
    for it. There is no replay, so what happened before must be listed.

    Raises:
        Unavailable: the stream was cut. Its quiet end means the same.
    """
    request = events_pb2.SubscribeRequest()
    stream = client.stream(client.events.Subscribe, request, timeout=0)
    async with aclosing(stream):
        async for envelope in stream:
            yield decode(envelope)


async def publish_probe(client: Client, nonce: str) -> None:
    """Publish an event that says nothing, to see it come back over a subscription.

    Args:
        client: of the daemon.
        nonce: letters and digits; the topic is `PROBE_TOPIC` and this.
    """
    event = Any(type_url="google.protobuf.Empty")
    request = events_pb2.PublishRequest(topic=PROBE_TOPIC + nonce, event=event)
    await client.call(client.events.Publish, request)


def decode(envelope: types_pb2.Envelope) -> Event:
    """Convert an event; of a payload that we do not know only the topic is left."""
    at = time(envelope.timestamp) or datetime.now(UTC)
    subject, detail = _payload(envelope.event)
    return Event(at, envelope.namespace, envelope.topic, subject, detail)


def _payload(event: Any) -> tuple[str, dict[str, str]]:
    known = _PAYLOADS.get(event.type_url.rpartition("/")[2])
    if known is None:
        return "", {}
    kind, subject = known
    message = kind()
    try:
        message.ParseFromString(event.value)
    except DecodeError:
        return "", {}
    detail = {
        field.name: text
        for field in kind.DESCRIPTOR.fields
        if field.name != subject and (text := _text(getattr(message, field.name)))
    }
    return getattr(message, subject), detail


def _text(value: object) -> str:
    """Return a string, a number or a time as text, "" for all else."""
    if isinstance(value, Timestamp):
        moment = time(value)
        return moment.isoformat() if moment else ""
    return str(value) if isinstance(value, str | int) else ""
