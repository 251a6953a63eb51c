"""Pulls on a bench: with a progress stream, the clock moved by hand until they have ended."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message

from protos import streaming_pb2, transfer_pb2, types_pb2
from protos import transfer_types_pb2 as types
from tests.demo.bench import Bench
from tui.demo.images import host_architecture
from tui.demo.refusals import Refusal
from tui.demo.router import Call
from tui.demo.store import Space
from tui.demo.streams import packed

NGINX = "docker.io/library/nginx:1.28"
HERE = types_pb2.Platform(os="linux", architecture=host_architecture())
OTHER = types_pb2.Platform(
    os="linux", architecture="arm64" if HERE.architecture == "amd64" else "amd64"
)


class Line:
    """The client's end of a stream."""

    def __init__(self, bench: Bench, stream_id: str, namespace: str) -> None:
        self.said: asyncio.Queue[Any | None] = asyncio.Queue()
        self.heard: list[Any] = []
        self.say(streaming_pb2.StreamInit(id=stream_id))
        self.task = asyncio.create_task(self._hold(bench, Call(namespace)))

    def say(self, message: Message) -> None:
        self.said.put_nowait(packed(message))

    async def _hold(self, bench: Bench, call: Call) -> None:
        async def requests() -> AsyncIterator[Any]:
            while (message := await self.said.get()) is not None:
                yield message

        async for message in bench.streaming.Stream(requests(), call):
            self.heard.append(message)


@dataclass
class Pulling:
    """One pull under way."""

    bench: Bench
    task: asyncio.Task[object]
    line: Line
    space: Space
    lease: str = ""

    @property
    def progress(self) -> list[types.Progress]:
        """What was said so far."""
        return [types.Progress.FromString(item.value) for item in self.line.heard[1:]]

    def of(self, name: str) -> list[types.Progress]:
        """What was said of one ref."""
        return [item for item in self.progress if item.name == name]

    def words(self) -> list[str]:
        """What was said, each once, in the order in which it came first."""
        return list(dict.fromkeys(item.event for item in self.progress))

    async def advance(self, seconds: float) -> None:
        """Moves the clock on, and lets what was said arrive."""
        self.bench.advance(seconds)
        await self.bench.settle()

    async def until(self, condition: Callable[[], bool], seconds: float = 120.0) -> None:
        """Moves the clock on in small steps until something is so."""
        for _ in range(int(seconds / 0.1)):
            if condition():
                return
            await self.advance(0.1)
        raise AssertionError("it did not happen")

    async def ended(self) -> Refusal | None:
        """Moves the clock on until the pull has ended; returns how it failed, if it did."""
        await self.until(self.task.done)
        await self.line.task
        error = self.task.exception()
        assert error is None or isinstance(error, Refusal), error
        return error


async def begin(
    bench: Bench,
    reference: str = NGINX,
    *,
    namespace: str = "default",
    platforms: Sequence[types_pb2.Platform] = (HERE,),
    unpacks: Sequence[str] = ("overlayfs",),
    labels: Mapping[str, str] | None = None,
    all_metadata: bool = False,
    manifest_limit: int = 0,
    auth: str = "",
    lease: str = "",
) -> Pulling:
    """Starts a pull as a client does, up to where it waits for the clock."""
    stream_id = f"progress-{len(asyncio.all_tasks())}"
    line = Line(bench, stream_id, namespace)
    await bench.settle()
    store = types.ImageStore(
        name=reference,
        labels=labels or {},
        platforms=platforms,
        all_metadata=all_metadata,
        manifest_limit=manifest_limit,
        unpacks=[
            types.UnpackConfiguration(platform=HERE, snapshotter=snapshotter)
            for snapshotter in unpacks
        ],
    )
    resolver = types.RegistryResolver(auth_stream=auth)
    request = transfer_pb2.TransferRequest(
        source=packed(types.OCIRegistry(reference=reference, resolver=resolver)),
        destination=packed(store),
        options=transfer_pb2.TransferOptions(progress_stream=stream_id),
    )
    space = bench.engine.store.written(namespace)
    before = set(space.leases)
    task = asyncio.create_task(bench.transfer.Transfer(request, Call(namespace, lease)))
    await bench.settle()
    new = set(space.leases) - before
    return Pulling(bench, task, line, space, new.pop() if new else "")
