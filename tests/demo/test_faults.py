import asyncio
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from protos import (
    event_payloads_pb2,
    events_pb2,
    events_pb2_grpc,
    images_pb2,
    images_pb2_grpc,
    tasks_pb2,
    tasks_pb2_grpc,
    version_pb2_grpc,
)
from protos.types_pb2 import Envelope
from tui.demo.control import Control, ControlError
from tui.demo.faults import Faults
from tui.demo.launch import DemoEngine
from tui.demo.router import Router

NAMESPACE = (("containerd-namespace", "default"),)


@pytest.fixture
async def channel(demo: DemoEngine) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(
        f"unix:{demo.address}", options=[("grpc.use_local_subchannel_pool", 1)]
    ) as channel:
        yield channel


async def _images(channel: grpc.aio.Channel, timeout: float = 30.0) -> int:
    stub: images_pb2_grpc.ImagesAsyncStub = images_pb2_grpc.ImagesStub(channel)  # type: ignore[assignment]
    response = await stub.List(images_pb2.ListImagesRequest(), metadata=NAMESPACE, timeout=timeout)
    return len(response.images)


async def _called(control: Control, count: int = 1) -> None:
    """Waits until so many calls came in."""
    deadline = time.monotonic() + 60
    while sum(control.counts().values()) < count:
        assert time.monotonic() < deadline, "the calls did not come"
        await asyncio.to_thread(time.sleep, 0.01)


async def _code(awaitable: object) -> grpc.StatusCode:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await awaitable  # type: ignore[misc]
    return caught.value.code()


async def test_calls_are_counted(control: Control, channel: grpc.aio.Channel) -> None:
    control.counts(reset=True)
    for _ in range(3):
        await _images(channel)
    assert control.counts() == {"Images.List": 3}
    assert control.counts(reset=True) == {"Images.List": 3}
    assert control.counts() == {}


async def test_errors_and_how_often(control: Control, channel: grpc.aio.Channel) -> None:
    control.error("Images.*", "RESOURCE_EXHAUSTED", "no more", times=2)
    for _ in range(2):
        assert await _code(_images(channel)) == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert await _images(channel) == 10


async def test_latency(control: Control, channel: grpc.aio.Channel) -> None:
    control.latency("Images.List", 0.3, times=1)
    started = time.monotonic()
    await _images(channel)
    assert time.monotonic() - started >= 0.3
    control.counts(reset=True)
    control.latency("Images.List", 600.0)
    slow = asyncio.create_task(_images(channel))
    await _called(control)
    await asyncio.to_thread(control.clear)
    assert await slow == 10


async def test_a_call_hangs_until_its_deadline_or_until_it_is_freed(
    control: Control, channel: grpc.aio.Channel
) -> None:
    control.counts(reset=True)
    control.hang("Images.List")
    assert await _code(_images(channel, 0.2)) == grpc.StatusCode.DEADLINE_EXCEEDED
    hanging = asyncio.create_task(_images(channel))
    await _called(control, 2)
    assert not hanging.done()
    control.clear()
    assert await hanging == 10


async def test_a_stream_is_cut_and_can_be_had_again(
    control: Control, channel: grpc.aio.Channel
) -> None:
    stub: events_pb2_grpc.EventsAsyncStub = events_pb2_grpc.EventsStub(channel)  # type: ignore[assignment]

    async def topics() -> list[str]:
        seen: list[str] = []
        request = events_pb2.SubscribeRequest(filters=["topic~=^/containers"])
        async for envelope in stub.Subscribe(request):
            seen.append(envelope.topic)
        return seen

    for _ in range(2):
        control.counts(reset=True)
        reading = asyncio.create_task(topics())
        await _called(control)
        await asyncio.to_thread(control.emit, 5, "/containers/update", ["a", "b"])
        assert await asyncio.to_thread(control.cut, "Events.Subscribe") == 1
        assert await _code(reading) == grpc.StatusCode.UNAVAILABLE
    assert control.cut("Events.Subscribe", further=1) == 0
    assert await _code(topics()) == grpc.StatusCode.UNAVAILABLE


class Endless:
    """Events that never end."""

    async def Subscribe(self, _request: object, _call: object) -> AsyncIterator[Envelope]:
        while True:
            yield Envelope(topic="/x")


class Caller:
    """The context of one call, as gRPC hands it to a handler."""

    def __init__(self) -> None:
        self.told: list[grpc.StatusCode] = []

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        return NAMESPACE

    async def abort(self, code: grpc.StatusCode, _text: str) -> None:
        self.told.append(code)


async def test_a_call_that_is_sending_is_cut_when_it_has_sent() -> None:
    faults, caller = Faults(), Caller()
    service = events_pb2.DESCRIPTOR.services_by_name["Events"]
    details: Any = SimpleNamespace(method=f"/{service.full_name}/Subscribe")
    handler: Any = Router(faults).handler(service, Endless()).service(details)
    answers = handler.unary_stream(events_pb2.SubscribeRequest(), caller)
    await anext(answers)
    assert faults.cut("Events.*") == 1
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling(), "gRPC was cancelled, and would tell the caller nothing"
    assert [each async for each in answers] == []
    assert caller.told == [grpc.StatusCode.UNAVAILABLE]


async def test_a_burst_arrives_whole_and_in_order(
    control: Control, channel: grpc.aio.Channel
) -> None:
    stub: events_pb2_grpc.EventsAsyncStub = events_pb2_grpc.EventsStub(channel)  # type: ignore[assignment]
    received: list[str] = []

    async def receive() -> None:
        request = events_pb2.SubscribeRequest(filters=["event.container_id~=^burst"])
        async for envelope in stub.Subscribe(request):
            event = event_payloads_pb2.TaskExit.FromString(envelope.event.value)
            received.append(event.container_id)
            if len(received) == 500:
                return

    control.counts(reset=True)
    receiving = asyncio.create_task(receive())
    await _called(control)
    subjects = [f"burst-{i}" for i in range(7)]
    await asyncio.to_thread(control.emit, 500, "/tasks/exit", subjects)
    await asyncio.wait_for(receiving, 60)
    assert received == [subjects[i % 7] for i in range(500)]


async def test_objects_come_and_go_without_an_event(
    control: Control, channel: grpc.aio.Channel
) -> None:
    stub: tasks_pb2_grpc.TasksAsyncStub = tasks_pb2_grpc.TasksStub(channel)  # type: ignore[assignment]

    async def tasks() -> set[str]:
        response = await stub.List(tasks_pb2.ListTasksRequest(), metadata=NAMESPACE)
        return {task.id for task in response.tasks}

    control.add("silent", script="run", labels={"a": "b"})
    assert "silent" in await tasks()
    control.remove("task", "silent")
    assert "silent" not in await tasks()
    control.remove("container", "silent")
    control.add("silent", state="none")
    control.remove("container", "silent")
    with pytest.raises(ControlError):
        control.remove("container", "silent")


async def test_the_clock_can_be_stopped_and_moved(control: Control) -> None:
    stopped = control.freeze()
    assert control.advance(0.0) == stopped
    assert control.advance(60.0) == stopped + 60.0
    assert control.thaw() >= stopped + 60.0


async def test_what_is_not_a_fault_is_refused(control: Control) -> None:
    with pytest.raises(ControlError):
        control.error("Images.*", "NO_SUCH_CODE")
    with pytest.raises(ControlError):
        control.emit(1, "/no/such")


async def test_an_unknown_service_is_refused_as_grpc_go_does(channel: grpc.aio.Channel) -> None:
    call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
        "/containerd.services.sandbox.v1.Store/List"
    )
    with pytest.raises(grpc.aio.AioRpcError, match="unknown service") as caught:
        await call(b"", timeout=30)
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


async def test_health_and_version_need_no_namespace(channel: grpc.aio.Channel) -> None:
    check: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
        "/grpc.health.v1.Health/Check"
    )
    assert await check(b"", timeout=30) == b"\x08\x01"
    stub: version_pb2_grpc.VersionAsyncStub = version_pb2_grpc.VersionStub(channel)  # type: ignore[assignment]
    assert (await stub.Version(Empty(), timeout=30)).revision == "demo"
