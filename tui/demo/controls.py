"""The private service ``c9d.demo.Control``: faults, counts and silent changes, in JSON."""

import inspect
import json
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.descriptor import Descriptor
from google.protobuf.message_factory import GetMessageClass

from protos import event_payloads_pb2, images_pb2
from tui.demo.cast import Role
from tui.demo.faults import Fault, Faults
from tui.demo.flaws import Flaw
from tui.demo.images import host_architecture
from tui.demo.pull import Order, unheard
from tui.demo.refusals import Refusal, invalid_argument
from tui.demo.services.base import Engine
from tui.demo.store import Space
from tui.demo.world import World

SERVICE = "c9d.demo.Control"
_IMAGE_EVENTS = images_pb2.DESCRIPTOR.message_types_by_name
_EVENTS = event_payloads_pb2.DESCRIPTOR.message_types_by_name
Json = dict[str, Any]


class Controls:
    """What tests may ask of the engine; each method is one call."""

    def __init__(self, engine: Engine, faults: Faults, world: World) -> None:
        self._engine = engine
        self._store = engine.store
        self._faults = faults
        self._world = world

    def handler(self) -> grpc.GenericRpcHandler:
        """A gRPC handler for all of them."""
        methods: dict[str, Any] = {
            name: grpc.unary_unary_rpc_method_handler(_answering(func))
            for name, func in inspect.getmembers(self, inspect.ismethod)
            if name[0].isupper()
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    def Fault(self, request: Json) -> Json:
        """Put a fault into force, see `tui.demo.faults.Fault`."""
        try:
            self._faults.add(Fault.of(request))
        except (ValueError, TypeError) as error:
            raise invalid_argument(str(error)) from None
        return {}

    def Clear(self, _request: Json) -> Json:
        """Lift all faults."""
        self._faults.clear()
        return {}

    def Cut(self, request: Json) -> Json:
        """End the calls under way that `pattern` matches."""
        return {"cut": self._faults.cut(request["pattern"])}

    def Counts(self, request: Json) -> Json:
        """How often each method was called, since the last `reset`."""
        counts = dict(self._faults.counts)
        if request.get("reset"):
            self._faults.counts.clear()
        return counts

    def Emit(self, request: Json) -> Json:
        """Announce `count` events on `topic`, about the `subjects` in turn."""
        space = self._store.space(request["namespace"])
        make = _event_maker(request["topic"])
        subjects = request["subjects"]
        for number in range(request["count"]):
            event = make(subjects[number % len(subjects)])
            self._store.bus.publish(space.name, request["topic"], event)
        return {}

    def Add(self, request: Json) -> Json:
        """Make a container, and start it unless `state` is ``none``, without an event."""
        space = self._store.written(request["namespace"])
        role = Role(
            request["id"],
            request["image"],
            0.0,
            request["load"],
            tuple(request["args"]),
            request["state"],
            script=request["script"],
            labels=request["labels"],
        )
        with self._store.bus.muted():
            self._world.add(space, role)
            if role.state != "none":
                self._world.run(space, role)
        return {}

    def Remove(self, request: Json) -> Json:
        """Remove a container, task, image or snapshot, without an event."""
        space = self._store.space(request["namespace"])
        with self._store.bus.muted():
            _remove(self._engine, space, request["kind"], request["key"])
        return {}

    def Pull(self, request: Json) -> Json:
        """Have somebody else pull an image."""
        space = self._store.written(request["namespace"])
        reference = request["reference"]
        order = Order(reference, reference, architectures=(host_architecture(),), unpack=True)
        self._engine.puller.pull(space, order, unheard, unheard).go()
        return {}

    def PullRate(self, request: Json) -> Json:
        """Set how many bytes a second all downloads get together."""
        rate = float(request["rate"])
        if rate <= 0:
            raise invalid_argument(f"no such rate: {rate}")
        self._engine.puller.line.rate = rate
        return {}

    def SpoilPull(self, request: Json) -> Json:
        """Have the next pull go wrong at a layer."""
        self._engine.puller.registry.spoil(Flaw.of(request["kind"], int(request["layer"])))
        return {}

    def Clock(self, request: Json) -> Json:
        """Stop, move or start the clock; tell the time."""
        clock = self._store.clock
        if "freeze" in request:
            clock.freeze(request["freeze"])
        if "advance" in request:
            clock.advance(request["advance"])
        if request.get("thaw"):
            clock.thaw()
        return {"now": clock.now()}


def _remove(engine: Engine, space: Space, kind: str, key: str) -> None:
    if kind == "task":
        task = engine.runtime.task(space, key)
        if task.init.live:
            task.init.end(137)
        engine.runtime.forget(space, task)
    elif kind == "container":
        if key in space.tasks:
            _remove(engine, space, "task", key)
        container = space.container(key)
        del space.containers[key]
        if container.snapshot_key:
            space.tree(container.snapshotter).remove(container.snapshot_key)
    elif kind == "image":
        space.images.pop(key)
    elif kind == "snapshot":
        snapshotter, _, name = key.partition("/")
        space.tree(snapshotter).remove(name)
    else:
        raise invalid_argument(f"no such kind: {kind}")


def _event_maker(topic: str) -> Callable[[str], Any]:
    """Find what makes the payload of a topic, given the subject's id, name or key."""
    _, group, verb = topic.split("/")
    noun = {"containers": "Container", "tasks": "Task", "snapshot": "Snapshot", "images": "Image"}
    action = {"oom": "OOM"}.get(verb, "".join(part.capitalize() for part in verb.split("-")))
    name = noun.get(group, group.capitalize()) + action
    descriptor: Descriptor | None = _EVENTS.get(name) or _IMAGE_EVENTS.get(name)
    if descriptor is None:
        raise invalid_argument(f"no such topic: {topic}")
    kind = GetMessageClass(descriptor)
    fields = [
        field
        for field in ("container_id", "id", "name", "key", "digest")
        if field in descriptor.fields_by_name
    ]
    if group == "snapshot":
        return lambda key: kind(key=key, snapshotter="overlayfs")
    return lambda key: kind(**{fields[0]: key})


def _answering(func: Callable[[Json], Json]) -> Callable[..., Any]:
    async def answer(request: bytes, context: Any) -> bytes:
        try:
            return json.dumps(func(json.loads(request or b"{}"))).encode()
        except Refusal as refusal:
            await context.abort(refusal.code, refusal.text)
        except (LookupError, ValueError, TypeError) as error:
            text = f"{type(error).__name__}: {error}"
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, text)
        return b""

    return answer
