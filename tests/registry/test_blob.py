"""Blobs: every byte, whatever the connection and the registry do."""

from __future__ import annotations

from contextlib import aclosing

import pytest
from aiohttp import web

from tests.registry.conftest import image, layer_of, opened, whole
from tests.support.fake_registry import FakeRegistry
from tests.support.misbehaviour import Misbehaviour, answers, breaks, hangs, resets
from tui.backend.errors import BackendError, InvalidArgument, Timeout
from tui.backend.registry_errors import Broken
from tui.backend.registry_host import Patience

BUILT = image()
LAYER = layer_of(BUILT)
BLOB = BUILT.blobs[LAYER.digest]


@pytest.fixture
def reference(fake: FakeRegistry) -> str:
    return fake.add(BUILT, "demo/app:1")


async def test_it_comes_in_chunks_of_about_a_mebibyte(fake: FakeRegistry, reference: str) -> None:
    async with opened(reference) as registry:
        chunks = [chunk async for chunk in registry.blob(LAYER)]
        assert b"".join(chunks) == BLOB
        assert max(map(len, chunks)) <= 3 << 20
        assert len(chunks) <= 4
        assert registry.fetched == len(BLOB)


@pytest.mark.parametrize("offset", [1, 1 << 20, len(BLOB) - 1, len(BLOB)])
@pytest.mark.parametrize("ranges", [True, False])
async def test_it_begins_where_it_is_wanted(
    fake: FakeRegistry, reference: str, offset: int, ranges: bool
) -> None:
    fake.ranges = ranges
    async with opened(reference) as registry:
        assert await whole(registry, LAYER, offset) == BLOB[offset:]
    assert len(fake.seen) == (offset < len(BLOB))


async def test_an_offset_outside_of_it_is_refused(fake: FakeRegistry, reference: str) -> None:
    async with opened(reference) as registry:
        for offset in (-1, len(BLOB) + 1):
            with pytest.raises(InvalidArgument):
                await whole(registry, LAYER, offset)
    assert fake.seen == []


@pytest.mark.parametrize("ranges", [True, False])
async def test_it_goes_on_where_the_connection_broke(
    fake: FakeRegistry, reference: str, ranges: bool
) -> None:
    fake.ranges = ranges
    # More often than tries without progress would be allowed.
    for part in range(7):
        begin = 300_000 * part if ranges else 0
        end = 300_000 * (part + 1)

        async def breaking(
            request: web.Request, begin: int = begin, end: int = end
        ) -> web.StreamResponse:
            response = web.StreamResponse(status=206 if begin else 200)
            if begin:
                response.headers["Content-Range"] = f"bytes {begin}-{len(BLOB) - 1}/{len(BLOB)}"
            response.content_length = len(BLOB) - begin
            await response.prepare(request)
            await response.write(BLOB[begin:end])
            assert request.transport is not None
            request.transport.close()
            return response

        fake.misbehave("blobs", breaking, times=1)
    async with opened(reference) as registry:
        assert await whole(registry, LAYER) == BLOB
        if ranges:
            assert registry.fetched == len(BLOB)
    wanted = [seen.headers.get("range") for seen in fake.seen]
    assert wanted == [None, *(f"bytes={300_000 * part}-" for part in range(1, 8))]


@pytest.mark.parametrize("how", [resets, answers(500), answers(429), breaks(b"", length=9)])
async def test_five_tries_without_progress_are_enough(
    fake: FakeRegistry, reference: str, how: Misbehaviour
) -> None:
    async with opened(reference) as registry:
        await registry.resolve()
        fake.misbehave("blobs", how)
        with pytest.raises(BackendError):
            await whole(registry, LAYER)
    # aiohttp asks twice itself where a connection that was kept turns out to be dead.
    assert len(fake.asked("blobs")) in (5, 10)


async def test_a_few_bytes_each_time_are_no_progress(fake: FakeRegistry, reference: str) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        begin = int(request.headers.get("Range", "bytes=0-")[6:-1])
        response = web.StreamResponse(status=206 if begin else 200)
        response.headers["Content-Range"] = f"bytes {begin}-{len(BLOB) - 1}/{len(BLOB)}"
        response.content_length = len(BLOB) - begin
        await response.prepare(request)
        await response.write(BLOB[begin : begin + 10])
        assert request.transport is not None
        request.transport.close()
        return response

    fake.misbehave("blobs", drip)
    async with opened(reference) as registry:
        with pytest.raises(Broken, match="broke off"):
            await whole(registry, LAYER)
    assert len(fake.seen) == 5


async def test_a_registry_that_stops_sending_is_asked_anew(
    fake: FakeRegistry, reference: str
) -> None:
    async def stops(request: web.Request) -> web.StreamResponse | None:
        response = web.StreamResponse()
        response.content_length = len(BLOB)
        await response.prepare(request)
        await response.write(BLOB[:200_000])
        return await hangs(request)

    fake.misbehave("blobs", stops, times=1)
    patience = Patience(connect=5.0, read=0.1, retry=0.001)
    async with opened(reference, patience=patience) as registry:
        assert await whole(registry, LAYER) == BLOB
        fake.misbehave("blobs", hangs)
        with pytest.raises(Timeout):
            await whole(registry, LAYER)


async def test_a_chunked_body_is_taken(fake: FakeRegistry, reference: str) -> None:
    async def chunked(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        for at in range(0, len(BLOB), 100_000):
            await response.write(BLOB[at : at + 100_000])
        await response.write_eof()
        return response

    fake.misbehave("blobs", chunked)
    async with opened(reference) as registry:
        assert await whole(registry, LAYER) == BLOB


async def test_a_connection_that_breaks_behind_the_last_byte_does_no_harm(
    fake: FakeRegistry, reference: str
) -> None:
    fake.misbehave("blobs", breaks(BLOB, length=None))
    async with opened(reference) as registry:
        assert await whole(registry, LAYER) == BLOB
    assert len(fake.asked("GET")) <= 2


async def test_a_download_may_be_left(fake: FakeRegistry, reference: str) -> None:
    async with opened(reference) as registry:
        async with aclosing(registry.blob(LAYER)) as chunks:
            async for chunk in chunks:
                assert BLOB.startswith(chunk)
                break
        assert await whole(registry, LAYER) == BLOB


async def test_a_slow_registry_gives_what_it_has(fake: FakeRegistry, reference: str) -> None:
    fake.rate = 4 << 20
    async with opened(reference) as registry:
        chunks = [chunk async for chunk in registry.blob(LAYER)]
    assert b"".join(chunks) == BLOB
