"""The ends of tasks in all namespaces: containerd forgets them, we do not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from tui.state.models import Exit

_KEPT = 10_000


class Ends:
    """The last end of each container's task, and whether memory was the cause."""

    def __init__(self) -> None:
        self._ends: dict[tuple[str, str], Exit] = {}
        self._over: set[tuple[str, str]] = set()
        self._ooms: set[tuple[str, str]] = set()

    def get(self, namespace: str, container_id: str) -> Exit | None:
        """Give the last end that was seen, None if none was."""
        return self._ends.get((namespace, container_id))

    def of(self, namespace: str) -> Iterator[tuple[str, Exit]]:
        """Go through the container ids of a namespace and their last ends."""
        return ((key, end) for (name, key), end in self._ends.items() if name == namespace)

    def started(self, namespace: str, container_id: str) -> None:
        """Hear that a new task began: what memory did to the one before is past."""
        self._over.discard((namespace, container_id))
        self._ooms.discard((namespace, container_id))

    def oom(self, namespace: str, container_id: str) -> None:
        """Hear that the kernel killed a process for memory.

        The news may come just before or just after the end that it caused.
        """
        key = (namespace, container_id)
        if key in self._over and key in self._ends:
            end = self._ends[key]
            self._ends[key] = replace(end, oom=end.status != 0)
        else:
            self._ooms.add(key)

    def exited(self, namespace: str, container_id: str, status: int, at: datetime) -> None:
        """Hear of an end; told twice (event and task), it counts once."""
        key = (namespace, container_id)
        known = self._ends.pop(key, None)
        if known is None or at > known.at:
            count = known.count + 1 if known is not None else 1
            # What memory cost it, an exec perhaps, a task that ends well has survived.
            known = Exit(status, at, status != 0 and key in self._ooms, count)
            self._over.add(key)
            self._ooms.discard(key)
        self._ends[key] = known
        if len(self._ends) > _KEPT:
            self.forget(*next(iter(self._ends)))

    def forget(self, namespace: str, container_id: str) -> None:
        """Forget a container that is no more."""
        key = (namespace, container_id)
        self._ends.pop(key, None)
        self._over.discard(key)
        self._ooms.discard(key)
