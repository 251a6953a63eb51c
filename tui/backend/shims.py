"""Reads tasks although a shim hangs: what the others say must not wait for it."""

import asyncio
from dataclasses import replace

from tui.backend.connection import ping
from tui.backend.errors import BackendError, NotFound, Timeout
from tui.backend.service import Service
from tui.state.models import Task, TaskStatus
from tui.state.store import Store

_LIST_PATIENCE = 5.0
"""Seconds for the list of tasks, which each hung shim holds up for two."""
_TASK_PATIENCE = 2.5
"""Seconds for one shim; the daemon itself gives it two."""


class Shims:
    """Knows the tasks of the namespace that is shown."""

    def __init__(self, service: Service, store: Store, slots: asyncio.Semaphore) -> None:
        """Take the daemon, what is known of it, and how many may be asked at once."""
        self._service = service
        self._store = store
        self._slots = slots

    async def list(self) -> list[Task]:
        """Return all tasks; a shim that hangs gives its old one.

        Raises:
            BackendError: The daemon does not answer.
        """
        try:
            async with asyncio.timeout(_LIST_PATIENCE):
                return await self._service.list_tasks(namespace=self._store.namespace)
        except (TimeoutError, Timeout):
            # The daemon asks the shims one after another and waits for each that hangs.
            rows = await asyncio.gather(*map(self._patient, self._store.rows("container")))
            return [row for row in rows if row is not None]

    async def get(self, key: str) -> Task:
        """Return a task; of one whose shim hangs, and not its daemon, only that is new.

        Raises:
            BackendError: There is none, or the daemon does not answer.
        """
        try:
            async with asyncio.timeout(_TASK_PATIENCE):
                return await self._service.get_task(key, namespace=self._store.namespace)
        except (TimeoutError, Timeout):
            await ping(self._service.client, _TASK_PATIENCE)
            old: Task | None = self._store.rows("task").get(key)
            if old is None:
                return Task(self._store.namespace, key, 0, TaskStatus.UNKNOWN)
            return replace(old, status=TaskStatus.UNKNOWN)

    async def _patient(self, key: str) -> Task | None:
        async with self._slots:
            try:
                return await self.get(key)
            except NotFound:
                return None
            except BackendError:
                old: Task | None = self._store.rows("task").get(key)
                return old
