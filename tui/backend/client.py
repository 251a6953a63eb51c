"""The wire: one channel to containerd, and the one place that every call goes through."""

import asyncio
import os
import stat
from collections.abc import AsyncGenerator
from typing import TypeVar
from urllib.parse import quote

# The C core would write to the terminal behind our back, and must not meddle with
# the processes that are started later. It reads both when it is loaded.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

import grpc
import grpc.aio
from google.protobuf.message import Message

from tui.backend.duplex import Duplex
from tui.backend.errors import (
    InvalidArgument,
    NoSocket,
    NotContainerd,
    PermissionDenied,
    ServerError,
    Unavailable,
    safe,
    translate,
)
from tui.backend.requests import check_request, describe_request
from tui.backend.stubs import Stubs
from tui.settings import names_namespace, socket_path

_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response")
_Reply = TypeVar("_Reply", bound=Message)

_LONGEST_STREAM = 24 * 3600.0

_OPTIONS = (
    # The server's own limit is 16 MiB a message; gRPC's default of 4 is below it.
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # Without these a channel sleeps up to two minutes on a daemon that is back.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # Several clients of one process must not share one connection.
    ("grpc.use_local_subchannel_pool", 1),
    # A path is no host name.
    ("grpc.default_authority", "localhost"),
)


def check_namespace(name: str) -> None:
    """Refuse what containerd would not take as the name of a namespace.

    Raises:
        InvalidArgument: it is empty, too long or has other characters.
    """
    if not names_namespace(name):
        raise InvalidArgument(f'"{safe(name)}" cannot be the name of a namespace.')


def _legible(answer: _Response | None) -> _Response:
    """Return an answer; gRPC hands out None for bytes that it could not read.

    Raises:
        ServerError: that is what happened.
    """
    if answer is None:
        raise ServerError("The daemon gave an answer that cannot be read.")
    return answer


class Client(Stubs):
    """A connection to one containerd, made at the first call and remade by itself.

    Args:
        address: path of the socket, also as a ``unix://`` address.
        namespace: of the calls that name no other.
        timeout: seconds that a call may take unless it says otherwise.
        limit: calls under way at once; the others queue. Streams do not count.
    """

    def __init__(
        self,
        address: str,
        *,
        namespace: str = "default",
        timeout: float = 10.0,
        limit: int = 16,
    ) -> None:
        self.address = os.path.abspath(socket_path(address))
        self.namespace = namespace
        self.timeout = timeout
        self._slots = asyncio.Semaphore(limit)
        self._closed = False

    def _connect(self) -> grpc.aio.Channel:
        return grpc.aio.insecure_channel(f"unix://{quote(self.address)}", options=_OPTIONS)

    def precheck(self) -> None:
        """Look at the socket without connecting, for an error that says what is wrong.

        Raises:
            NoSocket: there is nothing at the address.
            NotContainerd: there is something that is not a socket.
            PermissionDenied: this user may not use it.
        """
        where = safe(self.address)
        try:
            mode = os.stat(self.address).st_mode
        except PermissionError:
            raise PermissionDenied(f"This user may not look at {where}.") from None
        except (OSError, ValueError):
            raise NoSocket(f"There is no socket at {where}.") from None
        if not stat.S_ISSOCK(mode):
            raise NotContainerd(f"{where} is not a socket.")
        if not os.access(self.address, os.R_OK | os.W_OK):
            raise PermissionDenied(f"This user may not use the socket {where}.")

    def _metadata(self, namespace: str | None, lease: str) -> tuple[tuple[str, str], ...]:
        if self._closed:
            raise Unavailable("The connection was closed.")
        namespace = self.namespace if namespace is None else namespace
        check_namespace(namespace)
        metadata = (("containerd-namespace", namespace),)
        return (*metadata, ("containerd-lease", lease)) if lease else metadata

    async def call(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[_Request, _Response],
        request: _Request,
        *,
        namespace: str | None = None,
        lease: str = "",
        timeout: float | None = None,
        queued: bool = True,
    ) -> _Response:
        """Send one request and return the answer.

        Args:
            method: of one of the stubs of this client.
            request: what to send.
            namespace: None means the client's own.
            lease: id of the lease that holds what the call creates.
            timeout: seconds from the moment it is sent, None means the client's own.
            queued: False for a call that waits for something another call of ours
                brings about: it must not take the slot which that one needs.

        Raises:
            BackendError: what went wrong, in one sentence.
        """
        check_request(request)
        metadata = self._metadata(namespace, lease)
        timeout = self.timeout if timeout is None else timeout
        try:
            if not queued:
                return _legible(await method(request, timeout=timeout, metadata=metadata))
            async with self._slots:
                return _legible(await method(request, timeout=timeout, metadata=metadata))
        except grpc.aio.AioRpcError as error:
            raise translate(error, describe_request(request)) from None
        except (asyncio.CancelledError, grpc.aio.UsageError):
            self._raise_if_closed()
            raise

    async def stream(
        self,
        method: grpc.aio.UnaryStreamMultiCallable[_Request, _Response],
        request: _Request,
        *,
        namespace: str | None = None,
        timeout: float | None = None,
    ) -> AsyncGenerator[_Response, None]:
        """Send one request and yield the answers; leaving the loop ends the call.

        Args:
            method: of one of the stubs of this client.
            request: what to send.
            namespace: None means the client's own.
            timeout: seconds for the whole stream, None means the client's own and
                0 means none.

        Raises:
            BackendError: what went wrong, in one sentence.
        """
        check_request(request)
        metadata = self._metadata(namespace, "")
        limit = (self.timeout if timeout is None else timeout) or None
        call = method(request, timeout=limit, metadata=metadata)
        try:
            async for message in call:
                yield _legible(message)
        except grpc.aio.AioRpcError as error:
            raise translate(error, describe_request(request)) from None
        except (asyncio.CancelledError, grpc.aio.UsageError):
            self._raise_if_closed()
            raise
        finally:
            call.cancel()

    def duplex(
        self,
        method: grpc.aio.StreamStreamMultiCallable[_Request, _Reply],
        subject: str,
        *,
        namespace: str | None = None,
        lease: str = "",
        patience: float | None = None,
        timeout: float = _LONGEST_STREAM,
    ) -> Duplex[_Request, _Reply]:
        """Open a call whose both sides stream, for an ``async with``.

        Args:
            method: of one of the stubs of this client.
            subject: what it does, as it follows "could not".
            namespace: None means the client's own.
            lease: id of the lease that holds what the call creates.
            patience: seconds for each step, None means the client's own timeout.
            timeout: seconds for the whole call.

        Raises:
            BackendError: the connection was closed, or there is no such namespace.
        """
        metadata = self._metadata(namespace, lease)
        return Duplex(
            method(timeout=timeout, metadata=metadata),
            subject,
            self.timeout if patience is None else patience,
        )

    def _raise_if_closed(self) -> None:
        """Tell our own close() from a cancellation of the caller, which passes through."""
        task = asyncio.current_task()
        if self._closed and not (task and task.cancelling()):
            raise Unavailable("The connection was closed.") from None

    async def close(self) -> None:
        """End the connection and every call on it; may be called again."""
        self._closed = True
        if self._connected:
            await self._channel.close()
