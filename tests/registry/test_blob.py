"""Blobs: every byte, whatever the connection and the registry do."""

from __future__ import annotations

import gzip
import hashlib
from contextlib import aclosing
from typing import Any

import pytest
from aiohttp import web

from tests.registry.conftest import image, layer_of, opened, whole
from tests.support.fake_registry import (
    FakeRegistry,
    Misbehaviour,
    answers,
    breaks,
    hangs,
    resets,
)
from tui.backend.errors import BackendError, InvalidArgument, NotFound, Timeout
from tui.backend.registry import Descriptor, Registry
from tui.backend.registry_errors import Broken, WrongContent
from tui.backend.registry_host import Patience

BUILT = image()
LAYER = layer_of(BUILT)
BLOB = BUILT.blobs[LAYER.digest]


@pytest.fixture
def reference(fake: FakeRegistry) -> str:
    return fake.add(BUILT, "demo/app:1")


def named(data: bytes, **changes: Any) -> Descriptor:
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return Descriptor("x", changes.get("digest", digest), changes.get("size", len(data)))


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


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (answers(200, BLOB + b"x"), "does not have"),
        (breaks(BLOB + b"x" * 100, length=None), "does not have"),
        (answers(416), "does not have"),
        (answers(404), "has no blob sha256:"),
        (answers(200, BLOB[:-1]), "does not have"),
        (answers(200, b"x" * len(BLOB)), "not that of its digest"),
        (answers(302, Location="https://127.0.0.1/x"), "another scheme is refused"),
    ],
)
async def test_what_is_not_the_blob_is_refused(
    fake: FakeRegistry, reference: str, how: Misbehaviour, why: str
) -> None:
    fake.misbehave("blobs", how, times=1)
    fake.misbehave("blobs", answers(416))
    got: list[bytes] = []

    async def take(registry: Registry) -> None:
        async for chunk in registry.blob(LAYER):
            got.append(chunk)

    async with opened(reference) as registry:
        with pytest.raises(BackendError, match=why):
            await take(registry)
    # The end is never given out before everything is right.
    assert sum(map(len, got)) < len(BLOB)


@pytest.mark.parametrize(
    "content_range", ["", "bytes 0-9/10", "bytes 99-9/*", f"bytes {'9' * 30}-1/2", "x"]
)
async def test_another_part_than_asked_for_is_not_taken(
    fake: FakeRegistry, reference: str, content_range: str
) -> None:
    fake.misbehave("blobs", answers(206, b"y" * 10, Content_Range=content_range), times=2)
    async with opened(reference) as registry:
        assert await whole(registry, LAYER, 100) == BLOB[100:]
    assert len(fake.asked("blobs")) >= 3


async def test_a_part_nobody_asked_for_is_refused(fake: FakeRegistry, reference: str) -> None:
    fake.misbehave("blobs", answers(206, BLOB, Content_Range="bytes 0-1/2"))
    async with opened(reference) as registry:
        with pytest.raises(BackendError, match="status 206"):
            await whole(registry, LAYER)


async def test_a_part_of_something_of_another_size_is_refused(
    fake: FakeRegistry, reference: str
) -> None:
    fake.misbehave("blobs", answers(206, BLOB[5:], Content_Range=f"bytes 5-9/{len(BLOB) + 1}"))
    async with opened(reference) as registry:
        with pytest.raises(WrongContent, match="does not have"):
            await whole(registry, LAYER, 5)


async def test_what_is_compressed_on_the_way_stays_as_it_travels(fake: FakeRegistry) -> None:
    data = gzip.compress(b"layer" * 1000)
    fake.misbehave("blobs", answers(200, data, Content_Encoding="gzip"))
    async with opened(f"{fake.host}/x:1") as registry:
        assert await whole(registry, named(data)) == data
        assert await registry.document(named(data)) == data


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


async def test_nothing_is_a_blob_too(fake: FakeRegistry) -> None:
    async with opened(f"{fake.host}/x:1") as registry:
        assert await whole(registry, named(b"")) == b""
        with pytest.raises(WrongContent):
            await whole(registry, named(b"x", size=0))
    assert fake.seen == []


async def test_sha512_is_verified_as_well(fake: FakeRegistry) -> None:
    digest = f"sha512:{hashlib.sha512(b'blob').hexdigest()}"
    fake.blobs[digest] = b"blob"
    async with opened(f"{fake.host}/x:1") as registry:
        assert await whole(registry, named(b"blob", digest=digest)) == b"blob"
        fake.blobs[digest] = b"blub"
        with pytest.raises(WrongContent):
            await whole(registry, named(b"blob", digest=digest))


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


async def test_a_blob_that_is_nowhere_names_itself(fake: FakeRegistry, reference: str) -> None:
    async with opened(reference) as registry:
        with pytest.raises(NotFound, match=r"no blob sha256:000000000000\."):
            await whole(registry, named(b"x", digest=f"sha256:{'0' * 64}"))
