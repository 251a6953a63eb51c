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
_CALM = 10
"""Looks without a byte after which nothing is downloaded: what is left of a pull lies for a day."""


class Downloads:
    """Keeps the ingests in the store current; no event tells of their growth."""

    def __init__(self, service: Service, store: Store, changed: Callable[[], None]) -> None:
        self._service = service
        self._store = store
        self._changed = changed

    async def run(self) -> None:
        """Look for as long as the connection lasts."""
        calm = _CALM
        while True:
            calm = 0 if await self.look() else calm + 1
            await asyncio.sleep(BUSY if calm < _CALM else REST)

    async def look(self) -> bool:
        """Read the ingests of every namespace; one that fails does not hide the others.

        Returns:
            Whether anything is different.
        """
        try:
            # A pull into a namespace that nobody used before makes it, without an event.
            namespaces = await self._service.list_namespaces()
        except BackendError as error:
            _log.info("%s", error)
            return False
        self._store.set_namespaces(namespaces)
        lists = await asyncio.gather(*(self._of(each.name) for each in namespaces))
        found = sorted((row for rows in lists for row in rows), key=_place)
        different = self._store.set_ingests(found)
        if different:
            self._changed()
        return different

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
