"""Images: sizes, platforms and chain IDs from index, manifest and config."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.image import BuiltImage, build_image, build_index, chain_ids
from tui.backend.client import Client
from tui.backend.content import Content
from tui.backend.errors import FailedPrecondition, NotFound, Unavailable
from tui.backend.manifests import Description, Manifests, chain_id
from tui.backend.platforms import Platform, parse, rank

AMD64 = Platform("linux", "amd64")


class Store(Content):
    """A content store in a dictionary, that counts what is read."""

    def __init__(self, *images: BuiltImage) -> None:
        super().__init__(Client("/nonexistent"))
        self.blobs: dict[str, bytes] = {}
        self.reads: list[str] = []
        for image in images:
            self.blobs.update(image.blobs)

    def put(self, name: str, document: object) -> str:
        digest = f"sha256:{name}"
        raw = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.blobs[digest] = raw
        return digest

    async def read_blob(self, digest: str, *, limit: int, namespace: str | None = None) -> bytes:
        self.reads.append(digest)
        if digest not in self.blobs:
            raise NotFound(digest)
        if len(self.blobs[digest]) > limit:
            raise FailedPrecondition(f"{digest} is larger than {limit} bytes.")
        return self.blobs[digest]


async def describe(store: Store, digest: str, host: Platform = AMD64) -> Description:
    return await Manifests(store, host).describe(digest, "ns")


def an_image(platform: str = "linux/amd64", text: bytes = b"one") -> BuiltImage:
    layers = [{"a": (text, 0o644)}, {"b": (text * 2, 0o644)}]
    return build_image(layers, cmd=["sh"], reference="test/one:1", platform=platform)


def size(image: BuiltImage) -> int:
    """The sum over everything in an image of one platform."""
    return sum(map(len, image.blobs.values()))


async def test_a_manifest_counts_itself_its_config_and_its_layers() -> None:
    image = an_image()
    found = await describe(Store(image), image.target.digest)
    assert found == Description(size(image), ("linux/amd64",), chain_ids(image)[-1])


async def test_an_index_is_counted_for_the_host_alone() -> None:
    ours, other = an_image(), an_image("linux/arm64", b"another")
    index = build_index([other, ours], reference="test/index:1")
    found = await describe(Store(index), index.target.digest)
    assert found.size == size(ours) + index.target.size
    assert found.chain_id == chain_ids(ours)[-1]
    assert found.platforms == ("linux/arm64", "linux/amd64")
    elsewhere = await describe(Store(index), index.target.digest, Platform("linux", "arm64"))
    assert elsewhere.chain_id == chain_ids(other)[-1]


async def test_an_image_for_other_hosts_alone_says_so() -> None:
    other = an_image("linux/arm64")
    index = build_index([other], reference="test/index:1")
    found = await describe(Store(index), index.target.digest)
    assert found == Description(None, ("linux/arm64",), "", "no manifest for linux/amd64")


async def test_attestations_are_not_platforms() -> None:
    image = an_image()
    store = Store(image)
    unknown = {"os": "unknown", "architecture": "unknown"}
    entry = {"digest": image.target.digest, "platform": {"os": "linux", "architecture": "amd64"}}
    digest = store.put(
        "index",
        {
            "manifests": [
                {"digest": "sha256:none", "platform": unknown},
                {
                    "digest": "sha256:none",
                    "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
                },
                entry,
            ]
        },
    )
    found = await describe(store, digest)
    assert (found.platforms, found.problem) == (("linux/amd64",), "")
    assert "sha256:none" not in store.reads


async def test_an_entry_without_a_platform_has_that_of_its_config() -> None:
    image = an_image()
    store = Store(image)
    digest = store.put("index", {"manifests": [{"digest": image.target.digest}]})
    assert (await describe(store, digest)).chain_id == chain_ids(image)[-1]


@pytest.mark.parametrize("missing", ["top", "manifest", "config"])
async def test_a_missing_blob_is_a_problem_that_may_pass(missing: str) -> None:
    image = an_image()
    index = build_index([image], reference="test/index:1")
    store = Store(index)
    config = image.manifest()["config"]["digest"]
    digest = {"top": index.target.digest, "manifest": image.target.digest, "config": config}
    lost = store.blobs.pop(digest[missing])
    manifests = Manifests(store, AMD64)
    found = await manifests.describe(index.target.digest, "ns")
    assert (found.size, found.problem) == (None, f"blob {digest[missing][:19]} is missing")
    store.blobs[digest[missing]] = lost
    assert (await manifests.describe(index.target.digest, "ns")).problem == ""


async def test_what_was_read_is_remembered() -> None:
    image = an_image()
    store = Store(image)
    manifests = Manifests(store, AMD64)
    first = await manifests.describe(image.target.digest, "ns")
    count = len(store.reads)
    assert await manifests.describe(image.target.digest, "ns") is first
    assert len(store.reads) == count


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (b"", "is not JSON"),
        (b"[]", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'"' + b"x" * (5 << 20) + b'"', "is too large"),
        ({"schemaVersion": 1, "fsLayers": []}, "schema 1"),
        ({"layers": []}, "not an image manifest"),
        ({"manifests": "none"}, "no manifest for linux/amd64"),
        ({"config": {"digest": "sha256:none"}}, "is missing"),
        ({"config": {"digest": {}}}, "is missing"),
    ],
    ids=range(9),
)
async def test_what_is_no_image_says_so(document: object, problem: str) -> None:
    store = Store()
    found = await describe(store, store.put("top", document))
    assert problem in found.problem
    assert found.size is None


async def test_a_daemon_that_is_gone_is_an_error() -> None:
    class Gone(Store):
        async def read_blob(
            self, digest: str, *, limit: int, namespace: str | None = None
        ) -> bytes:
            raise Unavailable("gone")

    with pytest.raises(Unavailable):
        await describe(Gone(), "sha256:1")


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "manifests",
                    "config",
                    "layers",
                    "digest",
                    "size",
                    "platform",
                    "rootfs",
                    "diff_ids",
                ]
            ),
            inner,
        )
    ),
)


@given(JSON)
async def test_no_document_raises(document: Any) -> None:
    store = Store()
    await describe(
        store, store.put("top", {"manifests": [{"digest": "sha256:top"}], "x": document})
    )
    await describe(store, store.put("top", document))


def test_chain_ids_follow_the_specification() -> None:
    image = an_image()
    for count in (1, 2):
        diff_ids = tuple(image.diff_ids()[:count])
        assert chain_id(diff_ids) == chain_ids(image)[count - 1]
    assert chain_id(()) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"os": "linux", "architecture": "x86_64"}, "linux/amd64"),
        ({"os": "linux", "architecture": "aarch64"}, "linux/arm64"),
        ({"os": "linux", "architecture": "arm64", "variant": "v8"}, "linux/arm64"),
        ({"os": "linux", "architecture": "armhf"}, "linux/arm/v7"),
        ({"os": "linux", "architecture": "arm", "variant": "v6"}, "linux/arm/v6"),
        ({"os": "Linux", "architecture": "S390X"}, "linux/s390x"),
        ({"os": "unknown", "architecture": "unknown"}, "None"),
        ({"os": "linux"}, "None"),
        ({"os": 1, "architecture": []}, "None"),
        ({}, "None"),
    ],
)
def test_platforms_are_normalised(value: dict[str, Any], text: str) -> None:
    assert str(parse(value)) == text


@pytest.mark.parametrize(
    ("host", "best_first", "unfit"),
    [
        ("linux/amd64", ["linux/amd64", "linux/386"], ["linux/arm64", "windows/amd64"]),
        ("linux/arm64", ["linux/arm64", "linux/arm/v7", "linux/arm/v6"], ["linux/amd64"]),
        ("linux/arm/v7", ["linux/arm/v7", "linux/arm/v6"], ["linux/arm64"]),
        ("linux/arm/v6", ["linux/arm/v6", "linux/arm/v5"], ["linux/arm/v7"]),
        ("linux/riscv64", ["linux/riscv64"], ["linux/amd64"]),
    ],
)
def test_the_best_platform_wins(host: str, best_first: list[str], unfit: list[str]) -> None:
    def platform(text: str) -> Platform:
        return Platform(*text.split("/"))

    places = [rank(platform(each), platform(host)) for each in best_first]
    assert None not in places
    assert places == sorted(places, key=lambda place: place or 0)
    assert [rank(platform(each), platform(host)) for each in unfit] == [None] * len(unfit)
