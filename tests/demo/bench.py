"""A demo engine taken apart: its services called as plain objects, its clock moved by hand."""

import asyncio
from dataclasses import dataclass, field

from protos import containers_pb2, types_pb2
from tui.demo.refusals import Refusal
from tui.demo.router import Call
from tui.demo.serve import Options, build
from tui.demo.services.base import Engine
from tui.demo.services.containers import Containers
from tui.demo.services.content import Content
from tui.demo.services.diff import Diff
from tui.demo.services.images import Images
from tui.demo.services.leases import Leases
from tui.demo.services.namespaces import Namespaces
from tui.demo.services.snapshots import Snapshots
from tui.demo.services.streaming import Streaming
from tui.demo.services.tasks import Tasks
from tui.demo.services.transfer import Transfer
from tui.demo.specs import spec
from tui.demo.world import World

NOW = 1_750_000_000.0
"""The time at which the bench's clock stands still at first."""


@dataclass
class Bench:
    """The services of one engine."""

    engine: Engine
    world: World
    namespaces: Namespaces
    images: Images
    content: Content
    containers: Containers
    tasks: Tasks
    snapshots: Snapshots
    diff: Diff
    leases: Leases
    streaming: Streaming
    transfer: Transfer
    call: Call = field(default_factory=lambda: Call("default"))
    _listeners: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    def make(cls, containers: int = 12, seed: int = 1) -> "Bench":
        """Builds a world; needs a running loop."""
        engine, world, _ = build(Options("", containers=containers, seed=seed, at=NOW))
        parts = (
            *(Namespaces, Images, Content, Containers, Tasks, Snapshots, Diff, Leases),
            *(Streaming, Transfer),
        )
        return cls(engine, world, *(part(engine) for part in parts))  # type: ignore[arg-type]

    def listen(self) -> list[types_pb2.Envelope]:
        """Collects what is announced from the next turn of the loop on."""
        envelopes: list[types_pb2.Envelope] = []

        async def collect() -> None:
            async for envelope in self.engine.store.bus.subscribe([]):
                envelopes.append(envelope)

        self._listeners.append(asyncio.create_task(collect()))
        return envelopes

    async def settle(self) -> None:
        """Lets everything that is due happen."""
        for _ in range(5):
            await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Moves the clock on."""
        self.engine.store.clock.advance(seconds)

    def container(self, container_id: str, script: str | None = None, *args: str) -> None:
        """Makes a container without a snapshot, with a script or with real arguments."""
        annotations = {} if script is None else {"c9d.demo/script": script}
        container = containers_pb2.Container(
            id=container_id,
            runtime=containers_pb2.Container.Runtime(name="io.containerd.runc.v2"),
            spec=spec("default", container_id, args or ("run",), annotations=annotations),
        )
        self.containers.Create(
            containers_pb2.CreateContainerRequest(container=container), self.call
        )

    async def close(self) -> None:
        """Ends the listeners."""
        for listener in self._listeners:
            listener.cancel()
        await asyncio.gather(*self._listeners, return_exceptions=True)


def code(refusal: Refusal) -> str:
    """The name of a refusal's status code."""
    return str(refusal.code.name)
