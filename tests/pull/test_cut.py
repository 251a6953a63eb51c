"""Pulls that are cut in the middle: nothing is left behind, and the next one goes on."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from tests.pull.site import Site, answers, later
from tests.support.daemon import Daemon
from tests.support.docker_registry import DockerRegistry
from tests.support.engines import ENGINE_PARAMS
from tests.support.image import BuiltImage, build_image, busybox_image
from tests.support.throttle import Throttle, throttled
from tui.backend.errors import BackendError
from tui.state.progress import PullProgress

MIB = 1 << 20
ROOT = Path(__file__).resolve().parents[2]


def big(mib: int = 12) -> BuiltImage:
    """Builds an image with one large layer on a small one."""
    return build_image(
        [{"small": (uuid4().bytes, 0o644)}, {"large": (os.urandom(mib * MIB), 0o644)}],
        reference="demo/big:1",
        compressed=False,
    )


async def images_of(site: Site) -> list[str]:
    return [image.name for image in await site.service.list_images()]


async def no_extract(site: Site) -> bool:
    return not [key for key in await site.snapshots() if key.startswith("extract-")]


async def test_a_cancelled_pull_leaves_nothing_and_is_resumed(site: Site) -> None:
    image = big()
    name = f"demo/{uuid4().hex}:1"
    site.registry.push(image, name)
    async with throttled(site.registry.port, rate=16 * MIB, limit=8 * MIB) as way:
        reference = f"{way.host}/{name}"
        pulling = site.begin(reference)
        await way.halted()
        pulling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pulling
        assert await site.leases() == []
        assert await images_of(site) == []
        await later(lambda: no_extract(site))
        kept = sum(ingest.offset for ingest in await site.service.list_ingests())
        assert kept > MIB, "nothing to resume"
        way.cut()
        way.free()
        before = way.passed
        await site.pull(reference)
        fetched = way.passed - before
        assert fetched < 13 * MIB - kept
        await site.complete(reference, image)


async def test_the_registry_dies_in_the_middle(site: Site) -> None:
    image = big()
    name = f"demo/{uuid4().hex}:1"
    site.registry.push(image, name)
    async with throttled(site.registry.port, rate=16 * MIB, limit=8 * MIB) as way:
        reference = f"{way.host}/{name}"
        pulling = site.begin(reference)
        await way.halted()
    with pytest.raises(BackendError) as caught:
        await pulling
    assert str(caught.value).endswith((".", "?"))
    assert await site.leases() == []
    assert await images_of(site) == []
    kept = sum(ingest.offset for ingest in await site.service.list_ingests())
    assert kept > MIB, "nothing to resume"
    # The ingest is the blob's, whatever the registry is called.
    again = f"{site.registry.host}/{name}"
    await site.pull(again)
    assert site.told[-1].fetched < 13 * MIB - kept
    await site.complete(again, image)


@pytest.mark.parametrize("engine_id", ENGINE_PARAMS)
async def test_the_daemon_dies_in_the_middle(
    engine_id: str,
    fresh_daemon: Callable[[str], Daemon],
    registry: DockerRegistry,
    site_of: Callable[[Daemon, DockerRegistry], Site],
) -> None:
    daemon = fresh_daemon(engine_id)
    site = site_of(daemon, registry)
    image = big()
    name = f"demo/{uuid4().hex}:1"
    registry.push(image, name)
    async with throttled(registry.port, rate=16 * MIB, limit=8 * MIB) as way:
        reference = f"{way.host}/{name}"
        pulling = site.begin(reference)
        await way.halted()
        daemon.kill()
        with pytest.raises(BackendError):
            await pulling
        await asyncio.to_thread(daemon.start)
        await later(lambda: answers(site))
        kept = sum(ingest.offset for ingest in await site.service.list_ingests())
        way.cut()
        way.free()
        before = way.passed
        await site.pull(reference)
        assert way.passed - before < 13 * MIB - kept
        await site.complete(reference, image)


async def test_c9d_is_killed_in_the_middle(site: Site) -> None:
    image = big()
    name = f"demo/{uuid4().hex}:1"
    site.registry.push(image, name)
    async with throttled(site.registry.port, rate=16 * MIB, limit=8 * MIB) as way:
        reference = f"{way.host}/{name}"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.pull.puller",
            site.daemon.address, site.namespace, reference,
            cwd=ROOT, stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await way.halted()
        process.kill()
        await process.wait()
        way.cut()
        way.free()
        assert len(await site.leases()) == 1

        async def ended() -> bool:
            before = [each.offset for each in await site.service.list_ingests()]
            await asyncio.sleep(0.1)
            return before == [each.offset for each in await site.service.list_ingests()]

        await later(ended)
        kept = sum(ingest.offset for ingest in await site.service.list_ingests())
        assert kept > MIB, "nothing to resume"
        before = way.passed
        await site.pull(reference)
        assert way.passed - before < 13 * MIB - kept
    await site.complete(reference, image)


async def test_the_same_image_twice_at_once_is_fetched_once(site: Site) -> None:
    image = big(6)
    reference = site.registry.push(image, f"demo/{uuid4().hex}:1")
    host, _, name = reference.partition("/")
    async with throttled(site.registry.port, rate=8 * MIB) as way:
        slow = f"{way.host}/{name}"
        await asyncio.gather(site.service.pull_image(slow), site.service.pull_image(slow))
        assert way.passed < 8 * MIB
    await site.complete(slow, image)
    assert host == site.registry.host


async def test_overlapping_images_at_once(site: Site) -> None:
    shared = {"shared": (os.urandom(4 * MIB), 0o644)}
    images = [busybox_image(more=[shared, {"own": (uuid4().bytes, 0o644)}]) for _ in range(3)]
    names = [f"demo/{uuid4().hex}:1" for _ in images]
    for image, name in zip(images, names, strict=True):
        site.registry.push(image, name)
    async with throttled(site.registry.port, rate=16 * MIB) as way:
        references = [f"{way.host}/{name}" for name in names]
        await asyncio.gather(*(site.service.pull_image(each) for each in references))
        size = sum(len(blob) for blob in images[0].blobs.values())
        assert way.passed < size + 2 * MIB
    for reference, image in zip(references, images, strict=True):
        await site.complete(reference, image)


async def test_rate_and_time_left_are_right_after_three_seconds(site: Site) -> None:
    image = big(8)
    name = f"demo/{uuid4().hex}:1"
    site.registry.push(image, name)
    loop = asyncio.get_running_loop()
    came: list[tuple[float, int]] = []
    said: list[tuple[float, float, float]] = []

    def told(now: PullProgress) -> None:
        if now.rate is not None and now.left is not None:
            said.append((loop.time(), now.rate, now.left))

    async def watch(way: Throttle) -> None:
        for _ in itertools.count():
            came.append((loop.time(), way.passed))
            await asyncio.sleep(0.02)

    async with throttled(site.registry.port, rate=MIB) as way:
        watching = asyncio.create_task(watch(way))
        await site.service.pull_image(f"{way.host}/{name}", on_progress=told)
        watching.cancel()
        whole = way.passed
    began = next(moment for moment, count in came if count > len(image.manifest()) + 8192)
    after = [each for each in said if 3.0 <= each[0] - began <= 6.0]
    assert after, "nothing was told"
    good = 0
    for at, rate, left in after:
        passed = next(count for moment, count in came if moment >= at)
        before = next(count for moment, count in came if moment >= at - 3)
        true = (passed - before) / 3
        good += rate == pytest.approx(true, rel=0.1)
        # The daemon tells of whole mebibytes: one of them may be on its way.
        slack = 1.1 * MIB / true if site.daemon.engine_id == "2.x" else 0.3
        assert left == pytest.approx((whole - passed) / true, rel=0.1, abs=slack)
    assert good >= 0.8 * len(after), after
