"""A call whose both sides stream, with a deadline on every step."""

import asyncio
from types import TracebackType
from typing import Generic, Self, TypeVar, cast

import grpc
import grpc.aio
from google.protobuf.message import Message

from tui.backend.errors import ServerError, Timeout, Unavailable, translate

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)


class Undisclosed(ServerError):
    """The call ended while we were writing, and what it ended with was lost on the way.

    Asked again, one message at a time, the daemon tells.
    """


class Duplex(Generic[Request, Response]):
    """One such call; leaving the block ends it, whatever the other side still wants.

    Args:
        call: what gRPC made of it.
        subject: what is done, as it follows "could not": ``write blob sha256:…``.
        patience: seconds that a step may take.
    """

    def __init__(
        self, call: grpc.aio.StreamStreamCall[Request, Response], subject: str, patience: float
    ) -> None:
        self._call = call
        self._subject = subject
        self._patience = patience

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the call."""
        self._call.cancel()

    async def send(self, request: Request) -> None:
        """Send one message.

        Raises:
            BackendError: the call has failed; or nobody took the message in time.
        """
        try:
            async with asyncio.timeout(self._patience):
                await self._call.write(request)
        except TimeoutError:
            raise self._late() from None
        except (grpc.aio.AioRpcError, grpc.aio.UsageError, asyncio.InvalidStateError):
            # It ended while we wrote: only its own status tells why.
            await self._fail()

    async def receive(self, patience: float | None = None) -> Response | None:
        """Return the next message, None where the other side has ended in peace.

        Args:
            patience: seconds to wait for it, None for those of every step.

        Raises:
            BackendError: the call has failed; or nothing came in time.
        """
        try:
            async with asyncio.timeout(self._patience if patience is None else patience):
                message = await self._call.read()
        except TimeoutError:
            raise self._late() from None
        except grpc.aio.AioRpcError:
            message = grpc.aio.EOF
        if message is grpc.aio.EOF:
            await self._fail(unless_ok=True)
            return None
        return cast("Response", message)

    async def ask(self, request: Request) -> Response:
        """Send one message and return the answer to it.

        Raises:
            BackendError: there was none.
        """
        await self.send(request)
        answer = await self.receive()
        if answer is None:
            raise Unavailable(f"Could not {self._subject}: the daemon ended the call.")
        return answer

    async def finish(self) -> None:
        """Say that nothing more is sent, and wait until the other side has ended as well.

        Raises:
            BackendError: it ended with an error, or not in time.
        """
        await self._call.done_writing()
        while await self.receive() is not None:
            pass

    def _late(self) -> Timeout:
        return Timeout(f"Could not {self._subject}: no answer within {self._patience:g} s.")

    async def _fail(self, *, unless_ok: bool = False) -> None:
        """Raise what the call ended with."""
        code = await self._call.code()
        if code is grpc.StatusCode.OK and unless_ok:
            return
        nothing = grpc.aio.Metadata()
        details = await self._call.details()
        if code is grpc.StatusCode.INTERNAL and "error from Core" in (details or ""):
            raise Undisclosed(f"Could not {self._subject}: the call broke off.")
        raise translate(grpc.aio.AioRpcError(code, nothing, nothing, details), self._subject)
