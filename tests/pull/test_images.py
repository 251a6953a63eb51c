"""Every kind of image, pulled onto every daemon: as ctr would have left it."""

from __future__ import annotations

import itertools
import os
from typing import Any
from uuid import uuid4

import pytest

from tests.pull.site import Site
from tests.support.daemon import DaemonError
from tests.support.image import BuiltImage, build_image, build_index, busybox_image
from tests.support.layer import HardLink, Layer
from tui.backend.errors import Unsupported
from tui.state.progress import LayerPhase, PullPhase

LONG = "/".join(f"{'a-rather-long-name-of-a-folder-' * 3}{number}" for number in range(4))
ODD: tuple[Layer, ...] = (
    {"data/kept": (b"kept", 0o644), "data/gone": (b"gone", 0o600), f"{LONG}/file": (b"x", 0o644)},
    {"data/.wh.gone": (b"", 0o644)},
    {"data/linked": (b"one", 0o644), "data/other": HardLink("data/linked")},
    {},
)  # fmt: skip
"""A whiteout, a hard link, a long name, and a layer with nothing in it."""
PROOF = f"cat /data/kept /data/other; test ! -e /data/gone && test -e /{LONG}/file && echo proven"


def fresh(**options: Any) -> BuiltImage:
    """Builds an image that nobody has pulled, and that can run."""
    return busybox_image(more=[*ODD, {"id": (uuid4().bytes, 0o644)}], **options)


@pytest.mark.parametrize("kind", ["oci", "docker"])
@pytest.mark.parametrize("compressed", [True, False, "zstd"], ids=["gzip", "plain", "zstd"])
async def test_it_ends_as_ctr_would_leave_it(
    site: Site, kind: Any, compressed: Any, tmp_path: Any
) -> None:
    image = fresh(kind=kind, compressed=compressed)
    reference = site.registry.push(image, f"demo/{uuid4().hex}:1")
    if (kind, compressed) == ("docker", "zstd") and site.daemon.engine_id != "2.x":
        with pytest.raises(Unsupported, match=r"cannot unpack layers of the type .*zstd"):
            await site.pull(reference)
        assert await site.leases() == []
        assert await site.service.list_images() == []
        with pytest.raises(DaemonError):  # nor can ctr
            await site.ctr_pull(reference, site.namespace)
        return
    pulled = await site.pull(reference)
    assert (pulled.name, pulled.digest) == (reference, image.target.digest)
    assert pulled.problem == ""
    await site.complete(reference, image)
    last = site.told[-1]
    assert last.phase is PullPhase.DONE
    assert {layer.phase for layer in last.layers} == {LayerPhase.DONE}
    assert last.offset == last.total == sum(each["size"] for each in image.manifest()["layers"])

    out = await site.ctr("run", "--rm", reference, "proof", "sh", "-c", PROOF)
    assert out == "keptoneproven\n"
    await site.ctr("images", "export", str(tmp_path / "export.tar"), reference)
    await site.freed(reference)


@pytest.mark.parametrize("kind", ["oci", "docker"])
async def test_the_labels_are_those_of_ctr(site: Site, kind: Any) -> None:
    images = [fresh(kind=kind), fresh(kind=kind, platform="linux/s390x")]
    index = build_index(images, reference="demo/index:1", kind=kind)
    reference = site.registry.push(index, f"demo/{uuid4().hex}:1")
    other = site.daemon.namespace()
    await site.pull(reference)
    await site.complete(reference, index)
    await site.ctr_pull(reference, other)
    try:
        assert await site.content() == await site.content(other)
        theirs = await site.snapshots(other)
        if site.daemon.engine_id != "2.x":
            # Their clients drop the label at the commit. Ours keep it, as those of 2 do:
            # it tells a layer of an image from a snapshot that somebody committed.
            theirs = {
                key: labels | {"containerd.io/snapshot.ref": key} for key, labels in theirs.items()
            }
        assert await site.snapshots() == theirs
        mine = await site.service.get_image(reference)
        ctrs = await site.service.get_image(reference, namespace=other)
        for name in ("digest", "media_type", "labels"):
            assert getattr(mine, name) == getattr(ctrs, name)
    finally:
        await site.ctr("images", "rm", "--sync", reference, namespace=other)


async def test_another_platform_is_pulled_and_unpacked(site: Site) -> None:
    images = [fresh(), fresh(platform="linux/s390x")]
    index = build_index(images, reference="demo/index:1")
    reference = site.registry.push(index, f"demo/{uuid4().hex}:1")
    await site.pull(reference, platform="linux/s390x")
    there = set(await site.content())
    assert {layer["digest"] for layer in index.manifest(1)["layers"]} <= there
    assert index.manifests[0].digest not in there
    assert set(await site.snapshots())


async def test_without_unpacking_there_is_content_alone(site: Site) -> None:
    image = fresh()
    reference = site.registry.push(image, f"demo/{uuid4().hex}:1")
    await site.pull(reference, unpack=False)
    await site.nothing_on_the_way()
    assert set(await site.content()) == set(image.blobs)
    assert await site.snapshots() == {}
    # What was left out can be had later, and nothing comes twice.
    await site.pull(reference)
    assert site.told[-1].fetched == 0
    await site.complete(reference, image)


async def test_a_shared_layer_comes_once(site: Site) -> None:
    base: Layer = {"base": (os.urandom(1 << 20), 0o644)}
    images = [
        build_image([base, {"own": (uuid4().bytes, 0o644)}], reference="demo/shared:1")
        for _ in range(2)
    ]
    references = [site.registry.push(image, f"demo/{uuid4().hex}:1") for image in images]
    await site.pull(references[0])
    await site.pull(references[1])
    phases = [[layer.phase for layer in told.layers] for told in site.told if told.layers]
    assert LayerPhase.EXISTS in {each[0] for each in phases} or phases[-1][0] is LayerPhase.DONE
    assert site.told[-1].fetched < 1 << 20
    for reference, image in zip(references, images, strict=True):
        await site.complete(reference, image)
    await site.ctr("images", "rm", "--sync", references[0])
    await site.complete(references[1], images[1])
    await site.freed(references[1])


async def test_forty_layers(site: Site) -> None:
    more: list[Layer] = [{f"layer-{number}": (uuid4().bytes, 0o644)} for number in range(39)]
    image = busybox_image(more=more)
    reference = site.registry.push(image, f"demo/{uuid4().hex}:1")
    await site.pull(reference)
    await site.complete(reference, image)
    assert site.told[-1].layers_done == 40
    offsets = [told.offset for told in site.told]
    assert offsets == sorted(offsets), "a figure went back"
    assert all(a != b for a, b in itertools.pairwise(site.told)), "told the same twice"


async def test_an_image_that_moved_is_pointed_at_anew(site: Site) -> None:
    name = f"demo/{uuid4().hex}:1"
    first, second = fresh(), fresh()
    reference = site.registry.push(first, name)
    await site.pull(reference)
    site.registry.push(second, name)
    assert (await site.pull(reference)).digest == second.target.digest
    await site.complete(reference, second)
    await site.freed(reference)
