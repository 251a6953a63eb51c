"""One pull: which way it goes, and that both ways end in the same image."""

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from protos import images_pb2, types_pb2
from tui.backend import docker_config
from tui.backend.client import Client
from tui.backend.descriptor import Descriptor
from tui.backend.errors import AlreadyExists, BackendError, InvalidArgument, Unsupported
from tui.backend.host import shares_files
from tui.backend.leases import cleanup
from tui.backend.pull_blobs import Order, Pulled
from tui.backend.pull_daemon import DaemonPull
from tui.backend.pull_errors import reworded
from tui.backend.pull_plan import Plan, make_plan
from tui.backend.registry_errors import WrongContent
from tui.backend.tracker import Tracker

if TYPE_CHECKING:  # it brings an HTTP library along, which only a pull needs
    from tui.backend.registry import Registry

_DOCUMENT = 4 << 20
"""Bytes that an index, a manifest or a config has at most."""


class ReadBlob(Protocol):
    """Reads a blob of the content store."""

    async def __call__(self, digest: str, *, limit: int, namespace: str | None) -> bytes:
        """Return the bytes of a blob of at most `limit`."""


class _NotUnpacked(Exception):
    """The daemon does not unpack to this snapshotter by itself."""


class PullRun:
    """One pull, under a lease.

    Args:
        client: of the daemon.
        order: what is to be pulled.
        lease: that holds what is pulled.
        tracker: told how it stands.
        read_blob: reads from the content store.
        hosts_dir: containerd's folder of registry hosts.
        docker_config_file: Docker's configuration if it is not the user's own.
    """

    def __init__(
        self,
        client: Client,
        order: Order,
        lease: str,
        tracker: Tracker,
        read_blob: ReadBlob,
        hosts_dir: Path,
        docker_config_file: Path | None,
    ) -> None:
        self._client = client
        self._order = order
        self._tracker = tracker
        self._read_blob = read_blob
        self._hosts_dir = hosts_dir
        self._docker_config = docker_config_file
        self._name = str(order.reference)
        self._pulled = Pulled(client, order, lease, tracker)
        self._daemon = DaemonPull(client, order, lease, tracker)

    async def from_registry(self, registry: "Registry", *, by_daemon: bool) -> None:
        """Read what the image is, then have its layers moved.

        Args:
            registry: that has the image.
            by_daemon: whether the daemon moves them where it can, which costs us nothing.

        Raises:
            BackendError: it could not be pulled; there is no image of it.
        """
        top = await registry.resolve()
        plan = await make_plan(top, registry.document, self._order.platform, self._name)
        await self._pulled.keep_documents(plan)
        self._tracker.begin((layer.digest, layer.size) for layer in plan.layers)
        await self._pulled.resume(plan)
        try:
            await self._fetch(plan, registry, by_daemon=by_daemon)
        except WrongContent:
            raise
        except BaseException:
            await cleanup(self._pulled.leave(plan))
            raise

    async def _fetch(self, plan: Plan, registry: "Registry", *, by_daemon: bool) -> None:
        if by_daemon:
            with suppress(Unsupported, _NotUnpacked):
                await self._by_daemon(plan)
                return
        before = registry.fetched
        self._tracker.network = lambda: registry.fetched - before
        # The content store computes every digest, and refuses what is not what it says.
        await self._pulled.fetch(plan, partial(registry.blob, verify=False))
        await self._point(plan.top)

    async def without_registry(self) -> None:
        """Have the daemon pull what only it can reach: the demo engine makes its images up.

        Raises:
            BackendError: it could not be pulled; there is no image of it.
        """
        await self._by_daemon(None)

    async def _by_daemon(self, plan: Plan | None) -> None:
        shared = self._hosts_dir.is_dir() and shares_files(self._client.address)
        host_dir = str(self._hosts_dir) if shared else ""
        try:
            await self._daemon.run(plan, self._learn, self._answer, host_dir)
        except InvalidArgument as error:
            if "no unpack platforms" in str(error):
                raise _NotUnpacked from None
            raise reworded(error, self._name) from None
        except Unsupported:
            raise
        except BackendError as error:
            failure = reworded(error, self._name)
            if plan is not None and isinstance(failure, WrongContent):
                await cleanup(self._pulled.abandon(plan))
            raise failure from None

    async def _answer(self, host: str) -> tuple[str, str] | None:
        """Say who we are to a registry; the daemon asks for its API's host."""
        found = await docker_config.find(host, self._docker_config)
        if found is None:
            return None
        token = found.identity_token
        return ("", token) if token else (found.username, found.password)

    async def _learn(self, top: Descriptor) -> Plan:
        """Read from the content store what is being pulled."""
        return await make_plan(top, self._read, self._order.platform, self._name)

    async def _read(self, descriptor: Descriptor) -> bytes:
        return await self._read_blob(
            descriptor.digest, limit=_DOCUMENT, namespace=self._order.namespace
        )

    async def _point(self, top: Descriptor) -> None:
        """Make the image's name point at what was pulled."""
        target = types_pb2.Descriptor(
            media_type=top.media_type, digest=top.digest, size=top.size, annotations=top.annotations
        )
        image = images_pb2.Image(name=self._name, target=target)
        try:
            await self._client.call(
                self._client.images.Create,
                images_pb2.CreateImageRequest(image=image),
                namespace=self._order.namespace,
            )
        except AlreadyExists:
            await self._client.call(
                self._client.images.Update,
                images_pb2.UpdateImageRequest(image=image),
                namespace=self._order.namespace,
            )
