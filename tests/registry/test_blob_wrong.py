"""Blobs of registries that send something else: refused, and never given out whole."""

from __future__ import annotations

import gzip
import hashlib
from typing import Any

import pytest

from tests.registry.conftest import image, layer_of, opened, whole
from tests.support.fake_registry import FakeRegistry
from tests.support.misbehaviour import Misbehaviour, answers, breaks
from tui.backend.errors import BackendError, NotFound
from tui.backend.registry import Descriptor, Registry
from tui.backend.registry_blob import CHUNK
from tui.backend.registry_errors import WrongContent

BUILT = image()
LAYER = layer_of(BUILT)
BLOB = BUILT.blobs[LAYER.digest]


@pytest.fixture
def reference(fake: FakeRegistry) -> str:
    return fake.add(BUILT, "demo/app:1")


def named(data: bytes, **changes: Any) -> Descriptor:
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return Descriptor("x", changes.get("digest", digest), changes.get("size", len(data)))


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


async def test_the_last_chunk_waits_until_all_is_right(fake: FakeRegistry) -> None:
    wanted = named(b"a" * CHUNK)
    fake.misbehave("blobs", answers(200, b"b" * CHUNK))
    async with opened(f"{fake.host}/x:1") as registry:
        # Nothing is given out before it: then there is nothing at all.
        with pytest.raises(WrongContent, match="not that of its digest"):
            await anext(registry.blob(wanted))


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


async def test_a_blob_that_is_nowhere_names_itself(fake: FakeRegistry, reference: str) -> None:
    async with opened(reference) as registry:
        with pytest.raises(NotFound, match=r"no blob sha256:000000000000\."):
            await whole(registry, named(b"x", digest=f"sha256:{'0' * 64}"))
