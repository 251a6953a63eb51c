"""What a reference points at: by HEAD, by GET where that does not do, or a sentence."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from aiohttp import web

from tests.registry.conftest import HASTY, image, opened
from tests.support.fake_registry import FakeRegistry
from tests.support.misbehaviour import Misbehaviour, answers
from tui.backend.descriptor import INDEXES, MANIFESTS
from tui.backend.errors import BackendError, NotFound, Unsupported
from tui.backend.reference import parse
from tui.backend.registry import DOCUMENT_LIMIT, Descriptor, Registry
from tui.backend.registry_errors import WrongContent


async def test_one_head_is_enough(fake: FakeRegistry) -> None:
    built = image(100)
    async with opened(fake.add(built, "demo/app:1")) as registry:
        top = await registry.resolve()
        assert registry.fetched == 0
    assert (top.digest, top.size) == (built.target.digest, built.target.size)
    (seen,) = fake.seen
    assert seen.headers["accept-encoding"] == "identity"
    for media_type in (*INDEXES, *MANIFESTS):
        assert media_type in seen.headers["accept"]


@pytest.mark.parametrize(
    "head",
    [
        answers(200, Content_Type=MANIFESTS[0]),
        answers(200, b"x", Content_Type="text/html", Docker_Content_Digest="sha256:x"),
        answers(405),
        answers(404),
        answers(501),
    ],
)
async def test_without_a_useful_head_the_body_says_it(
    fake: FakeRegistry, head: Misbehaviour
) -> None:
    built = image(100)
    reference = fake.add(built, "demo/app:1")
    fake.misbehave("HEAD", head)
    async with opened(reference) as registry:
        top = await registry.resolve()
        assert (top.digest, top.size) == (built.target.digest, built.target.size)
        assert top.media_type == built.target.media_type
        # What was read is not read again.
        assert await registry.document(top) == built.blobs[top.digest]
    assert [seen.method for seen in fake.seen] == ["HEAD", "GET"]


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"mediaType": MANIFESTS[1], "config": {}}, MANIFESTS[1]),
        ({"config": {}, "layers": []}, MANIFESTS[0]),
        ({"manifests": []}, INDEXES[0]),
    ],
)
async def test_a_server_that_does_not_know_the_type(
    fake: FakeRegistry, document: dict[str, Any], kind: str
) -> None:
    body = json.dumps(document).encode()
    fake.misbehave("manifests", answers(200, body, Content_Type="application/json; a=b"))
    async with opened(f"{fake.host}/x:1") as registry:
        top = await registry.resolve()
    assert top == Descriptor(kind, f"sha256:{hashlib.sha256(body).hexdigest()}", len(body))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b"[" * 100_000, b'{"config": 1}'])
async def test_what_is_no_manifest(fake: FakeRegistry, body: bytes) -> None:
    fake.misbehave("manifests", answers(200, body, Content_Type="text/html"))
    async with opened(f"{fake.host}/x:1") as registry:
        with pytest.raises(WrongContent, match="text/html, which is no manifest"):
            await registry.resolve()


async def test_the_format_of_before_2017_is_named(fake: FakeRegistry) -> None:
    fake.misbehave("manifests", answers(200, b'{"fsLayers": []}', Content_Type="application/json"))
    async with opened(f"{fake.host}/x:1") as registry:
        with pytest.raises(Unsupported, match="schema 1"):
            await registry.resolve()


async def test_another_content_than_the_digest_is_refused(fake: FakeRegistry) -> None:
    built = image(100)
    reference = fake.add(built, "demo/app:1")
    other = f"sha256:{'0' * 64}"
    fake.misbehave("HEAD", answers(405))
    fake.misbehave("GET", answers(200, b"{}", Docker_Content_Digest=other))
    async with opened(reference) as registry:
        with pytest.raises(WrongContent, match="not that of its digest"):
            await registry.resolve()
    async with opened(f"{reference}@{built.target.digest}") as registry:
        with pytest.raises(WrongContent, match="not that of its digest"):
            await registry.resolve()
    fake.obey()
    head = answers(200, b"{}", Docker_Content_Digest=other, Content_Type=MANIFESTS[0])
    fake.misbehave("HEAD", head)
    async with opened(f"{reference}@{built.target.digest}") as registry:
        with pytest.raises(WrongContent, match="another digest"):
            await registry.resolve()


async def test_the_body_is_verified_against_what_the_head_said(fake: FakeRegistry) -> None:
    built = image(100)
    reference = fake.add(built, "demo/app:1")
    async with opened(reference) as registry:
        top = await registry.resolve()
        for body, why in (
            (b"x" * top.size, "not that of its digest"),
            (b"x" * (top.size + 1), "more than the"),
            (b"x" * (top.size - 1), f"sent {top.size - 1} of {top.size} bytes"),
        ):
            fake.obey()
            fake.misbehave("GET", answers(200, body))
            with pytest.raises(BackendError, match=why):
                await registry.document(top)


async def test_more_than_four_mebibytes_are_refused(fake: FakeRegistry) -> None:
    reference = fake.add(image(100), "demo/app:1")
    huge = DOCUMENT_LIMIT + 1
    named = Descriptor(MANIFESTS[0], f"sha256:{'0' * 64}", huge)
    async with opened(reference) as registry:
        with pytest.raises(WrongContent, match="more than the 4 MiB"):
            await registry.document(named)
        assert fake.seen == []
        fake.misbehave("HEAD", answers(405))
        fake.misbehave("GET", answers(200, b" " * huge))
        with pytest.raises(WrongContent, match="more than the 4 MiB"):
            await registry.resolve()
        fake.obey()
        headers = {"Docker_Content_Digest": named.digest, "Content_Type": MANIFESTS[0]}
        fake.misbehave("HEAD", answers(200, b" " * huge, **headers))
        with pytest.raises(WrongContent, match="more than the 4 MiB"):
            await registry.resolve()


async def test_an_endless_manifest_ends(fake: FakeRegistry) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b" " * (1 << 20))

    fake.misbehave("HEAD", answers(405))
    fake.misbehave("GET", endless)
    async with opened(f"{fake.host}/x:1") as registry:
        with pytest.raises(WrongContent, match="more than the 4 MiB"):
            await registry.resolve()
        assert registry.fetched < 3 * DOCUMENT_LIMIT


async def test_a_404_says_what_is_missing(fake: FakeRegistry) -> None:
    fake.add(image(100), "demo/app:1")
    for name, why in (
        ("demo/app:2", "the repository demo/app at .* has no tag 2"),
        ("other:2", "has no repository other"),
    ):
        async with opened(f"{fake.host}/{name}") as registry:
            with pytest.raises(NotFound, match=why):
                await registry.resolve()
    fake.misbehave("", answers(404, b"<html>gone"))
    async with opened(f"{fake.host}/demo/app:2") as registry:
        with pytest.raises(NotFound, match="has no tag 2 in demo/app"):
            await registry.resolve()


def test_nothing_is_connected_before_it_is_opened() -> None:
    assert Registry(parse("nginx"), patience=HASTY).fetched == 0
