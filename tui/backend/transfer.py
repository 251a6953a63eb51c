"""The daemon pulls: a call to its transfer service, and the streams beside it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError, Message

from protos import streaming_pb2, transfer_pb2, transfer_types_pb2, types_pb2
from tui.backend.client import Client
from tui.backend.duplex import Duplex
from tui.backend.errors import BackendError
from tui.backend.platforms import Platform

Hear = Callable[[transfer_types_pb2.Progress], None]
Answer = Callable[[str], Awaitable[tuple[str, str] | None]]
"""Gives user and secret for a host; an empty user means that the secret is an identity token."""

_LONGEST = 24 * 3600.0
_MOMENT = 1.0
"""Seconds for the last words of a stream once the transfer is over."""
_Message = TypeVar("_Message", bound=Message)


class Transfers:
    """Transfers into one namespace, under one lease."""

    def __init__(self, client: Client, namespace: str, lease: str) -> None:
        self._client = client
        self._namespace = namespace
        self._lease = lease

    async def pull(
        self,
        reference: str,
        platform: Platform,
        snapshotter: str,
        hear: Hear,
        answer: Answer,
        *,
        host_dir: str = "",
    ) -> None:
        """Have the daemon pull an image for one platform.

        Args:
            reference: fully qualified; also the name of the image.
            platform: to fetch and to unpack.
            snapshotter: to unpack with, ``""`` for not at all.
            hear: told what the daemon tells.
            answer: asked who we are when the registry wants to know.
            host_dir: containerd's folder of registry hosts, on the daemon's host.

        Raises:
            InvalidArgument: the daemon does not unpack to that snapshotter by itself.
            Unsupported: it has no transfer service.
            BackendError: something else, in the daemon's words.
        """
        async with (
            self._stream("progress") as (progress, progress_id),
            self._stream("credentials") as (asked, auth_id),
        ):
            store = _image(reference, platform, snapshotter)
            resolver = transfer_types_pb2.RegistryResolver(auth_stream=auth_id, host_dir=host_dir)
            source = transfer_types_pb2.OCIRegistry(reference=reference, resolver=resolver)
            request = transfer_pb2.TransferRequest(
                source=_packed(source),
                destination=_packed(store),
                options=transfer_pb2.TransferOptions(progress_stream=progress_id),
            )
            failures: list[BackendError] = []
            listening = asyncio.create_task(_listen(progress, hear))
            answering = asyncio.create_task(_answer(asked, answer, failures))
            try:
                await self._client.call(
                    self._client.transfer.Transfer,
                    request,
                    namespace=self._namespace,
                    lease=self._lease,
                    timeout=_LONGEST,
                    queued=False,
                )
                await asyncio.wait({listening}, timeout=_MOMENT)
            except BackendError as error:
                # That nobody could say who we are comes first: the rest follows from it.
                raise (failures or [error])[0] from None
            finally:
                listening.cancel()
                answering.cancel()
                await asyncio.gather(listening, answering, return_exceptions=True)

    @asynccontextmanager
    async def _stream(self, what: str) -> AsyncIterator[tuple[Duplex[Any, Any], str]]:
        """Open a stream and wait until the daemon knows it."""
        name = f"c9d-{what}-{secrets.token_hex(8)}"
        async with self._client.duplex(
            self._client.streaming.Stream,
            f"open the stream of {what}",
            namespace=self._namespace,
        ) as stream:
            await stream.ask(_packed(streaming_pb2.StreamInit(id=name)))
            yield stream, name


def _image(reference: str, platform: Platform, snapshotter: str) -> transfer_types_pb2.ImageStore:
    wanted = types_pb2.Platform(
        os=platform.os, architecture=platform.architecture, variant=platform.variant
    )
    # Without a limit a platform that is not there is no error.
    store = transfer_types_pb2.ImageStore(name=reference, platforms=[wanted], manifest_limit=1)
    if snapshotter:
        store.unpacks.add(platform=wanted, snapshotter=snapshotter)
    return store


def _packed(message: Message) -> Any:
    """Return a message in an Any; containerd's type URLs have no host."""
    return Any(type_url=message.DESCRIPTOR.full_name, value=message.SerializeToString())


def _unpacked(kind: type[_Message], packed: Any) -> _Message | None:
    if packed.type_url.rpartition("/")[2] != kind.DESCRIPTOR.full_name:
        return None
    try:
        return kind.FromString(packed.value)
    except DecodeError:
        return None


async def _listen(stream: Duplex[Any, Any], hear: Hear) -> None:
    """Pass on what the daemon tells until it ends; how the pull went, the call says."""
    try:
        while (packed := await stream.receive(_LONGEST)) is not None:
            progress = _unpacked(transfer_types_pb2.Progress, packed)
            if progress is not None:
                hear(progress)
    except BackendError:
        return


async def _answer(stream: Duplex[Any, Any], answer: Answer, failures: list[BackendError]) -> None:
    """Say who we are as often as it is asked; the daemon gives up by itself.

    Where it cannot be found out, the daemon is told nothing and goes on as nobody.
    """
    while True:
        try:
            packed = await stream.receive(_LONGEST)
        except BackendError:
            return
        if packed is None:
            return
        request = _unpacked(transfer_types_pb2.AuthRequest, packed)
        found = None
        if request is not None:
            try:
                found = await answer(request.host)
            except BackendError as error:
                failures.append(error)
        reply = transfer_types_pb2.AuthResponse()
        if found is not None:
            user, secret = found
            reply.authType = transfer_types_pb2.CREDENTIALS if user else transfer_types_pb2.REFRESH
            reply.username, reply.secret = user, secret
        with suppress(BackendError):
            await stream.send(_packed(reply))
