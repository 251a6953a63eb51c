"""containerd.services.events.v1."""

from collections.abc import AsyncIterator

from google.protobuf.empty_pb2 import Empty

from protos import events_pb2 as pb
from protos import types_pb2
from tui.demo.refusals import invalid_argument
from tui.demo.router import Call
from tui.demo.services.base import EMPTY, Service, required


class Events(Service):
    """The event exchange; a subscriber hears all namespaces."""

    def Publish(self, request: pb.PublishRequest, call: Call) -> Empty:
        """Announce something in the caller's namespace."""
        required(request, "event")
        namespace = call.namespace
        _check_topic(request.topic)
        self.store.bus.forward(
            types_pb2.Envelope(
                timestamp=self.clock.stamp(),
                namespace=namespace,
                topic=request.topic,
                event=request.event,
            )
        )
        return EMPTY

    def Forward(self, request: pb.ForwardRequest, _call: Call) -> Empty:
        """Announce something that happened elsewhere."""
        required(request, "envelope")
        _check_topic(request.envelope.topic)
        self.store.bus.forward(request.envelope)
        return EMPTY

    def Subscribe(
        self, request: pb.SubscribeRequest, _call: Call
    ) -> AsyncIterator[types_pb2.Envelope]:
        """What is announced from now on and passes the filters."""
        return self.store.bus.subscribe(request.filters)


def _check_topic(topic: str) -> None:
    if not topic.startswith("/") or len(topic) < 2:
        raise invalid_argument(f"topic {topic!r} must start with '/'")
