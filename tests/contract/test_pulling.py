"""Pulling, the same on the demo engine and on every daemon."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from protos import leases_pb2
from tests.contract.place import Place, later
from tests.support.docker_registry import DockerRegistry, need_docker_registry
from tests.support.image import build_image
from tui.backend.errors import InvalidArgument, NotFound
from tui.demo.control import Control
from tui.state.models import SnapshotKind
from tui.state.progress import LayerPhase, PullPhase, PullProgress


@pytest.fixture(scope="module")
def registry() -> Iterator[DockerRegistry]:
    """A registry for the real daemons; the demo engine makes its images up."""
    need_docker_registry()
    with DockerRegistry() as registry:
        yield registry


@pytest.fixture
def reference(place: Place, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The name of an image that nobody has pulled."""
    place.service.hosts_dir = tmp_path
    place.service.docker_config = tmp_path / "config.json"
    if not place.real:
        return f"docker.io/contract/{uuid4().hex}:1"
    registry: DockerRegistry = request.getfixturevalue("registry")
    layers = [{f"layer-{number}": (uuid4().bytes, 0o644)} for number in range(3)]
    return registry.push(build_image(layers, reference="x:1"), f"contract/{uuid4().hex}:1")


async def leases(place: Place) -> list[str]:
    request = leases_pb2.ListRequest()
    answer = await place.client.call(place.client.leases.List, request, namespace=place.namespace)
    return [lease.id for lease in answer.leases]


async def test_a_pulled_image_is_there_and_unpacked(place: Place, reference: str) -> None:
    told: list[PullProgress] = []
    if not place.real:
        with Control(place.client.address) as control:
            control.pull_rate(1 << 30)
    image = await place.service.pull_image(reference, on_progress=told.append)
    assert image.name == reference
    assert image.problem == ""
    assert image in [
        await place.service.describe_image(each) for each in await place.service.list_images()
    ]
    rows = {row.key: row for row in await place.service.list_snapshots("overlayfs")}
    assert rows[image.chain_id].kind is SnapshotKind.COMMITTED
    assert not [key for key in rows if key.startswith("extract-")]
    assert await leases(place) == []
    assert await place.service.list_ingests() == []

    phases = list(dict.fromkeys(each.phase for each in told))
    assert phases[0] is PullPhase.RESOLVING
    assert phases[-1] is PullPhase.DONE
    last = told[-1]
    assert last.layers
    assert {layer.phase for layer in last.layers} == {LayerPhase.DONE}
    assert last.offset == last.total > 0


async def test_a_cancelled_pull_leaves_no_lease_and_no_image(place: Place, reference: str) -> None:
    seen = asyncio.Event()
    if not place.real:
        with Control(place.client.address) as control:
            control.pull_rate(1 << 20)
    pulling = asyncio.create_task(
        place.service.pull_image(reference, on_progress=lambda _: seen.set())
    )
    await seen.wait()
    pulling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pulling
    assert await place.service.list_images() == []

    async def clean() -> bool:
        keys = [row.key for row in await place.service.list_snapshots("overlayfs")]
        return not await leases(place) and not any(key.startswith("extract-") for key in keys)

    await later(clean)


async def test_what_cannot_be_pulled_is_said_in_a_sentence(place: Place, reference: str) -> None:
    host, _, _ = reference.partition("/")
    with pytest.raises(NotFound, match=r"missing:1") as caught:
        await place.service.pull_image(f"{host}/contract/missing:1")
    assert str(caught.value).endswith(".")
    for wrong in ("docker.io/UPPER/case", "a b", "nginx:", "x@sha256:1"):
        with pytest.raises(InvalidArgument):
            await place.service.pull_image(wrong)
    assert await place.service.list_images() == []
    assert await leases(place) == []


async def test_an_image_is_pulled_again_without_a_byte(place: Place, reference: str) -> None:
    if not place.real:
        with Control(place.client.address) as control:
            control.pull_rate(1 << 30)
    await place.service.pull_image(reference)
    told: list[PullProgress] = []
    await place.service.pull_image(reference, on_progress=told.append)
    assert told[-1].fetched == 0
    assert told[-1].phase is PullPhase.DONE


async def test_content_alone_on_request(place: Place, reference: str) -> None:
    if not place.real:
        with Control(place.client.address) as control:
            control.pull_rate(1 << 30)
    image = await place.service.pull_image(reference, unpack=False)
    assert image.problem == ""
    assert await place.service.list_snapshots("overlayfs") == []
