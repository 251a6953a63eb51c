import asyncio
from collections.abc import Sequence

import pytest
from google.protobuf.any_pb2 import Any

from protos import event_payloads_pb2 as payloads
from protos import events_pb2, types_pb2
from tests.demo.bench import Bench, code
from tui.demo.bus import Bus
from tui.demo.clock import Clock
from tui.demo.refusals import Refusal
from tui.demo.router import Call
from tui.demo.services.events import Events


async def _passed(filters: Sequence[str]) -> list[str]:
    """The topics of some events that pass the filters."""
    bus = Bus(Clock(at=1000.0))
    seen: list[str] = []

    async def collect() -> None:
        async for envelope in bus.subscribe(filters):
            seen.append(envelope.topic)

    collecting = asyncio.create_task(collect())
    await asyncio.sleep(0)
    bus.publish("default", "/tasks/start", payloads.TaskStart(container_id="a", pid=1))
    bus.publish("other", "/containers/update", payloads.ContainerUpdate(id="a", labels={"x": "y"}))
    bus.forward(types_pb2.Envelope(topic="/strange", event=Any(type_url="x/y", value=b"\xff")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    collecting.cancel()
    await asyncio.gather(collecting, return_exceptions=True)
    return seen


@pytest.mark.parametrize(
    ("filters", "topics"),
    [
        ([], ["/tasks/start", "/containers/update", "/strange"]),
        (["namespace==other"], ["/containers/update"]),
        (['topic~="^/tasks/"'], ["/tasks/start"]),
        (["event.container_id==a"], ["/tasks/start"]),
        (["event.id==a,namespace==other"], ["/containers/update"]),
        (["event.labels.x==y"], ["/containers/update"]),
        (["event.id==a", "topic==/strange"], ["/containers/update", "/strange"]),
    ],
)
async def test_a_subscriber_hears_what_passes_its_filters(
    filters: list[str], topics: list[str]
) -> None:
    assert await _passed(filters) == topics


async def test_what_anybody_publishes_is_passed_on(
    bench: Bench, heard: list[types_pb2.Envelope]
) -> None:
    events = Events(bench.engine)
    event = Any(type_url="somebody.else/Event", value=b"?")
    events.Publish(events_pb2.PublishRequest(topic="/probe/1", event=event), Call("mine"))
    await bench.settle()
    assert [(e.namespace, e.topic, e.event) for e in heard] == [("mine", "/probe/1", event)]
    for request in (
        events_pb2.PublishRequest(topic="/probe/1"),
        events_pb2.PublishRequest(topic="probe", event=event),
    ):
        with pytest.raises(Refusal) as caught:
            events.Publish(request, Call("mine"))
        assert code(caught.value) == "INVALID_ARGUMENT"


async def test_what_is_muted_is_lost(bench: Bench, heard: list[types_pb2.Envelope]) -> None:
    with bench.engine.store.bus.muted():
        bench.container("one", "run")
    bench.container("two", "run")
    await bench.settle()
    assert [payloads.ContainerCreate.FromString(e.event.value).id for e in heard] == ["two"]


async def test_the_clock_does_things_in_order_and_at_their_time() -> None:
    clock = Clock(at=100.0)
    done: list[tuple[str, float]] = []
    clock.call_later(3.0, lambda: done.append(("late", clock.now())))
    clock.call_later(1.0, lambda: done.append(("soon", clock.now())))
    clock.call_later(2.0, lambda: done.append(("never", clock.now()))).cancel()

    def chain() -> None:
        clock.call_later(0.5, lambda: done.append(("chained", clock.now())))

    clock.call_later(1.5, chain)
    clock.advance(2.5)
    assert done == [("soon", 101.0), ("chained", 102.0)]
    clock.advance(1.0)
    assert done[-1] == ("late", 103.0)
    assert clock.now() == 103.5


async def test_a_running_clock_rings_by_itself() -> None:
    clock = Clock()
    rung = asyncio.Event()
    clock.call_later(0.01, rung.set)
    await asyncio.wait_for(rung.wait(), 30)
