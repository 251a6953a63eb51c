"""Where a test of the contract takes place, and what it does there again and again."""

from __future__ import annotations

import asyncio
import io
import itertools
import tarfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from protos import diff_pb2, snapshots_pb2
from tests.support.image import BuiltImage, build_image, busybox_image, chain_ids
from tests.support.seed import Seed
from tui.backend.client import Client
from tui.backend.service import Service
from tui.state.models import TaskStatus

_LAYER = "application/vnd.oci.image.layer.v1.tar"


async def later(true: Callable[[], Awaitable[bool]], seconds: float = 60.0) -> None:
    """Waits until something is true, generously: other people load the machine too."""
    async with asyncio.timeout(seconds):
        for _ in itertools.count():
            if await true():
                return
            await asyncio.sleep(0.05)


def small_image(reference: str = "c9d.test/small:1", text: str = "small") -> BuiltImage:
    """Builds an image of two layers that nothing can run from."""
    layers = [{"etc/one": (text.encode(), 0o644)}, {"etc/two": (text.encode() * 2, 0o644)}]
    return build_image(layers, cmd=["sh"], reference=reference)


@dataclass
class Place:
    """A fresh namespace of one engine."""

    engine: str
    real: bool
    namespace: str
    client: Client
    service: Service
    seed: Seed
    _image: str = field(default="", repr=False)

    async def image(self) -> str:
        """Imports an image that containers of this engine can run from, once."""
        if not self._image:
            built = busybox_image() if self.real else small_image()
            self._image = await self.seed.image(built)
        return self._image

    async def container(
        self,
        container_id: str,
        args: Sequence[str] = ("sleep", "3600"),
        script: str = "",
        **more: Any,
    ) -> str:
        """Creates a container from an image that can run."""
        image = await self.image()
        return await self.seed.container(container_id, image, args, script=script, **more)

    async def running(self, container_id: str, **more: Any) -> str:
        """Creates a container and starts it."""
        await self.container(container_id, **more)
        await self.service.start_container(container_id)
        return container_id

    async def stubborn(self, container_id: str) -> str:
        """Starts a container that ignores TERM, and waits until it does."""
        shell = "trap '' TERM; echo ready; while true; do sleep 1; done"
        await self.running(container_id, args=("sh", "-c", shell), script="run ignore:TERM")
        if self.real:
            task = await self.service.get_task(container_id)
            await later(lambda: self.says(task.stdout, "ready"))
        return container_id

    @staticmethod
    async def says(uri: str, text: str) -> bool:
        """Whether the log at a file URI has a text."""
        try:
            with open(uri.removeprefix("file://"), encoding="utf-8") as log:  # noqa: ASYNC230
                return text in log.read()
        except FileNotFoundError:
            return False

    async def status(self, container_id: str) -> TaskStatus:
        """Returns the status of a task."""
        return (await self.service.get_task(container_id)).status

    async def stopped(self, container_id: str) -> None:
        """Waits until a task has stopped."""

        async def is_stopped() -> bool:
            return await self.status(container_id) is TaskStatus.STOPPED

        await later(is_stopped)

    async def write(self, key: str, path: str, text: bytes) -> None:
        """Writes a file into an active snapshot, as a layer with nothing else in it."""
        layer = build_image([{path: (text, 0o644)}], reference="c9d.test/layer:1", compressed=False)
        entry = layer.manifest()["layers"][0]
        request = diff_pb2.ApplyRequest(mounts=await self._mounts(key))
        request.diff.media_type = _LAYER
        request.diff.digest, request.diff.size = entry["digest"], entry["size"]
        async with self.seed.lease() as lease:
            await self.seed.blob(entry["digest"], layer.blobs[entry["digest"]], lease)
            await self.client.call(self.client.diff.Apply, request, lease=lease)

    async def files(self, committed: str, parent: str = "") -> dict[str, bytes]:
        """Returns the files that a committed snapshot has on top of its parent."""
        async with self.seed.lease() as lease:
            upper = await self._view(committed, lease)
            lower = await self._view(parent, lease)
            request = diff_pb2.DiffRequest(
                left=lower.mounts, right=upper.mounts, media_type=_LAYER, ref=f"files-{committed}"
            )
            found = await self.client.call(self.client.diff.Diff, request, lease=lease)
            data = await self.service.read_blob(found.diff.digest, limit=64 << 20)
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            members = [member for member in tar.getmembers() if member.isfile()]
            return {member.name: tar.extractfile(member).read() for member in members}  # type: ignore[union-attr]

    async def _view(self, parent: str, lease: str) -> snapshots_pb2.ViewSnapshotResponse:
        request = snapshots_pb2.ViewSnapshotRequest(
            snapshotter=self.seed.snapshotter, key=f"view-{parent}", parent=parent
        )
        return await self.client.call(self.client.snapshots.View, request, lease=lease)

    async def _mounts(self, key: str) -> Any:
        request = snapshots_pb2.MountsRequest(snapshotter=self.seed.snapshotter, key=key)
        return (await self.client.call(self.client.snapshots.Mounts, request)).mounts

    def top(self, image: str) -> str:
        """Returns the key of the top layer of an imported image."""
        return chain_ids(self.seed.images[image])[-1]
