"""A back end that shows given snapshots and remembers what it was asked for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import cast

from tests.support.world import ADDRESS, NOW, WORLD
from tui.app import C9dApp
from tui.backend.service import Service
from tui.backend.watcher import Watcher
from tui.settings import Settings
from tui.state.snapshot import Snapshot
from tui.verbs import Backend

Call = tuple[str, tuple[object, ...], dict[str, object]]


class FixedClient:
    """A channel to nowhere."""

    closed = False

    async def close(self) -> None:
        """Remember that the app let go."""
        self.closed = True


class FixedService:
    """Takes every verb and records it; `answer` decides what comes of it."""

    def __init__(self) -> None:
        self.client = FixedClient()
        self.calls: list[Call] = []
        self.answer: Callable[[str], Awaitable[object]] | None = None

    def __getattr__(self, verb: str) -> Callable[..., Awaitable[object]]:
        if verb.startswith("_"):
            raise AttributeError(verb)

        async def call(*args: object, **kwargs: object) -> object:
            self.calls.append((verb, args, kwargs))
            return await self.answer(verb) if self.answer else None

        return call


class FixedWatcher:
    """Yields what `feed` is given."""

    def __init__(self, *snapshots: Snapshot) -> None:
        self.queue: asyncio.Queue[Snapshot] = asyncio.Queue()
        self.asked: list[tuple[str, object]] = []
        for snapshot in snapshots:
            self.feed(snapshot)

    def feed(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        self.queue.put_nowait(snapshot)

    async def snapshots(self) -> AsyncIterator[Snapshot]:
        """Yield what was fed."""
        while True:
            yield await self.queue.get()

    def select_namespace(self, name: str) -> None:
        """Remember it."""
        self.asked.append(("namespace", name))

    def focus(self, container_ids: Collection[str]) -> None:
        """Remember it."""
        self.asked.append(("focus", frozenset(container_ids)))

    def refresh_now(self) -> None:
        """Remember it."""
        self.asked.append(("refresh", None))

    async def reread(self, kind: str, key: str) -> None:
        """Remember it."""
        self.asked.append((f"reread {kind}", key))

    async def measure(self, row_key: str, namespace: str) -> None:
        """Remember it."""
        self.asked.append(("measure", row_key))


class FixedApp(C9dApp):
    """The app on a fixed back end and a clock that stands still."""

    def __init__(
        self, *snapshots: Snapshot, settings: Settings | None = None, notice: str = ""
    ) -> None:
        self.service = FixedService()
        self.watcher = FixedWatcher(*(snapshots or (WORLD,)))

        async def connect(_settings: Settings) -> Backend:
            return Backend(cast(Service, self.service), cast(Watcher, self.watcher))

        settings = settings or Settings(address=ADDRESS)
        super().__init__(settings, notice=notice, clock=lambda: NOW, host="edge-7", connect=connect)
