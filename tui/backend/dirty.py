"""What the events named and nobody has fetched yet."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Literal, TypeAlias

from tui.state.table import Kind

Subject: TypeAlias = Kind | Literal["namespace"]

QUIET = 0.05
"""Seconds without a further mark that end a burst."""
LONGEST = 0.5
"""Seconds after which a burst that goes on is fetched all the same."""


class Dirty:
    """Collects names by kind, so that a burst of events is fetched in one go."""

    def __init__(self) -> None:
        self._keys: dict[Subject, set[str]] = {}
        self._marked = asyncio.Event()
        self._marks = 0

    def mark(self, kind: Subject, key: str) -> None:
        """Say that an object is not what it was."""
        self._keys.setdefault(kind, set()).add(key)
        self._marks += 1
        self._marked.set()

    def clear(self) -> None:
        """Forget all: everything is about to be read anyway."""
        self._keys.clear()
        self._marked.clear()

    async def take(self) -> Mapping[Subject, Collection[str]]:
        """Wait for a mark and for the rest of its burst; return all of them.

        However many events come in a second, they make few batches.
        """
        await self._marked.wait()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LONGEST
        before = -1
        while before != self._marks and loop.time() < deadline:
            before = self._marks
            await asyncio.sleep(QUIET)
        taken, self._keys = self._keys, {}
        self._marked.clear()
        return taken
