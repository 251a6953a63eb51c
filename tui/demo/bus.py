"""The event exchange: whoever subscribes sees what comes after, in order, without replay."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager

from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from protos import event_payloads_pb2, images_pb2, types_pb2
from tui.demo.clock import Clock
from tui.demo.filters import Fields, Predicate, compile_filters

_PAYLOADS = {
    descriptor.full_name: GetMessageClass(descriptor)
    for descriptor in (
        *event_payloads_pb2.DESCRIPTOR.message_types_by_name.values(),
        images_pb2.ImageCreate.DESCRIPTOR,
        images_pb2.ImageUpdate.DESCRIPTOR,
        images_pb2.ImageDelete.DESCRIPTOR,
    )
}


class Bus:
    """Hands every event to every subscriber whose filters it passes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._subscribers: dict[asyncio.Queue[types_pb2.Envelope], Predicate] = {}
        self._muted = False

    def publish(self, namespace: str, topic: str, event: Message) -> None:
        """Announce an event of the engine's own."""
        payload = Any(type_url=event.DESCRIPTOR.full_name, value=event.SerializeToString())
        self.forward(
            types_pb2.Envelope(
                timestamp=self._clock.stamp(), namespace=namespace, topic=topic, event=payload
            )
        )

    def forward(self, envelope: types_pb2.Envelope) -> None:
        """Hand an envelope to whoever wants it."""
        if self._muted:
            return
        lookup = _lookup(envelope)
        for queue, wanted in self._subscribers.items():
            if wanted(lookup):
                queue.put_nowait(envelope)

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Lose what is announced meanwhile, as a daemon sometimes does."""
        self._muted = True
        try:
            yield
        finally:
            self._muted = False

    async def subscribe(self, filters: Iterable[str]) -> AsyncIterator[types_pb2.Envelope]:
        """Yield what is announced from now on; a slow reader is waited for without bound."""
        queue: asyncio.Queue[types_pb2.Envelope] = asyncio.Queue()
        self._subscribers[queue] = compile_filters(filters)
        try:
            while True:
                yield await queue.get()
        finally:
            del self._subscribers[queue]


def _lookup(envelope: types_pb2.Envelope) -> Fields:
    def lookup(path: Sequence[str]) -> str | None:
        if path[0] == "event":
            return _payload_field(envelope.event, path[1:])
        return {"namespace": envelope.namespace, "topic": envelope.topic}.get(path[0])

    return lookup


def _payload_field(payload: Any, path: Sequence[str]) -> str | None:
    kind = _PAYLOADS.get(payload.type_url.rpartition("/")[2])
    if kind is None or not path:
        return None
    try:
        message = kind.FromString(payload.value)
    except DecodeError:
        return None
    if path[0] == "labels" and "labels" in message.DESCRIPTOR.fields_by_name:
        labels: dict[str, str] = getattr(message, "labels")  # noqa: B009 (the type is known here)
        return labels.get(".".join(path[1:]))
    value = getattr(message, path[0], None) if len(path) == 1 else None
    return value if isinstance(value, str) and value else None
