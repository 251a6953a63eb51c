"""Keeps one picture of the daemon current: events say when, calls say what, a sweep heals."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal

from tui.backend.dirty import Dirty
from tui.backend.downloads import Downloads
from tui.backend.lifeline import Lifeline
from tui.backend.sampler import Sampler
from tui.backend.service import Service
from tui.backend.subscription import Subscription, marks, note_life
from tui.backend.sweeps import Reader
from tui.state.models import Event, SnapshotKind
from tui.state.snapshot import Snapshot
from tui.state.store import Store

_SECOND_LOOK = 2.0
"""Seconds after the end of a task when it is read once more."""
_FRAME = 0.03
"""Seconds that changes are gathered for one snapshot."""


def _now() -> datetime:
    return datetime.now(UTC)


class Watcher:
    """Watches one daemon for ever, through its absence, its restarts and its silences."""

    def __init__(
        self,
        service: Service,
        *,
        refresh: float = 1.0,
        sweep: float = 30.0,
        clock: Callable[[], datetime] = _now,
        demo: bool = False,
    ) -> None:
        """Make a watcher; nothing happens until its snapshots are asked for.

        Args:
            service: The daemon.
            refresh: Seconds between two readings of the metrics in view.
            sweep: Seconds after which all lists are read again, events or not.
            clock: What time it is, for the ages on the screen.
            demo: Whether a demo engine was started for this run.
        """
        self._service = service
        self._sweep = sweep
        self._store = Store(address=service.client.address, namespace=service.namespace)
        self._dirty = Dirty()
        self._lifeline = Lifeline(service, self._store, self._changed, clock, demo)
        self._reader = Reader(service, self._store, self._changed)
        self._downloads = Downloads(service, self._store, self._changed)
        self._sampler = Sampler(
            service,
            self._store,
            self._changed,
            lambda key: self._dirty.mark("task", key),
            refresh=refresh,
        )
        self._news = asyncio.Event()
        self._wake = asyncio.Event()
        self._measuring = asyncio.Lock()

    @property
    def current(self) -> Snapshot:
        """What is known now."""
        return self._store.snapshot()

    async def snapshots(self) -> AsyncGenerator[Snapshot, None]:
        """Yield what is known, now and whenever it changed, for ever.

        A slow reader misses pictures, never the newest one. Closing the iterator
        (``contextlib.aclosing``) ends every task and stream behind it.
        """
        shown = self._store.snapshot()
        yield shown
        worker = asyncio.create_task(self._lifeline.run(self._watch, self._reader.everything))
        worker.add_done_callback(lambda _: self._news.set())
        try:
            while not worker.done():
                await self._news.wait()
                await asyncio.sleep(_FRAME)
                self._news.clear()
                if (newest := self._store.snapshot()) is not shown:
                    shown = newest
                    yield shown
            if worker.cancelled():
                # To whoever reads this it would look like their own end.
                raise RuntimeError("the watch of the daemon was cancelled")
            worker.result()
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker

    def select_namespace(self, name: str) -> None:
        """Show another namespace: its lists are empty until they are read."""
        if name == self._store.namespace:
            return
        self._service.namespace = name
        self._store.set_namespace(name)
        self._dirty.clear()
        self._reader.switch()
        self._sampler.reset()
        self._wake.set()
        self._changed()

    def focus(self, container_ids: Collection[str]) -> None:
        """Say whose metrics are in view; the others are read now and then."""
        self._sampler.focus(container_ids)

    def refresh_now(self) -> None:
        """Read all lists at once."""
        self._wake.set()

    def pause_sampling(self, paused: bool) -> None:
        """Stop reading metrics, or go on."""
        self._sampler.pause(paused)

    async def reread(
        self, kind: Literal["image", "container", "task", "snapshot"], key: str
    ) -> None:
        """Read one object again, as after a verb of ours: its event may be lost.

        Args:
            kind: What it is.
            key: As in the snapshot: name, id or row key.

        Raises:
            BackendError: It could not be read; what was known of it stays.
        """
        await self._reader.one(kind, key)

    async def measure(self, row_key: str, namespace: str) -> None:
        """Ask for the disk usage of a snapshot: one at a time, as the daemon walks its files.

        Args:
            row_key: The snapshot's row.
            namespace: Where it is. If another one is shown when its turn comes,
                nothing is asked: there is no row to say it of.

        Raises:
            BackendError: It could not be measured.
        """
        async with self._measuring:
            if namespace != self._store.namespace:
                return
            row = self._store.rows("snapshot").get(row_key)
            committed = row is not None and row.kind is SnapshotKind.COMMITTED
            if committed and self._store.usage(row_key) is not None:
                return
            snapshotter, _, key = row_key.partition("/")
            usage = await self._service.snapshot_usage(key, snapshotter, namespace=namespace)
            if namespace == self._store.namespace and row_key in self._store.rows("snapshot"):
                self._store.set_usage(row_key, usage)
                self._changed()

    def _changed(self) -> None:
        self._news.set()

    async def _watch(self, group: asyncio.TaskGroup) -> None:
        """Start all that lives as long as a connection."""
        self._sampler.reset()
        self._dirty.clear()
        self._wake.set()
        subscription = Subscription(self._service.client, self._hear)
        group.create_task(subscription.run())
        await subscription.prove(publish=not self._service.read_only)
        group.create_task(self._sweeps())
        group.create_task(self._fetches())
        group.create_task(self._sampler.run())
        group.create_task(self._downloads.run())

    async def _sweeps(self) -> None:
        """Read everything: at once, now and then, and when somebody asks for it."""
        async with asyncio.TaskGroup() as group:
            sweep: asyncio.Task[None] | None = None
            while True:
                asked = self._wake.is_set()
                self._wake.clear()
                if sweep is not None and asked:
                    sweep.cancel()  # it may wait for shims of another namespace
                if sweep is None or asked or sweep.done():
                    sweep = group.create_task(self._sweep_once())
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._sweep):
                        await self._wake.wait()

    async def _sweep_once(self) -> None:
        if not await self._reader.everything():
            self._lifeline.live()
        await self._reader.details()

    async def _fetches(self) -> None:
        """Read what the events named."""
        while True:
            await self._reader.fetch(await self._dirty.take())

    def _hear(self, event: Event) -> None:
        """Take an event: remember it, and mark what it is about."""
        self._lifeline.seen()
        self._store.add_event(event)
        note_life(event, self._store)
        self._reader.starts.hear(event)
        known = any(row.name == event.namespace for row in self._store.namespaces)
        if event.topic.startswith("/namespaces/") or (event.namespace and not known):
            self._dirty.mark("namespace", event.namespace)
        if event.topic == "/tasks/exit":
            # What follows is mostly the task's deletion, an event that 2.1 loses at times.
            asyncio.get_running_loop().call_later(_SECOND_LOOK, self._mark, event)
        if event.namespace == self._store.namespace:
            self._mark(event)
        elif event.topic in ("/containers/create", "/containers/delete"):
            self._store.count_elsewhere(event.namespace, 1 if "create" in event.topic else -1)
        self._changed()

    def _mark(self, event: Event) -> None:
        """Have read what an event is about."""
        if event.namespace == self._store.namespace:
            for kind, key in marks(event, self._store.snapshotters):
                self._dirty.mark(kind, key)
