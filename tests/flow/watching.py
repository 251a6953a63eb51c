"""A watcher that runs beside a test, and what the test waits for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from typing import Any

from tests.support.daemon import Daemon
from tui.backend.client import Client
from tui.backend.service import Service
from tui.backend.watcher import Watcher
from tui.state.snapshot import ConnectionState, Snapshot

PATIENCE = 90.0
"""Seconds for what should take one: other people load the machine."""


async def eventually(holds: Callable[[], bool], what: str) -> None:
    """Wait until something holds; fails with `what` after a long time."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, what
        await asyncio.sleep(0.02)


class Watch:
    """A running watcher and all the snapshots that it gave."""

    def __init__(self, service: Service, watcher: Watcher) -> None:
        self.service = service
        self.watcher = watcher
        self.seen: list[Snapshot] = []
        self._came = asyncio.Condition()

    @property
    def now(self) -> Snapshot:
        """The newest snapshot."""
        return self.seen[-1]

    async def follow(self) -> None:
        """Collect the snapshots for ever."""
        async with aclosing(self.watcher.snapshots()) as snapshots:
            async for snapshot in snapshots:
                async with self._came:
                    self.seen.append(snapshot)
                    self._came.notify_all()

    async def until(self, holds: Callable[[Snapshot], bool], what: str) -> Snapshot:
        """Wait until the newest snapshot is as wanted, and return it."""
        async with self._came:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._came.wait_for(lambda: bool(self.seen) and holds(self.now))
            except TimeoutError:
                raise AssertionError(f"{what}: {self.now.connection}, {_brief(self.now)}") from None
            return self.now

    async def state(self, state: ConnectionState) -> Snapshot:
        """Wait for a state of the connection."""
        return await self.until(lambda each: each.connection.state is state, f"not {state}")

    async def settled(self) -> Snapshot:
        """Wait until the content behind the images was read too."""
        await self.live()
        return await self.until(
            lambda each: all(row.size or row.problem for row in each.images.values()),
            "not described",
        )

    async def live(self) -> Snapshot:
        """Wait until everything was read."""
        return await self.until(lambda each: each.connection.live and each.loaded, "not live")


@asynccontextmanager
async def watching(
    address: str,
    *,
    namespace: str = "default",
    read_only: bool = False,
    refresh: float = 1.0,
    sweep: float = 3600.0,
) -> AsyncIterator[Watch]:
    """Run a watcher; its sweep is off unless asked for, so that news must come by events."""
    client = Client(address)
    service = Service(client, namespace=namespace, read_only=read_only)
    watch = Watch(service, Watcher(service, refresh=refresh, sweep=sweep))
    before = asyncio.all_tasks()
    follower = asyncio.create_task(watch.follow())
    try:
        await watch.until(lambda _: True, "no first snapshot")
        yield watch
    finally:
        if follower.done():
            follower.result()
        follower.cancel()
        with suppress(asyncio.CancelledError):
            await follower
        await client.close()
    await eventually(lambda: not _left(before), "a task was left behind")


async def ctr(daemon: Daemon, *arguments: str, namespace: str, data: bytes | None = None) -> str:
    """Run the engine's own ctr beside the test: somebody else changes the daemon."""
    run = partial(daemon.ctr, *arguments, namespace=namespace, data=data)
    return await asyncio.to_thread(run)


def _left(before: set[asyncio.Task[Any]]) -> list[str]:
    """Tasks of ours and calls under way; a server in the test has tasks of its own."""
    new = [repr(task) for task in asyncio.all_tasks() - before]
    return [each for each in new if "server" not in each.lower()]


def _brief(snapshot: Snapshot) -> str:
    return (
        f"namespace {snapshot.namespace}, loaded {snapshot.loaded}, "
        f"containers {sorted(snapshot.containers)[:20]}, images {sorted(snapshot.images)[:20]}, "
        f"tasks { {key: str(row.status) for key, row in list(snapshot.tasks.items())[:20]} }, "
        f"snapshots {len(snapshot.snapshots)}, "
        f"events {[(event.topic, event.subject) for event in snapshot.events[:5]]}"
    )
