"""What the services share: the state, and checks that most of them need."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from tui.demo.collector import Collector
from tui.demo.pull import Puller
from tui.demo.refusals import invalid_argument
from tui.demo.runtime import Runtime
from tui.demo.store import Space, Store, update_labels
from tui.demo.streams import Streams

EMPTY = Empty()


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts that the services work on."""

    store: Store
    collector: Collector
    runtime: Runtime
    puller: Puller
    streams: Streams = field(default_factory=Streams)


class Service:
    """One service of the API."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store = engine.store
        self.clock = engine.store.clock

    def publish(self, space: Space, topic: str, event: Message) -> None:
        """Announce an event in a namespace."""
        self.store.bus.publish(space.name, topic, event)


def required(message: Message, *names: str) -> None:
    """Refuse a request that lacks a sub-message, which would kill a real daemon."""
    for name in names:
        if not message.HasField(name):
            raise invalid_argument(f"{message.DESCRIPTOR.name} without {name}")


def merged_labels(
    current: Mapping[str, str], given: Mapping[str, str], paths: list[str]
) -> dict[str, str]:
    """Apply a mask that may name labels only; no mask replaces them all."""
    labels = dict(current)
    for path in paths or ["labels"]:
        if not update_labels(labels, given, path):
            raise invalid_argument(f'cannot update "{path}" field')
    return labels
