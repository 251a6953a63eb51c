"""The gRPC server: the world and its services behind a socket, until it is told to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.descriptor import ServiceDescriptor

from protos import (
    containers_pb2,
    content_pb2,
    diff_pb2,
    events_pb2,
    images_pb2,
    introspection_pb2,
    leases_pb2,
    namespaces_pb2,
    snapshots_pb2,
    streaming_pb2,
    tasks_pb2,
    transfer_pb2,
    version_pb2,
)
from tui.demo.bus import Bus
from tui.demo.clock import Clock
from tui.demo.collector import Collector
from tui.demo.controls import Controls
from tui.demo.faults import Fault, Faults
from tui.demo.kubelet import Kubelet
from tui.demo.pull import Puller
from tui.demo.router import Router, Unknown
from tui.demo.runtime import Runtime
from tui.demo.services.base import Engine
from tui.demo.services.containers import Containers
from tui.demo.services.content import Content
from tui.demo.services.diff import Diff
from tui.demo.services.events import Events
from tui.demo.services.images import Images
from tui.demo.services.introspection import Introspection
from tui.demo.services.leases import Leases
from tui.demo.services.namespaces import Namespaces
from tui.demo.services.snapshots import Snapshots
from tui.demo.services.streaming import Streaming
from tui.demo.services.tasks import Tasks
from tui.demo.services.transfer import Transfer
from tui.demo.services.version import VERSION, Version
from tui.demo.store import Store
from tui.demo.world import World

_MESSAGE_LIMIT = 16 << 20
"""Bytes a daemon takes or sends in one message."""
_GRACE = 0.5
"""Seconds that calls under way have to end when the engine does."""
_SERVING = b"\x08\x01"
"""grpc.health.v1.HealthCheckResponse{status: SERVING}."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line settles."""

    path: str
    containers: int = 12
    seed: int = 1
    at: float | None = None
    """Stand still at this time, seconds since the epoch."""
    faults: tuple[Fault, ...] = ()
    parent: int | None = None
    """A pipe whose end of file means that whoever started the engine is gone."""
    quiet: bool = False


def build(options: Options) -> tuple[Engine, World, Faults]:
    """Make the world; needs a running event loop."""
    clock = Clock()
    now = clock.now() if options.at is None else options.at
    clock.freeze(now)
    store = Store(clock, Bus(clock))
    collector = Collector(store)
    puller = Puller(store, collector, options.seed)
    engine = Engine(store, collector, Runtime(store, options.seed), puller)
    world = World(store, engine.runtime, options.seed)
    world.build(options.containers)
    if options.at is None:
        clock.thaw()
        Kubelet(puller, options.seed).begin()
    return engine, world, Faults(options.faults)


def services(engine: Engine, seed: int) -> list[tuple[ServiceDescriptor, object]]:
    """All services, each with what answers for it."""
    return [
        (version_pb2.DESCRIPTOR.services_by_name["Version"], Version()),
        (introspection_pb2.DESCRIPTOR.services_by_name["Introspection"], Introspection(seed)),
        (namespaces_pb2.DESCRIPTOR.services_by_name["Namespaces"], Namespaces(engine)),
        (images_pb2.DESCRIPTOR.services_by_name["Images"], Images(engine)),
        (content_pb2.DESCRIPTOR.services_by_name["Content"], Content(engine)),
        (containers_pb2.DESCRIPTOR.services_by_name["Containers"], Containers(engine)),
        (tasks_pb2.DESCRIPTOR.services_by_name["Tasks"], Tasks(engine)),
        (snapshots_pb2.DESCRIPTOR.services_by_name["Snapshots"], Snapshots(engine)),
        (diff_pb2.DESCRIPTOR.services_by_name["Diff"], Diff(engine)),
        (leases_pb2.DESCRIPTOR.services_by_name["Leases"], Leases(engine)),
        (events_pb2.DESCRIPTOR.services_by_name["Events"], Events(engine)),
        (streaming_pb2.DESCRIPTOR.services_by_name["Streaming"], Streaming(engine)),
        (transfer_pb2.DESCRIPTOR.services_by_name["Transfer"], Transfer(engine)),
    ]


async def serve(options: Options) -> int:
    """Serve until a signal or the end of the parent; return the exit code."""
    stopped = asyncio.Event()
    _stop_on_signals(stopped.set)
    if options.parent is not None:
        asyncio.get_running_loop().add_reader(options.parent, stopped.set)
    engine, world, faults = build(options)
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", _MESSAGE_LIMIT),
            ("grpc.max_send_message_length", _MESSAGE_LIMIT),
            ("grpc.so_reuseport", 0),
        ]
    )
    router = Router(faults)
    handlers = [router.handler(*pair) for pair in services(engine, options.seed)]
    server.add_generic_rpc_handlers(
        [*handlers, Controls(engine, faults, world).handler(), _health(), Unknown()]
    )
    os.umask(0o077)
    server.add_insecure_port(f"unix:{options.path}")
    await server.start()
    if not options.quiet:
        _announce(options)
    await stopped.wait()
    # Calls that the server itself has to cancel leave a traceback; these end in an error.
    faults.cut("*")
    await server.stop(_GRACE)
    with suppress(FileNotFoundError):
        os.unlink(options.path)
    return 0


def _announce(options: Options) -> None:
    sys.stdout.write(
        f"c9d demo engine {VERSION} on unix://{options.path}: {options.containers} containers,"
        f" seed {options.seed} (ctrl-c ends it)\n"
    )
    sys.stdout.flush()


def _stop_on_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _health() -> grpc.GenericRpcHandler:
    async def check(_request: bytes, _context: object) -> bytes:
        return _SERVING

    methods: dict[str, Any] = {"Check": grpc.unary_unary_rpc_method_handler(check)}
    return grpc.method_handlers_generic_handler("grpc.health.v1.Health", methods)
