"""Something that answers with bytes that make no sense must not bring the watcher down."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import grpc
import grpc.aio
import pytest

from protos import version_pb2
from tui.backend.client import Client
from tui.backend.service import Service
from tui.backend.watcher import Watcher

SEEDS = range(6)


class Garbage(grpc.GenericRpcHandler):
    """Answers Version as containerd does, and everything else with noise."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        """Handle every method there is."""
        streams = ("/ListStream", "/List", "/Subscribe", "/Read")
        name = str(details.method)
        is_stream = name.endswith(streams) and not name.endswith(
            ("Images/List", "Tasks/List", "Namespaces/List", "Leases/List")
        )
        if is_stream:
            return grpc.unary_stream_rpc_method_handler(self._stream)
        if name.endswith("Version/Version"):
            return grpc.unary_unary_rpc_method_handler(self._version)
        return grpc.unary_unary_rpc_method_handler(self._unary)

    def _noise(self) -> bytes:
        kind = self._random.randrange(4)
        if kind == 0:
            return self._random.randbytes(self._random.randrange(200))
        if kind == 1:  # a string field that is no UTF-8
            return b"\x0a\x04\xff\xfe\xed\xa0"
        if kind == 2:  # fields that are there, of types that are not
            return b"".join(
                bytes([(self._random.randrange(1, 15) << 3) | self._random.choice((0, 1, 5)), 1])
                + b"\x00" * 8
                for _ in range(5)
            )
        return b"\x0a\x02\x0a\x00" * 3  # empty messages inside messages

    async def _version(self, _request: bytes, _context: object) -> bytes:
        return version_pb2.VersionResponse(version="9.\x1b[31m", revision="?").SerializeToString()

    async def _unary(self, _request: bytes, _context: object) -> bytes:
        return self._noise()

    async def _stream(self, _request: bytes, _context: object) -> AsyncIterator[bytes]:
        for _ in range(20):
            yield self._noise()
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("seed", SEEDS)
async def test_noise_becomes_a_state_and_never_a_crash(seed: int, tmp_path: Path) -> None:
    address = str(tmp_path / "noise.sock")
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Garbage(seed),))
    server.add_insecure_port(f"unix:{address}")
    await server.start()
    client = Client(address)
    watcher = Watcher(Service(client), refresh=0.05, sweep=0.3)
    try:
        watcher.focus(["x"])
        async with asyncio.timeout(30), aclosing(watcher.snapshots()) as snapshots:
            seen = 0
            deadline = asyncio.get_running_loop().time() + 3
            while asyncio.get_running_loop().time() < deadline:
                try:
                    async with asyncio.timeout_at(deadline):
                        await anext(snapshots)
                        seen += 1
                except TimeoutError:
                    break
        assert seen > 0
        assert watcher.current.connection.state
    finally:
        await client.close()
        await server.stop(None)
