"""What is read of an image before its layers, and what is refused."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.image import BuiltImage, build_image, build_index, chain_ids
from tui.backend.descriptor import Descriptor
from tui.backend.errors import NotFound
from tui.backend.platforms import Platform, read
from tui.backend.pull_plan import Plan, child_labels, ingest_ref, make_plan
from tui.backend.registry_errors import WrongContent

AMD64, ARM64 = read("amd64"), read("linux/arm64")
OCI = "application/vnd.oci.image."
CONTENT = "containerd.io/gc.ref.content."


def built(platform: str = "linux/amd64", kind: Any = "oci", text: bytes = b"x") -> BuiltImage:
    layers = [{"one": (text, 0o644)}, {"two": (b"2", 0o644)}]
    return build_image(layers, reference="a/b:1", platform=platform, kind=kind)


async def plan_of(
    image: BuiltImage, wanted: Platform = AMD64, more: Mapping[str, bytes] | None = None
) -> Plan:
    blobs = {**image.blobs, **(more or {})}

    async def document(descriptor: Descriptor) -> bytes:
        return blobs[descriptor.digest]

    top = Descriptor(image.target.media_type, image.target.digest, image.target.size)
    return await make_plan(top, document, wanted, "a/b:1")


def made(document: Mapping[str, Any], kind: str = f"{OCI}manifest.v1+json") -> BuiltImage:
    """Make an image whose top document is anything."""
    data = json.dumps(document).encode()
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    image = built()
    target = type(image.target)(kind, digest, len(data))
    return BuiltImage("a/b:1", target, {**image.blobs, digest: data}, ())


@pytest.mark.parametrize("kind", ["oci", "docker"])
async def test_a_plain_image(kind: str) -> None:
    image = built(kind=kind)
    plan = await plan_of(image)
    assert [each.descriptor.digest for each in plan.documents] == [
        image.target.digest,
        image.manifest()["config"]["digest"],
    ]
    assert plan.chain_ids == tuple(chain_ids(image))
    first, second = (layer["digest"] for layer in image.manifest()["layers"])
    assert plan.documents[0].labels == {
        f"{CONTENT}config": plan.config.descriptor.digest,
        f"{CONTENT}l.0": first,
        f"{CONTENT}l.1": second,
    }
    assert not plan.config.labels
    refs = [ingest_ref(each.descriptor).partition("-")[0] for each in plan.documents]
    assert [*refs, ingest_ref(plan.layers[0])] == ["manifest", "config", f"layer-{first}"]


@pytest.mark.parametrize("kind", ["oci", "docker"])
async def test_an_index_gives_the_manifest_of_the_platform(kind: Any) -> None:
    images = [built("linux/amd64", kind), built("linux/arm64", kind, b"y")]
    index = build_index(images, reference="a/b:1", kind=kind)
    plan = await plan_of(index, ARM64)
    assert plan.documents[1].descriptor.digest == images[1].target.digest
    assert plan.documents[0].labels == {
        f"{CONTENT}m.{number}": image.target.digest for number, image in enumerate(images)
    }
    assert ingest_ref(plan.top) == f"index-{index.target.digest}"


async def test_a_platform_that_is_not_there_is_named_with_those_that_are() -> None:
    images = [built("linux/amd64"), built("linux/arm64/v8", text=b"y")]
    with pytest.raises(
        NotFound, match=r"a/b:1 has no image for linux/s390x: it has .*amd64, .*arm64"
    ):
        await plan_of(build_index(images, reference="a/b:1"), read("linux/s390x"))


async def test_an_entry_without_a_platform_is_what_its_config_says() -> None:
    image = built("linux/arm64")
    entry = {key: value for key, value in image.target.as_json().items() if key != "platform"}
    index = made({"manifests": [entry]}, f"{OCI}index.v1+json")
    plan = await plan_of(index, ARM64, image.blobs)
    assert plan.documents[1].descriptor.digest == image.target.digest
    with pytest.raises(NotFound):
        await plan_of(index, AMD64, image.blobs)


async def test_a_strange_entry_does_not_spoil_an_index() -> None:
    image = built("linux/arm64")
    strange = {"mediaType": f"{OCI}manifest.v1+json", "digest": f"sha256:{'9' * 64}", "size": 7}
    bare = {key: value for key, value in image.target.as_json().items() if key != "platform"}
    named = image.target.as_json() | {"platform": {"os": "linux", "architecture": "arm64"}}
    missing = {f"sha256:{'9' * 64}": b"[]"}
    for entry in (named, bare):
        index = made({"manifests": [strange, entry]}, f"{OCI}index.v1+json")
        plan = await plan_of(index, ARM64, {**image.blobs, **missing})
        assert plan.documents[1].descriptor.digest == image.target.digest


@pytest.mark.parametrize("text", ["\ud800", "x" * 70000])
async def test_text_that_cannot_be_sent_is_refused(text: str) -> None:
    manifest = built().manifest()
    manifest["layers"][0]["annotations"] = {"org.opencontainers.image.ref.name": text}
    with pytest.raises(WrongContent, match="annotations"):
        await plan_of(made(manifest))


async def test_attestations_are_not_images() -> None:
    image = built()
    fake = image.target.as_json() | {
        "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
    }
    index = made({"manifests": [fake]}, f"{OCI}index.v1+json")
    with pytest.raises(NotFound, match="none at all"):
        await plan_of(index, AMD64, image.blobs)


def _config(**rootfs: Any) -> dict[str, Any]:
    return {"rootfs": rootfs}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"schemaVersion": 1, "fsLayers": []}, "schema 1"),
        ({"schemaVersion": 2}, "not the manifest of an image"),
        ({"config": {"digest": "sha256:short", "size": 1}, "layers": []}, "no digest"),
        (
            {"config": {"digest": f"sha256:{'0' * 64}", "size": -1}, "layers": []},
            "size of .* is -1",
        ),
        (
            {"config": {"digest": f"sha256:{'0' * 64}", "size": True}, "layers": []},
            "size of .* is True",
        ),
        (
            {"config": {"digest": f"sha256:{'0' * 64}", "size": 1, "mediaType": "x"}},
            "no list of layers",
        ),
        ({"manifests": [7]}, "no JSON object"),
        ({"manifests": [{}] * 501}, "501 manifests: more than 500"),
        ([1, 2], "not the JSON"),
    ],
)
async def test_what_is_no_image_is_refused(document: Any, says: str) -> None:
    with pytest.raises(WrongContent, match=says):
        await plan_of(made(document))


async def test_an_index_of_indexes_ends() -> None:
    top = made({"manifests": []}, f"{OCI}index.v1+json")
    for _ in range(4):
        top = BuiltImage(
            "a/b:1",
            (outer := made({"manifests": [top.target.as_json()]}, f"{OCI}index.v1+json")).target,
            {**top.blobs, **outer.blobs},
            (),
        )
    with pytest.raises(WrongContent, match="indexes"):
        await plan_of(top)


async def test_a_config_must_know_all_layers() -> None:
    image = built()
    manifest = image.manifest()
    manifest["layers"] = manifest["layers"][:1]
    with pytest.raises(WrongContent, match="has 1 layers and its config 2"):
        await plan_of(made(manifest))


async def test_too_many_layers_are_refused() -> None:
    manifest = built().manifest()
    manifest["layers"] = manifest["layers"] * 251
    with pytest.raises(WrongContent, match="502 layers: more than 500"):
        await plan_of(made(manifest))


def test_what_nobody_knows_is_held_as_well() -> None:
    digest = f"sha256:{'a' * 64}"
    children = [
        Descriptor(f"{OCI}config.v1+json", digest, 1),
        Descriptor(f"{OCI}config.v1+json", digest, 1),
        Descriptor("application/x", digest, 1),
        Descriptor(f"{OCI}index.v1+json", digest, 1),
    ]
    assert child_labels(children) == {
        f"{CONTENT}config": digest,
        f"{CONTENT}config1": digest,
        f"{CONTENT}0": digest,
        f"{CONTENT}1": digest,
    }
    named = Descriptor("x", digest, 1, {"org.opencontainers.image.ref.name": "latest"})
    assert ingest_ref(named) == f"unknown-latest@{digest}"
