"""What goes wrong on the way to a registry, each in one sentence."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from tests.registry.conftest import image, opened
from tests.support.fake_registry import FakeRegistry
from tests.support.misbehaviour import Misbehaviour, answers, breaks, error, hangs, resets
from tui.backend.errors import BackendError, ServerError, Timeout, Unsupported
from tui.backend.registry_errors import Broken, Throttled, UnknownHost, WrongContent
from tui.backend.registry_host import Patience
from tui.backend.registry_wait import retry_after


async def test_an_accident_that_passes_is_waited_for(fake: FakeRegistry) -> None:
    built = image(100)
    reference = fake.add(built, "demo/app:1")
    fake.misbehave("", answers(503), times=1)
    fake.misbehave("", answers(429, Retry_After="0"), times=1)
    async with opened(reference) as registry:
        assert (await registry.resolve()).digest == built.target.digest
    assert len(fake.seen) == 3


@pytest.mark.parametrize(
    ("how", "kind", "why"),
    [
        (answers(500), Broken, "answered with status 500"),
        (answers(418), ServerError, "answered with status 418"),
        (answers(429), Throttled, "too many requests from here"),
        (answers(429, Retry_After="300"), Throttled, "asks to wait 5 minutes"),
        (answers(429, Retry_After="86400"), Throttled, "asks to wait 24 hours"),
        (resets, BackendError, "127"),
        (answers(302, Location=""), WrongContent, "without saying where to"),
        (answers(302, Location="http://["), WrongContent, "to what is no URL"),
        (answers(302, Location="https://127.0.0.1/x"), WrongContent, "another scheme is refused"),
        (answers(302, Location="file:///etc/passwd"), WrongContent, "refused|no URL"),
        (answers(302, Location="/again"), WrongContent, "more than 5 times"),
        (answers(400, b'{"errors":[{"code":1,"message":"\x1b[2Jx"}]}'), BackendError, "127"),
    ],
)
async def test_what_else_goes_wrong_is_one_sentence(
    fake: FakeRegistry, how: Misbehaviour, kind: type[BackendError], why: str
) -> None:
    reference = fake.add(image(100), "demo/app:1")
    async with opened(reference) as registry:
        await registry.resolve()
        fake.misbehave("", how)
        with pytest.raises(kind, match=why) as caught:
            await registry.resolve()
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert sentence.endswith(".")
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


async def test_a_message_of_the_registry_is_kept_and_made_harmless(fake: FakeRegistry) -> None:
    reference = fake.add(image(100), "demo/app:1")
    fake.misbehave("", answers(405), times=1)

    async def hostile(_request: web.Request) -> web.StreamResponse:
        return error(418, "X", "no \x1b[2J tea\u202e")

    fake.misbehave("GET", hostile)
    async with opened(reference) as registry:
        with pytest.raises(ServerError, match=r"status 418: no .* tea") as caught:
            await registry.resolve()
    assert str(caught.value).isprintable()


async def test_a_registry_that_hangs_is_left(fake: FakeRegistry) -> None:
    fake.misbehave("", hangs)
    patience = Patience(connect=5.0, read=0.05, retry=0.001)
    async with opened(f"{fake.host}/x:1", patience=patience) as registry:
        with pytest.raises(Timeout, match="did not answer in time"):
            await registry.resolve()


async def test_a_manifest_that_trickles_has_a_deadline(fake: FakeRegistry) -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b" ")
            await asyncio.sleep(0.005)

    fake.misbehave("HEAD", answers(405))
    fake.misbehave("GET", trickle)
    patience = Patience(connect=5.0, read=5.0, document=0.05)
    async with opened(f"{fake.host}/x:1", patience=patience) as registry:
        with pytest.raises(Timeout, match="did not answer in time"):
            await registry.resolve()


async def test_a_host_that_is_none() -> None:
    async with opened("no-such-host.invalid/x:1") as registry:
        with pytest.raises(UnknownHost, match=r"no host no-such-host\.invalid"):
            await registry.resolve()


async def test_nobody_listens(fake: FakeRegistry) -> None:
    reference = fake.add(image(100), "demo/app:1")
    await fake.stop()
    async with opened(reference) as registry:
        with pytest.raises(BackendError, match=f"{fake.host} refuses the connection"):
            await registry.resolve()


async def test_a_stranger_that_speaks_something_else() -> None:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with opened(f"{host}/x:1") as registry:
            with pytest.raises(BackendError, match=host) as caught:
                await registry.resolve()
    assert str(caught.value).isprintable()


async def test_a_broken_off_manifest_is_asked_for_again(fake: FakeRegistry) -> None:
    built = image(100)
    reference = fake.add(built, "demo/app:1")
    async with opened(reference) as registry:
        top = await registry.resolve()
        fake.misbehave("GET", breaks(b"{", length=top.size), times=2)
        assert await registry.document(top) == built.blobs[top.digest]


async def test_the_environments_proxy_is_asked_but_not_for_loopback(
    fake: FakeRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    reference = fake.add(image(100), "demo/app:1")
    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    async with server:
        address = f"http://u:p4ss@127.0.0.1:{server.sockets[0].getsockname()[1]}"
        monkeypatch.setenv("HTTP_PROXY", address)
        monkeypatch.setenv("HTTPS_PROXY", address)
        async with opened(reference) as registry:
            await registry.resolve()
        assert heads == []
        async with opened("registry.invalid/x:1") as registry:
            with pytest.raises(BackendError, match="proxy of the environment") as caught:
                await registry.resolve()
    assert heads[0].startswith(b"CONNECT registry.invalid:443 ")
    assert b"Proxy-Authorization: Basic" in heads[0]
    assert "p4ss" not in str(caught.value)


async def test_a_proxy_of_another_kind_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://u:p4ss@127.0.0.1:1")
    async with opened("registry.invalid/x:1") as registry:
        with pytest.raises(Unsupported, match="the kind socks5: only http") as caught:
            await registry.resolve()
    assert "p4ss" not in str(caught.value)
    monkeypatch.setenv("NO_PROXY", "invalid")
    async with opened("registry.invalid/x:1") as registry:
        with pytest.raises(UnknownHost):
            await registry.resolve()


def test_how_long_to_wait_is_read_in_both_ways() -> None:
    assert retry_after("12") == 12
    soon = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    assert 500 < (retry_after(soon) or 0) <= 600
    assert retry_after("Thu, 01 Jan 1970 00:00:00 GMT") == 0
    for text in ("", "-1", "soon", "1.5", "٣"):
        assert retry_after(text) is None
