"""Things that listen on a socket and are not containerd."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc.aio


@asynccontextmanager
async def silent(path: Path) -> AsyncIterator[None]:
    """Take connections and say nothing."""

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        writer.close()

    async with _server(path, hear):
        yield


@asynccontextmanager
async def http1(path: Path) -> AsyncIterator[None]:
    """Answer as a web server of the old kind."""

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            break
        writer.close()

    async with _server(path, hear):
        yield


@asynccontextmanager
async def closing(path: Path) -> AsyncIterator[None]:
    """Take connections and close them at once."""

    async def hear(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with _server(path, hear):
        yield


@asynccontextmanager
async def babbling(path: Path) -> AsyncIterator[None]:
    """Say something of one's own to whoever connects, and close."""

    async def hear(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ready\r\n")
        writer.close()

    async with _server(path, hear):
        yield


@asynccontextmanager
async def other_grpc(path: Path) -> AsyncIterator[None]:
    """Speak gRPC, but not one of containerd's services."""
    server = grpc.aio.server()
    server.add_insecure_port(f"unix:{path}")
    await server.start()
    try:
        yield
    finally:
        await server.stop(None)


@asynccontextmanager
async def _server(path: Path, hear: object) -> AsyncIterator[None]:
    connections: set[asyncio.StreamWriter] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        assert callable(hear)
        await hear(reader, writer)

    server = await asyncio.start_unix_server(take, path)
    try:
        yield
    finally:
        server.close()
        for writer in connections:
            writer.close()
        await server.wait_closed()
