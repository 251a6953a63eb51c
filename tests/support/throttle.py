"""A way to a server that is as slow as wanted, and can be cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_PIECE = 16 << 10


class Throttle:
    """Passes bytes between its own port on loopback and a server's.

    Attributes:
        rate: bytes a second that come from the server, over all connections; 0 is no limit.
        limit: bytes from the server after which nothing passes any more; 0 is no limit.
        passed: bytes that came from the server.
    """

    def __init__(self, port: int, *, rate: float = 0.0, limit: int = 0) -> None:
        """Takes the server's port on 127.0.0.1."""
        self.rate = rate
        self.limit = limit
        self.passed = 0
        self.port = 0
        self._target = port
        self._due = 0.0
        self._halted = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def host(self) -> str:
        """Host and port, as references begin with."""
        return f"127.0.0.1:{self.port}"

    async def halted(self) -> None:
        """Waits until the limit is reached."""
        async with asyncio.timeout(60):
            await self._halted.wait()

    def cut(self) -> None:
        """Breaks all connections."""
        for task in self._tasks:
            task.cancel()

    def free(self) -> None:
        """Lifts the limits; connections that were held up must be cut."""
        self.rate, self.limit = 0.0, 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(_copy(reader, far_writer))
                    group.create_task(self._slowly(far_reader, writer))
            finally:
                far_writer.close()
        except (OSError, ExceptionGroup, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _slowly(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while piece := await reader.read(_PIECE):
            if self.limit and self.passed + len(piece) > self.limit:
                self._halted.set()
                await asyncio.Event().wait()
            self.passed += len(piece)
            if self.rate:
                self._due = max(self._due, loop.time()) + len(piece) / self.rate
                await asyncio.sleep(self._due - loop.time())
            writer.write(piece)
            await writer.drain()
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_PIECE):
        writer.write(piece)
        await writer.drain()
    with suppress(OSError):
        writer.close()


@asynccontextmanager
async def throttled(port: int, *, rate: float = 0.0, limit: int = 0) -> AsyncIterator[Throttle]:
    """Opens a way to a server on loopback for the length of a block."""
    throttle = Throttle(port, rate=rate, limit=limit)
    server = await asyncio.start_server(throttle._serve, "127.0.0.1", 0)
    throttle.port = server.sockets[0].getsockname()[1]
    try:
        yield throttle
    finally:
        server.close()
        throttle.cut()
        await asyncio.sleep(0)
