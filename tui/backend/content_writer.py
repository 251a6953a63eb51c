"""Sends the bytes of one blob into the content store."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from protos import content_pb2
from tui.backend.duplex import Duplex
from tui.backend.errors import BackendError, Unavailable
from tui.backend.groups import first

Stream = Duplex[content_pb2.WriteContentRequest, content_pb2.WriteContentResponse]

# Messages that the daemon has not answered yet; more gain nothing, and hold memory.
WINDOW = 4
# The answers wait for a source that may be slow, which has deadlines of its own.
_STREAM = 24 * 3600.0


async def fill(
    stream: Stream,
    chunks: AsyncGenerator[bytes, None],
    offset: int,
    size: int,
    heard: Callable[[int], None],
    window: int = WINDOW,
) -> None:
    """Send the chunks, a few ahead of the daemon's answers.

    Args:
        stream: the call that writes the blob.
        chunks: its bytes from the offset on.
        offset: of the first one.
        size: of the blob.
        heard: told how many bytes the daemon has.
        window: messages that may be ahead of its answers.

    Raises:
        BackendError: the daemon or the source failed, or the source has too little.
    """
    ahead = asyncio.Semaphore(window)
    try:
        async with asyncio.TaskGroup() as group:
            hearing = group.create_task(_hear(stream, size, heard, ahead))
            async with aclosing(chunks):
                async for chunk in chunks:
                    await ahead.acquire()
                    await stream.send(_write(offset, chunk))
                    offset += len(chunk)
            if offset != size:
                hearing.cancel()
                raise BackendError(f"Only {offset} of {size} bytes of a blob came.")
    except BaseExceptionGroup as errors:
        raise first(errors) from None


async def _hear(
    stream: Stream, size: int, heard: Callable[[int], None], window: asyncio.Semaphore
) -> None:
    """Take the daemon's answers as they come, until it has everything."""
    offset = 0
    while offset < size:
        answer = await stream.receive(_STREAM)
        if answer is None:
            raise Unavailable("The daemon stopped taking a blob.")
        offset = answer.offset
        heard(offset)
        window.release()


def _write(offset: int, data: bytes) -> content_pb2.WriteContentRequest:
    return content_pb2.WriteContentRequest(action=content_pb2.WRITE, offset=offset, data=data)
