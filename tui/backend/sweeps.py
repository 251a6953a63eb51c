"""Reads objects and lists from the daemon into the store."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, get_args

from tui.backend.dirty import Subject
from tui.backend.errors import BackendError, NotFound
from tui.backend.order import Order
from tui.backend.service import Service
from tui.backend.shims import Shims
from tui.backend.starts import Starts
from tui.state.models import Image, Task
from tui.state.store import Store
from tui.state.table import Kind

_log = logging.getLogger(__name__)

KINDS: tuple[Kind, ...] = get_args(Kind)
MANY = 64
"""Objects of one kind from which on the whole list is cheaper."""
_TOGETHER = 8
"""Objects that are read at once."""


class Reader:
    """Knows how to read each kind of object; nothing of when."""

    def __init__(self, service: Service, store: Store, changed: Callable[[], None]) -> None:
        self._service = service
        self._store = store
        self._changed = changed
        self._order = Order()
        self.starts = Starts()
        """Takes the starts that events tell of."""
        self._slots = asyncio.Semaphore(_TOGETHER)
        self._shims = Shims(service, store, self._slots)

    def switch(self) -> None:
        """Refuse what is under way: it is of the namespace that was left."""
        self._order.close((*KINDS, "elsewhere", "loaded"))

    async def everything(self) -> list[BackendError]:
        """Read all lists; one that fails does not hide the others.

        Returns:
            What went wrong.
        """
        ticket = self._order.begin()
        failed = await _all(
            [
                self._try(self.namespaces),
                self._try(partial(self.list, "image")),
                self._containers(),
                self._try(partial(self.list, "snapshot")),
            ]
        )
        if self._order.admit_list("loaded", ticket) is not None:
            self._store.set_loaded()
            self._changed()
        return [error for error in failed if error is not None]

    async def details(self) -> None:
        """Read what is slower than the lists and can wait."""
        images = self._store.rows("image")
        await _all([self._try(self.elsewhere), self._describe_all(images)])

    async def fetch(self, taken: Mapping[Subject, Collection[str]]) -> None:
        """Read the objects that were marked, or the list of a kind where they are many."""
        had = bool(self._store.rows("container"))
        jobs: list[Awaitable[BackendError | None]] = []
        for subject, keys in taken.items():
            if subject == "namespace":
                jobs.append(self._try(self.namespaces))
            elif len(keys) > MANY:
                jobs.append(self._try(partial(self.list, subject)))
            else:
                jobs += [self._try(partial(self.one, subject, key)) for key in keys]
        await _all(jobs)
        await self._describe_all(taken.get("image", ()))
        if bool(self._store.rows("container")) is not had:
            await self._try(self.elsewhere)

    async def one(self, kind: Kind, key: str) -> None:
        """Read one object; one that is gone leaves the store.

        Raises:
            BackendError: It could not be read; its old row stays.
        """
        ticket = self._order.begin()
        row: Any = None
        async with self._slots:
            with suppress(NotFound):
                row = await self._get(kind, key)
        if self._order.admit(kind, key, ticket):
            if row is None:
                self._store.remove(kind, key)
            else:
                self._store.upsert(kind, self._date(row) if kind == "task" else row)
            self._changed()

    async def list(self, kind: Kind) -> None:
        """Read all objects of a kind.

        Raises:
            BackendError: They could not be read; the old rows stay.
        """
        ticket, namespace = self._order.begin(), self._store.namespace
        try:
            rows = await self._list(kind)
        except BackendError as error:
            if namespace == self._store.namespace:
                self._store.set_trouble(kind, str(error))
                self._changed()
            raise
        keep = self._order.admit_list(kind, ticket)
        if keep is None:
            return
        self._store.set_trouble(kind, "")
        if kind == "task":
            rows = [self._date(row) for row in rows]
        self._store.replace(kind, rows, keep)
        self._changed()

    async def namespaces(self) -> None:
        """Read the list of namespaces."""
        self._store.set_namespaces(await self._service.list_namespaces())
        self._changed()

    async def elsewhere(self) -> None:
        """Count the containers of the other namespaces while this one has none."""
        ticket = self._order.begin()
        counts: dict[str, int] = {}
        if not self._store.rows("container"):
            for namespace in self._store.namespaces:
                if namespace.name != self._store.namespace:
                    rows = await self._service.list_containers(namespace=namespace.name)
                    counts[namespace.name] = len(rows)
        if self._order.admit_list("elsewhere", ticket) is not None:
            self._store.set_elsewhere({name: count for name, count in counts.items() if count})
            self._changed()

    async def _containers(self) -> BackendError | None:
        """Read the containers, then the tasks, which take their start from a label of theirs."""
        failed = await self._try(partial(self.list, "container"))
        return await self._try(partial(self.list, "task")) or failed

    async def _get(self, kind: Kind, key: str) -> Any:
        namespace = self._store.namespace
        if kind == "image":
            image = self._carry(await self._service.get_image(key, namespace=namespace))
            return (
                image
                if image.size
                else await self._service.describe_image(image, namespace=namespace)
            )
        if kind == "container":
            return await self._service.get_container(key, namespace=namespace)
        if kind == "task":
            return await self._shims.get(key)
        snapshotter, _, name = key.partition("/")
        return await self._service.get_snapshot(name, snapshotter, namespace=namespace)

    async def _list(self, kind: Kind) -> Any:
        namespace = self._store.namespace
        if kind == "image":
            return [
                self._carry(row) for row in await self._service.list_images(namespace=namespace)
            ]
        if kind == "container":
            return await self._service.list_containers(namespace=namespace)
        if kind == "snapshot":
            return await self._service.list_snapshots(namespace=namespace)
        return await self._shims.list()

    async def _describe_all(self, names: Iterable[str]) -> None:
        """Describe the images that were not yet, or where content was missing."""
        rows = [self._store.rows("image").get(name) for name in names]
        await _all(
            self._try(partial(self._describe, row)) for row in rows if row and row.size is None
        )

    async def _describe(self, image: Image) -> None:
        """Fill in what is read from the content behind an image."""
        ticket = self._order.begin()
        async with self._slots:
            row = await self._service.describe_image(image, namespace=image.namespace)
        here = image.namespace == self._store.namespace
        if here and self._order.admit("image", image.name, ticket):
            self._store.upsert("image", row)
            self._changed()

    def _carry(self, image: Image) -> Image:
        """Keep what was read of the same digest before: content does not change."""
        old: Image | None = self._store.rows("image").get(image.name)
        if old is None or old.digest != image.digest:
            return image
        return replace(
            image,
            size=old.size,
            platforms=old.platforms,
            chain_id=old.chain_id,
            problem=old.problem,
        )

    def _date(self, task: Task) -> Task:
        """Say when a task started."""
        old: Task | None = self._store.rows("task").get(task.container_id)
        return self.starts.date(task, old, self._store.rows("container").get(task.container_id))

    async def _try(self, job: Callable[[], Awaitable[None]]) -> BackendError | None:
        try:
            await job()
        except BackendError as error:
            _log.info("%s", error)
            return error
        return None


async def _all(jobs: Iterable[Awaitable[Any]]) -> list[Any]:
    return await asyncio.gather(*jobs)
