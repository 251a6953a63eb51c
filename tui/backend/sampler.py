"""Reads the metrics of running tasks: those in view often, the others now and then."""

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from tui.backend.connection import ping
from tui.backend.errors import BackendError, NotFound, Timeout
from tui.backend.service import Service
from tui.state.models import Sample, TaskStatus
from tui.state.store import Store

_log = logging.getLogger(__name__)

CHUNK = 50
"""Tasks that are asked for in one call."""
TURN = 10.0
"""Seconds from turn to turn of a task out of view; more where a chunk a beat is too few."""
_TOGETHER = 4
_CHUNK_PATIENCE = 2.0
_ALONE_PATIENCE = 1.0
"""Seconds for one shim to answer."""
_LONGEST_REST = 60.0

_MEASURED = (TaskStatus.RUNNING, TaskStatus.PAUSED, TaskStatus.PAUSING, TaskStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Rest:
    """How long a task that did not answer is left alone."""

    seconds: float
    until: float


class Sampler:
    """Keeps the curves of the tasks going without letting one hung shim stop them all."""

    def __init__(
        self,
        service: Service,
        store: Store,
        changed: Callable[[], None],
        doubt: Callable[[str], None],
        *,
        refresh: float,
        turn: float = TURN,
    ) -> None:
        """Make a sampler.

        Args:
            service: Where the metrics come from.
            store: Where the readings go.
            changed: Called when a reading arrived.
            doubt: Called with the id of a task whose state should be read again.
            refresh: Seconds between two readings of a task in view.
            turn: Seconds between two readings of a task out of view, at least.
        """
        self._service = service
        self._store = store
        self._changed = changed
        self._doubt = doubt
        self._refresh = refresh
        self._every = turn / refresh
        self._focus: frozenset[str] = frozenset()
        self._rests: dict[str, Rest] = {}
        self._turn = ""
        self._credit = 0.0
        self._told: set[str] = set()
        self._running = asyncio.Event()
        self._running.set()

    def focus(self, container_ids: Collection[str]) -> None:
        """Say which tasks are in view."""
        self._focus = frozenset(container_ids)

    def pause(self, paused: bool) -> None:
        """Stop reading, or go on."""
        if paused:
            self._running.clear()
        else:
            self._running.set()

    def reset(self) -> None:
        """Forget what was learnt of the shims: these are others."""
        self._rests.clear()
        self._told.clear()

    async def run(self) -> None:
        """Read at every beat; a beat that takes too long moves the next."""
        loop = asyncio.get_running_loop()
        beat = loop.time()
        while True:
            await self._running.wait()
            await self._sample(loop.time())
            beat = max(beat + self._refresh, loop.time())
            await asyncio.sleep(beat - loop.time())

    async def _sample(self, now: float) -> None:
        """Read what is due."""
        tasks = self._store.rows("task")
        ids = [key for key, task in tasks.items() if task.status in _MEASURED]
        self._rests = {key: rest for key, rest in self._rests.items() if key in tasks}
        hung = {key for key in ids if tasks[key].status is TaskStatus.UNKNOWN}
        alone = [key for key in ids if key in self._rests and self._rests[key].until <= now]
        alone += hung - self._rests.keys()
        well = [key for key in ids if key not in self._rests and key not in hung]
        due = [key for key in well if key in self._focus]
        due += self._next_turn([key for key in well if key not in self._focus])
        chunks = [due[start : start + CHUNK] for start in range(0, len(due), CHUNK)]
        slots = asyncio.Semaphore(_TOGETHER)
        await asyncio.gather(
            *(self._read_chunk(chunk, slots) for chunk in chunks),
            *(self._read_alone(key, slots) for key in alone[:_TOGETHER]),
        )

    def _next_turn(self, ids: list[str]) -> list[str]:
        """Take the next few of the tasks out of view, in a circle by id."""
        self._credit = min(self._credit + len(ids) / self._every, CHUNK)
        size = min(int(self._credit), len(ids))
        if not size:
            return []
        self._credit -= size
        ids.sort()
        start = bisect_right(ids, self._turn)
        taken = (ids[start:] + ids[:start])[:size]
        self._turn = taken[-1]
        return taken

    async def _read_chunk(self, ids: list[str], slots: asyncio.Semaphore) -> None:
        """Read some tasks in one call; if it does not end, find out who is to blame."""
        namespace = self._store.namespace
        try:
            async with slots:
                found = await self._service.get_metrics(
                    ids, timeout=_CHUNK_PATIENCE, namespace=namespace
                )
        except Timeout:
            await self._read_each(ids, slots)
            return
        except BackendError as error:
            self._tell(f"metrics: {error}")
            return
        self._take(namespace, ids, found)

    async def _read_each(self, ids: list[str], slots: asyncio.Semaphore) -> None:
        """Ask task by task, unless it is the daemon itself that does not answer."""
        try:
            await ping(self._service.client, _CHUNK_PATIENCE)
        except BackendError:
            return
        await asyncio.gather(*(self._read_alone(key, slots) for key in ids))

    async def _read_alone(self, key: str, slots: asyncio.Semaphore) -> None:
        """Read one task; if its shim does not answer, ask it ever more rarely."""
        namespace = self._store.namespace
        try:
            async with slots:
                found = await self._service.get_metrics(
                    [key], timeout=_ALONE_PATIENCE, namespace=namespace
                )
        except (Timeout, NotFound):
            if namespace == self._store.namespace:
                self._leave_alone(key)
                self._store.set_answering(key, False)
                self._changed()
            return
        except BackendError as error:
            self._tell(f"metrics of {key}: {error}")
            return
        self._take(namespace, [key], found)

    def _tell(self, text: str) -> None:
        """Log what is wrong once a connection: it may be so at every beat, for days."""
        if text not in self._told:
            self._told.add(text)
            _log.info("%s", text)

    def _take(self, namespace: str, ids: list[str], found: Mapping[str, Sample]) -> None:
        if namespace != self._store.namespace:
            return
        for key in ids:
            task = self._store.rows("task").get(key)
            if task is None or task.status not in _MEASURED:
                continue
            sample = found.get(key)
            if sample is None:
                # It is gone and its event was lost, or its shim failed.
                self._leave_alone(key)
                self._doubt(key)
                continue
            if self._rests.pop(key, None) or task.status is TaskStatus.UNKNOWN:
                self._doubt(key)
            self._store.add_sample(key, sample, self._refresh)
        self._changed()

    def _leave_alone(self, key: str) -> None:
        rest = self._rests.get(key)
        seconds = min(2 * rest.seconds, _LONGEST_REST) if rest else 2 * self._refresh
        self._rests[key] = Rest(seconds, asyncio.get_running_loop().time() + seconds)
