"""A fake daemon on a socket, and a client for it."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.fake_daemon import Fake
from tui.backend.client import Client


@pytest.fixture
def folder() -> Iterator[Path]:
    # pytest's own folders are too deep for the 107 bytes of a socket's path.
    with tempfile.TemporaryDirectory(prefix="c9d-client-") as path:
        yield Path(path)


@pytest.fixture
async def fake(folder: Path) -> AsyncIterator[Fake]:
    fake = Fake(folder / "fake.sock")
    server = await fake.start()
    yield fake
    await server.stop(None)


@pytest.fixture
async def client(fake: Fake) -> AsyncIterator[Client]:
    client = Client(str(fake.path), timeout=30.0, limit=4)
    yield client
    await client.close()
