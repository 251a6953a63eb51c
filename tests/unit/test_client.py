"""The client on a gRPC server of our own, which does what a daemon never would."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

from protos import (
    events_pb2,
)
from tests.support.fake_daemon import Fake, image
from tui.backend.client import Client
from tui.backend.errors import (
    BackendError,
    InvalidArgument,
    NotFound,
    Timeout,
    Unavailable,
)


async def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        for _ in itertools.count():
            if true():
                return
            await asyncio.sleep(0.01)


async def test_the_namespace_and_the_lease_travel_as_metadata(fake: Fake, client: Client) -> None:
    await client.call(client.images.Get, image("web"))
    assert fake.images.metadata["containerd-namespace"] == "default"
    assert "containerd-lease" not in fake.images.metadata
    await client.call(client.images.Get, image("web"), namespace="k8s.io", lease="mine")
    assert fake.images.metadata["containerd-namespace"] == "k8s.io"
    assert fake.images.metadata["containerd-lease"] == "mine"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "-a", "a" * 77, "a\n", "é", "a\x1b[0m"])
async def test_a_namespace_that_cannot_be_is_refused_before_the_call(
    fake: Fake, client: Client, name: str
) -> None:
    with pytest.raises(InvalidArgument):
        await client.call(client.images.Get, image("web"), namespace=name)
    assert fake.images.metadata == {}


async def test_a_call_that_takes_too_long_is_a_timeout(client: Client) -> None:
    with pytest.raises(Timeout, match=r"Could not get image hold: no answer in time\."):
        await client.call(client.images.Get, image("hold"), timeout=0.2)


@pytest.mark.parametrize(("code", "kind"), [("NOT_FOUND", NotFound), ("UNAVAILABLE", Unavailable)])
async def test_errors_leave_as_our_own(client: Client, code: str, kind: type[BackendError]) -> None:
    with pytest.raises(kind, match=rf"^Could not get image fail {code}: it is so\.$"):
        await client.call(client.images.Get, image(f"fail {code}"))


async def test_a_cancellation_passes_and_ends_the_call(fake: Fake, client: Client) -> None:
    call = asyncio.create_task(client.call(client.images.Get, image("hold")))
    await until(lambda: fake.images.inside == 1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await until(lambda: fake.images.inside == 0)


async def test_only_so_many_calls_are_under_way_at_once(fake: Fake, client: Client) -> None:
    calls = [asyncio.create_task(client.call(client.images.Get, image("hold"))) for _ in range(12)]
    await until(lambda: fake.images.inside == 4)
    # One that waits for something else does not queue behind them.
    extra = client.call(client.images.Get, image("web"), queued=False)
    assert (await extra).image.name == "web"
    assert fake.images.inside == 4
    fake.images.release.set()
    await asyncio.gather(*calls)
    assert fake.images.most == 4


async def test_leaving_a_stream_closes_it(fake: Fake, client: Client) -> None:
    stream = client.stream(client.events.Subscribe, events_pb2.SubscribeRequest(), timeout=0)
    async with aclosing(stream):
        async for envelope in stream:
            assert fake.events.open == 1
            if envelope.topic == "/1":
                break
    await until(lambda: fake.events.open == 0)


async def test_a_stream_has_a_deadline_unless_it_asks_for_none(fake: Fake) -> None:
    client = Client(str(fake.path), timeout=0.3)
    seen = []

    async def listen() -> None:
        request = events_pb2.SubscribeRequest()
        async for envelope in client.stream(client.events.Subscribe, request):
            seen.append(envelope.topic)

    with pytest.raises(Timeout):
        await listen()
    assert seen == ["/0", "/1"]
    await client.close()


async def test_closing_ends_what_is_under_way_and_what_comes_later(
    fake: Fake, client: Client
) -> None:
    async def listen() -> None:
        async for _ in client.stream(
            client.events.Subscribe, events_pb2.SubscribeRequest(), timeout=0
        ):
            pass

    call = asyncio.create_task(client.call(client.images.Get, image("hold")))
    stream = asyncio.create_task(listen())
    await until(lambda: fake.images.inside == 1 and fake.events.open == 1)
    await client.close()
    for task in (call, stream):
        with pytest.raises(Unavailable):
            await task
    with pytest.raises(Unavailable):
        await client.call(client.images.Get, image("web"))
    await client.close()


async def test_a_server_that_comes_back_is_used_again(folder: Path) -> None:
    fake = Fake(folder / "fake.sock")
    server = await fake.start()
    client = Client(str(fake.path), timeout=30.0)
    await client.call(client.images.Get, image("web"))
    await server.stop(None)
    with pytest.raises(Unavailable):
        await client.call(client.images.Get, image("web"))
    server = await fake.start()

    async with asyncio.timeout(30):
        for _ in itertools.count():
            with suppress(Unavailable):
                await client.call(client.images.Get, image("web"))
                break
            await asyncio.sleep(0.05)
    await client.close()
    await server.stop(None)
