"""Pulling: one verb, two ways; the daemon's own where it has one, else ours."""

import asyncio
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty

from tui.backend import platforms
from tui.backend.errors import InvalidArgument, safe
from tui.backend.images import Images
from tui.backend.introspection import Introspection
from tui.backend.pull_blobs import Order
from tui.backend.pull_leases import pull_lease
from tui.backend.pull_run import PullRun
from tui.backend.reference import Reference, parse
from tui.backend.tracker import Tell, Tracker
from tui.backend.verbs import mutating, named
from tui.state.models import Image
from tui.state.progress import PullPhase

if TYPE_CHECKING:  # it brings an HTTP library along, which only a pull needs
    from tui.backend.registry import Registry

HOSTS_DIR = Path("/etc/containerd/certs.d")
"""Where containerd's clients look for how to reach a registry."""
_BY_DAEMON_SINCE = (2,)
"""Releases whose transfer service takes plain HTTP on loopback and a hosts directory."""


async def warm_up() -> None:
    """Load what a pull needs, while somebody still types what to pull."""

    def load() -> None:
        importlib.import_module("tui.backend.registry_blob")
        importlib.import_module("tui.backend.registry_tls").plain_context()

    await asyncio.to_thread(load)


class Pulling(Images, Introspection):
    """The verb that brings images."""

    hosts_dir: Path = HOSTS_DIR
    docker_config: Path | None = None
    """Docker's client configuration with its credentials; None means the user's own."""

    @mutating
    async def pull_image(
        self,
        ref: str,
        unpack: bool = True,
        snapshotter: str | None = None,
        platform: str | None = None,
        on_progress: Tell | None = None,
        *,
        namespace: str | None = None,
    ) -> Image:
        """Pull an image from its registry and return it.

        What is there already is not fetched again, and a layer that was cut off
        goes on where it stopped. A pull that is cancelled before it made the image
        leaves no lease and no image; what it had of a layer is kept for a day, as
        containerd does.

        Args:
            ref: as Docker reads it: ``nginx`` is ``docker.io/library/nginx:latest``.
            unpack: whether its layers become snapshots, so that it can be run.
            snapshotter: to unpack with; None means the service's.
            platform: as ``linux/arm64``; None means that of this machine.
            on_progress: told how it stands, a few times a second.
            namespace: None means the service's.

        Raises:
            InvalidArgument: the reference, the platform or the snapshotter is none.
            NotFound: the registry has no such image, or none for the platform.
            PermissionDenied: the registry wants other credentials, or more.
            FailedPrecondition: what came is not what its digest says, or no image.
            DiskFull: the daemon has no room for it.
            BackendError: the registry or the daemon failed.
        """
        where = self._ns(namespace)
        order = Order(
            parse(ref),
            where,
            platforms.host() if platform is None else platforms.read(platform),
            await self._checked_snapshotter(snapshotter) if unpack else "",
        )
        name = str(order.reference)
        tracker = Tracker(name, where, on_progress or (lambda _: None))
        async with tracker.telling(), pull_lease(self.client, where, name) as lease:
            run = PullRun(
                self.client,
                order,
                lease,
                tracker,
                self.read_blob,
                self.hosts_dir,
                self.docker_config,
            )
            version = await self.client.call(self.client.version.Version, Empty())
            if version.revision == "demo":
                await run.without_registry()
            else:
                release = await self._release()
                async with self._registry(order.reference) as registry:
                    await run.from_registry(registry, by_daemon=release >= _BY_DAEMON_SINCE)
            tracker.phase(PullPhase.DONE)
        return await self.describe_image(await self.get_image(name, namespace=where))

    def _registry(self, reference: Reference) -> "Registry":
        from tui.backend.registry import Registry

        return Registry(reference, hosts_dir=self.hosts_dir, docker_config=self.docker_config)

    async def _checked_snapshotter(self, snapshotter: str | None) -> str:
        name = self.snapshotter if snapshotter is None else named("snapshotter", snapshotter)
        there = await self.list_snapshotters()
        if name not in there:
            raise InvalidArgument(
                f'There is no snapshotter "{safe(name)}": this daemon has {", ".join(there)}.'
            )
        return name
