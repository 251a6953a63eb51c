"""containerd.services.transfer.v1: the engine itself pulls."""

import asyncio
from typing import TypeVar

from google.protobuf.any_pb2 import Any
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError, Message

from protos import transfer_pb2 as pb
from protos import transfer_types_pb2 as types
from protos import types_pb2
from tui.demo.images import host_architecture
from tui.demo.login import login
from tui.demo.pull import Order
from tui.demo.refusals import Refusal, invalid_argument, unimplemented
from tui.demo.router import Call
from tui.demo.services.base import EMPTY, Service
from tui.demo.store import checked_labels
from tui.demo.tracker import Say
from tui.demo.unpack import SNAPSHOTTER

_Kind = TypeVar("_Kind", bound=Message)
_ARCHITECTURES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64"}


class Transfer(Service):
    """Moves images from registries into namespaces."""

    async def Transfer(self, request: pb.TransferRequest, call: Call) -> Empty:
        """Pull an image; whoever gives the call up ends the pull."""
        stream_id = request.options.progress_stream
        if not stream_id:
            return await self._pull(request, call, lambda _: None)
        stream = self.engine.streams.find(call.namespace, stream_id)
        try:
            return await self._pull(request, call, stream.send)
        finally:
            stream.close()

    async def _pull(self, request: pb.TransferRequest, call: Call, say: Say) -> Empty:
        source = _decoded(request.source, types.OCIRegistry)
        destination = _decoded(request.destination, types.ImageStore)
        if source is None or destination is None:
            names = (request.source.type_url, request.destination.type_url)
            raise unimplemented("unable to transfer from {} to {}".format(*names))
        order = _order(source, destination, call.lease)
        over: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()

        def ended(refusal: Refusal | None) -> None:
            if not over.done():
                over.set_result(refusal)

        pull = self.engine.puller.pull(self.store.written(call.namespace), order, say, ended)
        try:
            await self._identified(call.namespace, source)
            pull.go()
            refusal = await over
        finally:
            pull.end()
        if refusal is not None:
            raise refusal
        return EMPTY

    async def _identified(self, namespace: str, source: types.OCIRegistry) -> None:
        """Let the client say who it is where the registry wants to know."""
        if self.engine.puller.registry.wants_login(source.reference):
            auth_id = source.resolver.auth_stream
            stream = self.engine.streams.find(namespace, auth_id) if auth_id else None
            await login(source.reference, stream)


def _order(source: types.OCIRegistry, destination: types.ImageStore, lease: str) -> Order:
    """Read what is to be pulled, and whether it can be unpacked."""
    checked_labels(destination.labels)
    if not destination.name:
        raise invalid_argument("image name must not be empty")
    here = host_architecture()
    unpacks = [
        unpack
        for unpack in destination.unpacks
        if unpack.snapshotter in ("", SNAPSHOTTER) and _architecture(unpack.platform) == here
    ]
    return Order(
        source.reference,
        destination.name,
        dict(destination.labels),
        architectures=tuple(_architecture(platform) for platform in destination.platforms),
        all_metadata=destination.all_metadata,
        manifest_limit=destination.manifest_limit,
        unpack=bool(unpacks),
        unpackable=bool(unpacks) or not destination.unpacks,
        lease=lease,
    )


def _architecture(platform: types_pb2.Platform) -> str:
    """The architecture that a platform asks for, ``""`` for one that no image is made for."""
    if platform.os not in ("", "linux"):
        return ""
    return _ARCHITECTURES.get(platform.architecture, platform.architecture)


def _decoded(item: Any, kind: type[_Kind]) -> _Kind | None:
    """Read an Any of the wanted kind, None for another one."""
    message = kind()
    if item.type_url.rpartition("/")[2] != message.DESCRIPTOR.full_name:
        return None
    try:
        message.ParseFromString(item.value)
    except DecodeError:
        raise invalid_argument(f"{message.DESCRIPTOR.name} cannot be read") from None
    return message
