"""What may lie at an address, and what the client says of it."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest

from tests.support.fake_daemon import Fake, image
from tui.backend.client import Client
from tui.backend.errors import (
    NoSocket,
    NotContainerd,
    PermissionDenied,
    Unavailable,
)


@pytest.mark.parametrize("prefix", ["", "unix:", "unix://"])
async def test_an_address_may_be_a_path_or_a_uri(fake: Fake, prefix: str) -> None:
    client = Client(f"{prefix}{fake.path}")
    assert client.address == str(fake.path)
    assert (await client.call(client.images.Get, image("web"))).image.name == "web"
    await client.close()


@pytest.mark.parametrize("name", ["with blank", "per%20cent", "ünï"])
async def test_a_path_may_have_any_characters(folder: Path, name: str) -> None:
    # The server's side of gRPC would decode the name: so it is made plainly and renamed.
    fake = Fake(folder / "plain")
    server = await fake.start()
    fake.path.rename(folder / name)
    client = Client(str(folder / name))
    assert (await client.call(client.images.Get, image("web"))).image.name == "web"
    await client.close()
    await server.stop(None)


async def test_nothing_at_the_address(folder: Path) -> None:
    client = Client(str(folder / "none.sock"))
    with pytest.raises(NoSocket, match="There is no socket at"):
        client.precheck()
    with pytest.raises(NoSocket):
        await client.call(client.images.Get, image("web"))
    await client.close()


async def test_a_file_at_the_address(folder: Path) -> None:
    (folder / "file").touch()
    client = Client(str(folder / "file"))
    with pytest.raises(NotContainerd, match="is not a socket"):
        client.precheck()
    with pytest.raises(Unavailable):
        await client.call(client.images.Get, image("web"))
    await client.close()


async def test_a_socket_that_nobody_listens_on(folder: Path) -> None:
    path = folder / "left.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    client = Client(str(path))
    client.precheck()
    with pytest.raises(Unavailable, match="nobody listens"):
        await client.call(client.images.Get, image("web"))
    await client.close()


async def test_an_http_server_is_no_containerd(folder: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(64)
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    path = str(folder / "http.sock")
    server = await asyncio.start_unix_server(answer, path)
    client = Client(path, timeout=30.0)
    with pytest.raises(NotContainerd):
        await client.call(client.images.Get, image("web"))
    await client.close()
    server.close()
    await server.wait_closed()


def test_a_socket_that_is_not_ours(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "denied.sock"
    with socket.socket(socket.AF_UNIX) as denied:
        denied.bind(str(path))
    # Root may do everything, so the question is answered for it.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionDenied, match="may not use the socket"):
        Client(str(path)).precheck()


def test_a_hostile_address_is_shown_safely() -> None:
    with pytest.raises(NoSocket) as caught:
        Client("/tmp/\x1b]52;c;x\x07").precheck()
    assert caught.value.args[0].isprintable()
