"""The way to the daemon: connect, notice when it breaks or hangs, and come back by itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any

from tui.backend.connection import StreamCut, diagnose, ping
from tui.backend.errors import BackendError
from tui.backend.service import Service
from tui.state.snapshot import Connection, ConnectionState
from tui.state.store import Store

_log = logging.getLogger(__name__)

HEARTBEAT = 2.0
"""Seconds between two signs of life that are asked for."""
PATIENCE = 3.0
"""Seconds without an answer after which the daemon hangs."""
_RETRY = (0.1, 0.25, 0.5, 1.0)
"""Seconds before each further attempt to reach a daemon that is away."""
_RETRY_CUT = (0.0, 1.0, 2.0, 5.0)
"""The same where it answers but its stream breaks: each attempt reads everything."""
_STEADY = 10.0
"""Seconds without a cut after which earlier ones no longer count."""


class Lifeline:
    """Keeps the connection in the store true, and what needs it running while it is there."""

    def __init__(
        self,
        service: Service,
        store: Store,
        changed: Callable[[], None],
        clock: Callable[[], datetime],
        demo: bool = False,
    ) -> None:
        self._service = service
        self._store = store
        self._changed = changed
        self._clock = clock
        self._demo = demo
        self._seen: datetime | None = None
        self._ready = False
        self._failures = 0
        self._cuts = 0

    async def run(
        self,
        watch: Callable[[asyncio.TaskGroup], Awaitable[None]],
        read: Callable[[], Awaitable[list[BackendError]]],
    ) -> None:
        """Connect and watch, again and again.

        Args:
            watch: Starts in the group all that lives as long as the connection, and
                returns when the lists can be read without missing what happens.
            read: Reads everything, for as long as there is no event stream; returns
                what went wrong.
        """
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            error = await _apart(self._attempt(watch))
            self._lost(error)
            if isinstance(error, StreamCut):
                if loop.time() - began > _STEADY:
                    self._cuts = 0
                elif self._cuts and not await read():
                    self.seen()
                delay = _RETRY_CUT[min(self._cuts, len(_RETRY_CUT) - 1)]
                self._cuts += 1
            else:
                delay = _RETRY[min(self._failures, len(_RETRY) - 1)]
                self._failures += 1
            await asyncio.sleep(delay)

    def seen(self) -> None:
        """Hear that the daemon gave a sign of life."""
        self._seen = self._clock()

    def live(self) -> None:
        """Hear that what is shown is right."""
        self.seen()
        if self._ready and not self._store.connection.live:
            self._failures = 0
            self._store.set_connection(Connection(ConnectionState.LIVE, since=self._seen))
            self._changed()

    async def _attempt(self, watch: Callable[[asyncio.TaskGroup], Awaitable[None]]) -> BackendError:
        """Connect and stay until something breaks; returns what did."""
        client = self._service.client
        self._ready = False
        try:
            async with asyncio.TaskGroup() as group:
                client.precheck()
                await ping(client, PATIENCE)
                group.create_task(self._heartbeats())
                server = await self._service.server()
                self._demo = server.revision == "demo"
                self._store.set_server(server, demo=self._demo)
                await watch(group)
                self._ready = True
        except ExceptionGroup as group_of_all:
            broken, bugs = group_of_all.split(BackendError)
            if bugs is not None or broken is None:
                raise
            return await self._cause(_leaves(broken))
        raise RuntimeError("the watch ended by itself")

    async def _heartbeats(self) -> None:
        """Find out when the daemon hangs: its streams look alive all the same."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            await ping(self._service.client, PATIENCE)
            self.live()

    async def _cause(self, errors: list[BackendError]) -> BackendError:
        """Find what really went wrong: a stream is cut with its daemon or alone."""
        for error in errors:
            if not isinstance(error, StreamCut):
                return error
        try:
            self._service.client.precheck()
            await ping(self._service.client, PATIENCE)
        except BackendError as error:
            return error
        return errors[0]

    def _lost(self, error: BackendError) -> None:
        """Say what is wrong; the data stays, with the time when it was right."""
        trouble = diagnose(
            error,
            self._service.client.address,
            seen=self._seen is not None,
            failures=self._failures,
            demo=self._demo,
        )
        before = self._store.connection
        if (before.state, before.reason) != (trouble.state, trouble.reason):
            _log.info("%s: %s (%s)", trouble.state, trouble.reason, error)
        self._store.set_connection(
            Connection(
                state=trouble.state,
                since=before.since if before.state is trouble.state else self._clock(),
                reason=trouble.reason,
                way_out=trouble.way_out,
                last_seen=self._seen,
            )
        )
        self._changed()


async def _apart(attempt: Coroutine[Any, Any, BackendError]) -> BackendError:
    """Make an attempt in a task of its own.

    A task group whose child fails while it waits cancels its task, and on Python 3.11
    and 3.12 leaves that counted there: on 3.11.2 no ``asyncio.timeout`` of that
    task ends as a TimeoutError any more, and the next attempt would end it for good.
    """
    error = await asyncio.create_task(attempt)
    here = asyncio.current_task()
    if here is not None and here.cancelling():
        # It came while the attempt failed by itself, which made it go unheard.
        raise asyncio.CancelledError
    return error


def _leaves(group: BaseExceptionGroup[BackendError]) -> list[BackendError]:
    leaves: list[BackendError] = []
    for error in group.exceptions:
        leaves += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return leaves
