"""Where a pull takes place: a namespace of a real daemon, and a real registry."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from protos import content_pb2, leases_pb2
from tests.support.daemon import Daemon
from tests.support.docker_registry import DockerRegistry
from tests.support.image import BuiltImage, chain_ids
from tests.support.seed import Seed
from tui.backend.client import Client
from tui.backend.errors import BackendError
from tui.backend.service import Service
from tui.state.models import Image
from tui.state.progress import PullProgress


@dataclass
class Site:
    """A fresh namespace, what pulls into it, and what was told of the pulls."""

    daemon: Daemon
    registry: DockerRegistry
    client: Client
    service: Service
    seed: Seed
    told: list[PullProgress] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        """The namespace."""
        return self.service.namespace

    async def pull(self, reference: str, **options: Any) -> Image:
        """Pulls, and remembers what is told."""
        self.told.clear()
        return await self.service.pull_image(reference, on_progress=self.told.append, **options)

    def begin(self, reference: str, **options: Any) -> asyncio.Task[Image]:
        """Begins a pull."""
        return asyncio.create_task(self.pull(reference, **options))

    async def ctr(self, *arguments: str, **options: Any) -> str:
        """Runs ctr in this namespace."""
        options.setdefault("namespace", self.namespace)
        return await asyncio.to_thread(self.daemon.ctr, *arguments, **options)

    async def ctr_pull(self, reference: str, namespace: str) -> None:
        """Pulls as ctr does, into another namespace."""
        plain = [] if self.daemon.engine_id == "2.x" else ["--plain-http"]
        # By default ctr also fetches the manifests and configs of the other platforms, each
        # of which counts against the limits of a public registry.
        await self.ctr(
            "images", "pull", "--skip-metadata", *plain, reference, namespace=namespace
        )  # fmt: skip

    async def content(self, namespace: str | None = None) -> dict[str, dict[str, str]]:
        """Returns the labels of every blob by digest."""
        stream = self.client.stream(
            self.client.content.List,
            content_pb2.ListContentRequest(),
            namespace=namespace or self.namespace,
        )
        return {info.digest: dict(info.labels) async for batch in stream for info in batch.info}

    async def snapshots(self, namespace: str | None = None) -> dict[str, dict[str, str]]:
        """Returns the labels of every snapshot by key."""
        rows = await self.service.list_snapshots("overlayfs", namespace=namespace or self.namespace)
        return {row.key: dict(row.labels) for row in rows}

    async def leases(self) -> list[str]:
        """Returns the ids of the leases."""
        request = leases_pb2.ListRequest()
        answer = await self.client.call(self.client.leases.List, request, namespace=self.namespace)
        return [lease.id for lease in answer.leases]

    async def nothing_on_the_way(self) -> None:
        """Asserts that no lease, ingest or half-made snapshot is left."""
        assert await self.leases() == []
        assert await self.service.list_ingests() == []
        assert not [key for key in await self.snapshots() if key.startswith("extract-")]

    async def complete(self, reference: str, image: BuiltImage, number: int = 0) -> None:
        """Asserts that ctr finds all of an image, and that nothing else is there."""
        check = await self.ctr("images", "check", f"name=={reference}")
        line = next(each for each in check.splitlines() if each.startswith(reference))
        assert "complete" in line, check
        assert line.split()[-1] == "true", check
        await self.nothing_on_the_way()
        manifest = image.manifest(number)
        wanted = {image.target.digest, image.manifests[number].digest, manifest["config"]["digest"]}
        wanted |= {layer["digest"] for layer in manifest["layers"]}
        assert wanted <= set(await self.content())
        assert set(chain_ids(image, number)) <= set(await self.snapshots())

    async def freed(self, reference: str) -> None:
        """Removes an image as ctr does and asserts that this frees everything."""
        await self.ctr("images", "rm", "--sync", reference)
        await later(self._empty)

    async def _empty(self) -> bool:
        return not await self.content() and not await self.snapshots()


async def later(true: Callable[[], Awaitable[bool]], seconds: float = 60.0) -> None:
    """Waits until something is true."""
    async with asyncio.timeout(seconds):
        for _ in itertools.count():
            if await true():
                return
            await asyncio.sleep(0.02)


async def answers(site: Site) -> bool:
    """Tells whether the daemon can be reached: a channel takes a moment after a restart."""
    with suppress(BackendError):
        await site.service.list_snapshotters()
        return True
    return False
