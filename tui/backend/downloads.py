"""Downloads that anybody runs: the ingests of all namespaces, looked at now and then."""

import asyncio
import logging
from collections.abc import Callable

from tui.backend.errors import BackendError, NotFound
from tui.backend.service import Service
from tui.state.models import Ingest
from tui.state.store import Store

_log = logging.getLogger(__name__)

REST = 4.0
"""Seconds between two looks while nothing is downloaded."""
BUSY = 1.0
"""Seconds between two looks while something is."""


class Downloads:
    """Keeps the ingests in the store current; no event tells of their growth."""

    def __init__(self, service: Service, store: Store, changed: Callable[[], None]) -> None:
        self._service = service
        self._store = store
        self._changed = changed

    async def run(self) -> None:
        """Look for as long as the connection lasts."""
        while True:
            await self.look()
            await asyncio.sleep(BUSY if self._store.ingests else REST)

    async def look(self) -> None:
        """Read the ingests of every namespace; one that fails does not hide the others."""
        names = [namespace.name for namespace in self._store.namespaces]
        lists = await asyncio.gather(*(self._of(name) for name in names))
        found = sorted((row for rows in lists for row in rows), key=_place)
        if self._store.set_ingests(found):
            self._changed()

    async def _of(self, namespace: str) -> list[Ingest]:
        try:
            return await self._service.list_ingests(namespace=namespace)
        except NotFound:
            return []
        except BackendError as error:
            _log.info("%s", error)
            return []


def _place(ingest: Ingest) -> tuple[str, str]:
    return ingest.namespace, ingest.ref
