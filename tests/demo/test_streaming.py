import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, cast

import grpc
import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.empty_pb2 import Empty

from protos import (
    content_pb2,
    introspection_pb2,
    leases_pb2,
    streaming_pb2,
    transfer_pb2,
)
from protos import transfer_types_pb2 as types
from protos.content_pb2_grpc import ContentStub
from protos.introspection_pb2_grpc import IntrospectionStub
from protos.leases_pb2_grpc import LeasesStub
from protos.streaming_pb2_grpc import StreamingStub
from protos.transfer_pb2_grpc import TransferStub
from tests.demo.bench import Bench, code
from tests.demo.pulls import HERE, Line
from tui.demo.control import Control
from tui.demo.launch import DemoEngine
from tui.demo.refusals import Refusal
from tui.demo.streams import packed

if TYPE_CHECKING:
    from protos.content_pb2_grpc import ContentAsyncStub
    from protos.introspection_pb2_grpc import IntrospectionAsyncStub
    from protos.leases_pb2_grpc import LeasesAsyncStub
    from protos.streaming_pb2_grpc import StreamingAsyncStub
    from protos.transfer_pb2_grpc import TransferAsyncStub

HEADER = (("containerd-namespace", "default"),)


class Client:
    """The services that a pull needs, over the socket."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.streaming = cast("StreamingAsyncStub", StreamingStub(channel))
        self.transfer = cast("TransferAsyncStub", TransferStub(channel))
        self.content = cast("ContentAsyncStub", ContentStub(channel))
        self.leases = cast("LeasesAsyncStub", LeasesStub(channel))
        self.introspection = cast("IntrospectionAsyncStub", IntrospectionStub(channel))

    async def opened(self, stream_id: str) -> "grpc.aio.StreamStreamCall[Any, Any]":
        """Opens a stream, and waits until it is known."""
        call: grpc.aio.StreamStreamCall[Any, Any] = self.streaming.Stream(
            metadata=HEADER, timeout=60
        )
        await call.write(packed(streaming_pb2.StreamInit(id=stream_id)))
        first = await call.read()
        assert isinstance(first, Any)
        assert first.type_url == Empty.DESCRIPTOR.full_name
        return call

    async def left(self, namespace: str = "default") -> list[str]:
        """The ingests and leases that nobody but a pull makes."""
        header = (("containerd-namespace", namespace),)
        ingests = await self.content.ListStatuses(
            content_pb2.ListStatusesRequest(), metadata=header
        )
        leases = await self.leases.List(leases_pb2.ListRequest(), metadata=header)
        names = [item.ref for item in ingests.statuses if item.total != 31_201_882]
        return names + [item.id for item in leases.leases if not item.id.endswith("-pull")]


@pytest.fixture
async def client(demo: DemoEngine, control: Control) -> AsyncIterator[Client]:
    control.pull_rate(40 << 20)
    async with grpc.aio.insecure_channel(f"unix:{demo.address}") as channel:
        yield Client(channel)


def _request(reference: str, progress: str, auth: str = "") -> transfer_pb2.TransferRequest:
    resolver = types.RegistryResolver(auth_stream=auth)
    store = types.ImageStore(
        name=reference,
        platforms=[HERE],
        unpacks=[types.UnpackConfiguration(platform=HERE, snapshotter="overlayfs")],
    )
    return transfer_pb2.TransferRequest(
        source=packed(types.OCIRegistry(reference=reference, resolver=resolver)),
        destination=packed(store),
        options=transfer_pb2.TransferOptions(progress_stream=progress),
    )


async def _progress(
    call: "grpc.aio.StreamStreamCall[Any, Any]",
) -> AsyncIterator[types.Progress]:
    """Yields what comes, until the engine ends the stream."""
    while isinstance(item := await call.read(), Any):
        yield types.Progress.FromString(item.value)


async def _heard(call: "grpc.aio.StreamStreamCall[Any, Any]") -> list[types.Progress]:
    return [item async for item in _progress(call)]


async def test_a_stream_is_known_by_its_id_until_the_client_hangs_up(bench: Bench) -> None:
    line = Line(bench, "mine", "default")
    await bench.settle()
    assert [item.type_url for item in line.heard] == ["google.protobuf.Empty"]
    stream = bench.engine.streams.find("default", "mine")
    line.said.put_nowait(None)
    await bench.settle()
    assert await stream.receive() is None
    assert bench.engine.streams.find("default", "mine") is stream
    line.task.cancel()
    await bench.settle()
    with pytest.raises(Refusal):
        bench.engine.streams.find("default", "mine")


async def test_a_stream_belongs_to_its_namespace_and_has_one_holder(bench: Bench) -> None:
    first = Line(bench, "mine", "default")
    await bench.settle()
    with pytest.raises(Refusal):
        bench.engine.streams.find("other", "mine")
    second = Line(bench, "mine", "default")
    with pytest.raises(Refusal) as caught:
        await second.task
    assert code(caught.value) == "ALREADY_EXISTS"
    first.task.cancel()


@pytest.mark.parametrize(
    "first", [packed(Empty()), packed(streaming_pb2.StreamInit()), Any(type_url="x", value=b"y")]
)
async def test_a_stream_without_an_id_is_refused(bench: Bench, first: Any) -> None:
    async def requests() -> AsyncIterator[Any]:
        yield first

    with pytest.raises(Refusal) as caught:
        await anext(bench.streaming.Stream(requests(), bench.call))
    assert code(caught.value) == "INVALID_ARGUMENT"


async def test_the_plugins_name_what_pulls(client: Client) -> None:
    answer = await client.introspection.Plugins(introspection_pb2.PluginsRequest())
    assert {
        ("io.containerd.grpc.v1", "transfer"),
        ("io.containerd.grpc.v1", "streaming"),
        ("io.containerd.transfer.v1", "local"),
    } <= {(plugin.type, plugin.id) for plugin in answer.plugins}


async def test_a_client_pulls_with_a_progress_stream(client: Client) -> None:
    stream = await client.opened("one")
    heard = asyncio.create_task(_heard(stream))
    await client.transfer.Transfer(_request("docker.io/library/nginx:1.28", "one"), metadata=HEADER)
    events = [item.event for item in await heard]
    assert events[0].startswith("Resolving from")
    assert events[-1].startswith("Completed pull from")
    assert events.count("downloading") > 3


async def test_a_pull_that_is_given_up_leaves_nothing(client: Client, control: Control) -> None:
    control.pull_rate(1 << 20)
    stream = await client.opened("two")
    call = client.transfer.Transfer(_request("quay.io/acme/huge:1", "two"), metadata=HEADER)
    async for item in _progress(stream):
        if item.event == "downloading":
            break
    call.cancel()
    async with asyncio.timeout(60):
        while await client.left():  # noqa: ASYNC110 (the engine is another process)
            await asyncio.sleep(0.02)
    assert all(not item.event.startswith("Completed") for item in await _heard(stream))


async def test_a_client_is_asked_who_it_is(client: Client) -> None:
    progress, auth = await client.opened("three"), await client.opened("three-auth")
    reference = "docker.io/library/private:1"
    call = client.transfer.Transfer(_request(reference, "three", "three-auth"), metadata=HEADER)
    question = await auth.read()
    assert isinstance(question, Any)
    asked = types.AuthRequest.FromString(question.value)
    assert (asked.host, asked.reference) == ("docker.io", reference)
    await auth.write(
        packed(types.AuthResponse(authType=types.CREDENTIALS, username="me", secret="demo"))
    )
    heard = await _heard(progress)
    assert [item.event for item in heard if item.event == "saved"]
    await call
    auth.cancel()


async def test_somebody_elses_pull_is_seen_while_it_lasts(client: Client, control: Control) -> None:
    control.freeze()
    control.pull("quay.io/acme/tools:1")
    control.advance(0.6)
    left = await client.left("k8s.io")
    assert sum(name.startswith("layer-sha256:") for name in left) == 3
    assert len(left) == 4
    control.advance(600.0)
    control.thaw()
    assert not await client.left("k8s.io")


async def test_a_pull_of_ours_goes_wrong_on_request(client: Client, control: Control) -> None:
    control.spoil_pull(1, "disk")
    stream = await client.opened("four")
    call = client.transfer.Transfer(_request("quay.io/acme/spoiled:1", "four"), metadata=HEADER)
    with pytest.raises(grpc.aio.AioRpcError, match="no space left on device"):
        await call
    assert [item.event for item in await _heard(stream)][-1] != "saved"
    assert not await client.left()
