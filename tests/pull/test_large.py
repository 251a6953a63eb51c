"""What is large: a layer of a gigabyte, and a disk that is full."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.pull.site import Site, answers, later
from tests.support.daemon import Daemon
from tests.support.docker_registry import DockerRegistry
from tests.support.engines import ENGINE_PARAMS
from tests.support.image import build_image
from tests.support.layer import Layer
from tui.backend.errors import DiskFull

MIB = 1 << 20


@pytest.mark.slow
async def test_a_layer_of_a_gigabyte(site: Site) -> None:
    piece = os.urandom(16 * MIB)
    large: Layer = {f"part-{number}": (piece, 0o644) for number in range(64)}
    image = build_image(
        [{"small": (uuid4().bytes, 0o644)}, large], reference="demo/large:1", compressed=False
    )
    reference = site.registry.push(image, f"demo/{uuid4().hex}:1")
    await site.pull(reference)
    await site.complete(reference, image)
    assert site.told[-1].total > 1024 * MIB
    offsets = [told.offset for told in site.told]
    assert offsets == sorted(offsets)
    await site.freed(reference)


@contextmanager
def small_disk(daemon: Daemon) -> Iterator[Path]:
    """Gives the content store of a daemon a disk of its own, with little room."""
    folder = daemon.home / "root" / "io.containerd.content.v1.content"
    daemon.stop()
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "c9d-small", str(folder)], check=True)
    try:
        daemon.start()
        yield folder
    finally:
        daemon.stop()
        subprocess.run(["umount", str(folder)], check=True)
        daemon.start()


@pytest.mark.parametrize("engine_id", ENGINE_PARAMS)
async def test_a_full_disk_is_said_and_nothing_is_left(
    engine_id: str,
    fresh_daemon: Callable[[str], Daemon],
    registry: DockerRegistry,
    site_of: Callable[[Daemon, DockerRegistry], Site],
) -> None:
    image = build_image(
        [{"large": (os.urandom(12 * MIB), 0o644)}], reference="demo/full:1", compressed=False
    )
    reference = registry.push(image, f"demo/{uuid4().hex}:1")
    daemon = fresh_daemon(engine_id)
    with small_disk(daemon):
        site = site_of(daemon, registry)
        with pytest.raises(DiskFull, match="disk of the daemon is full"):
            await site.pull(reference)
        assert await site.leases() == []
        assert await site.service.list_images() == []
        await site.seed.clean()
    await later(lambda: answers(site))
