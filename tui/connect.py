"""Makes the back end of a run; imported after the first paint, as it brings gRPC along."""

import asyncio
from os import F_OK, access

from tui.backend.client import Client
from tui.backend.service import Service
from tui.backend.watcher import Watcher
from tui.settings import Settings
from tui.verbs import Backend

DEMO_START = 10.0
"""Seconds that the demo engine may take to open its socket."""
STEP = 0.02


async def connect(settings: Settings) -> Backend:
    """Return service and watcher for the settings; no call is made yet."""
    if settings.demo:
        await _appears(settings.address)
    client = Client(settings.address, namespace=settings.namespace)
    service = Service(
        client,
        namespace=settings.namespace,
        snapshotter=settings.snapshotter,
        read_only=settings.read_only,
    )
    return Backend(service, Watcher(service, refresh=settings.refresh, demo=settings.demo))


async def _appears(path: str) -> None:
    """Wait for the socket of an engine that was started a moment ago."""
    for _ in range(int(DEMO_START / STEP)):
        if access(path, F_OK):
            return
        await asyncio.sleep(STEP)
