"""Streams beside a call: opened by a client under an id, then named in a request."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message

from tui.demo.refusals import already_exists, not_found


def packed(message: Message) -> Any:
    """Wrap a message as containerd does, under its bare name."""
    return Any(type_url=message.DESCRIPTOR.full_name, value=message.SerializeToString())


class Stream:
    """One stream; both ends put in without waiting."""

    def __init__(self) -> None:
        self._outgoing: asyncio.Queue[Any | None] = asyncio.Queue()
        self._incoming: asyncio.Queue[Any | None] = asyncio.Queue()

    def send(self, message: Message) -> None:
        """Send something to the client."""
        self._outgoing.put_nowait(packed(message))

    def close(self) -> None:
        """Let the client's end find the end of the stream."""
        self._outgoing.put_nowait(None)

    def hang_up(self) -> None:
        """Let the engine's end know that the client says no more."""
        self._incoming.put_nowait(None)

    def take(self, message: Any) -> None:
        """Take what the client said."""
        self._incoming.put_nowait(message)

    async def receive(self) -> Any | None:
        """Wait for what the client says next, None when it says no more."""
        return await self._incoming.get()

    async def sent(self) -> AsyncIterator[Any]:
        """Yield what is to go to the client, until the end."""
        while (message := await self._outgoing.get()) is not None:
            yield message


class Streams:
    """The streams that clients hold open."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Stream] = {}

    @contextmanager
    def opened(self, namespace: str, stream_id: str) -> Iterator[Stream]:
        """Keep a stream under its id for as long as the client holds it."""
        key = namespace, stream_id
        if key in self._open:
            raise already_exists(f"stream {stream_id}")
        stream = self._open[key] = Stream()
        try:
            yield stream
        finally:
            stream.hang_up()
            del self._open[key]

    def find(self, namespace: str, stream_id: str) -> Stream:
        """Find a stream, or refuse."""
        stream = self._open.get((namespace, stream_id))
        if stream is None:
            raise not_found(f"stream {stream_id}")
        return stream
