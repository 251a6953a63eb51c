"""Blobs that somebody else is fetching: how many, how far, how fast."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tui.state.models import Ingest
from tui.state.progress import PullPhase
from tui.state.pulls import PullState

WINDOW = 6.0
"""Seconds over which a rate is taken."""
STALLED = 30.0
"""Seconds without a byte after which it is said."""
GIVEN_UP = 300.0
"""Seconds without a byte after which nobody writes the blob any more."""
STEP = 2.5
"""Seconds after which an unchanged picture counts as one in which nothing came."""
SMALL = ("index-", "manifest-", "config-")
"""How the refs of what a pull fetches besides layers begin."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is on its way into one namespace."""

    namespace: str
    blobs: int
    offset: int
    """Bytes that are there."""
    total: int
    """Bytes in all, 0 where one of the writers did not say."""
    rate: float | None = None
    """Bytes a second, None before two pictures could be compared."""
    idle: float = 0.0
    """Seconds since the last byte."""


@dataclass(slots=True)
class _Tally:
    """What came into one namespace since it was first looked at."""

    since: datetime
    """When the last byte came."""
    offsets: dict[str, int] = field(default_factory=dict)
    received: int = 0
    marks: deque[tuple[datetime, int]] = field(default_factory=deque)
    """Moments and the bytes received until then, the oldest one as old as the window."""

    def count(self, ingests: Iterable[Ingest], now: datetime) -> None:
        """Add what the blobs have more than in the picture before."""
        offsets = {each.ref: each.offset for each in ingests}
        if self.marks:
            if offsets == self.offsets and _since(self.marks[-1][0], now) < STEP:
                return
            old = self.offsets
            grown = sum(max(0, offset - old.get(ref, 0)) for ref, offset in offsets.items())
            self.received += grown
            if grown:
                self.since = now
        self.offsets = offsets
        self.marks.append((now, self.received))
        while len(self.marks) > 2 and _since(self.marks[1][0], now) >= WINDOW:
            self.marks.popleft()

    def rate(self) -> float | None:
        """Return the bytes a second over the window."""
        (start, before), (end, after) = self.marks[0], self.marks[-1]
        seconds = _since(start, end)
        return (after - before) / seconds if seconds > 0 else None


class Arrivals:
    """Compares the ingests of one picture with those of the ones before."""

    def __init__(self) -> None:
        self._tallies: dict[str, _Tally] = {}
        self._left: dict[tuple[str, str], datetime] = {}
        """Layers that pulls of ours left half done, and when."""

    def take(
        self, ingests: Iterable[Ingest], pulls: Iterable[PullState], now: datetime
    ) -> tuple[Arrival, ...]:
        """Return what others fetch, by namespace in the order of their names.

        Args:
            ingests: All blobs on their way, in any namespace.
            pulls: Ours; what they fetch is left out.
            now: The time of the picture.
        """
        ours = self._ours(pulls)
        by_namespace: dict[str, list[Ingest]] = {}
        for each in ingests:
            if not self._is_ours(each, ours) and _since(each.updated_at or now, now) < GIVEN_UP:
                by_namespace.setdefault(each.namespace, []).append(each)
        self._tallies = {
            namespace: self._tallies.get(namespace) or _Tally(_newest(blobs, now))
            for namespace, blobs in by_namespace.items()
        }
        return tuple(
            self._arrival(name, blobs, now) for name, blobs in sorted(by_namespace.items())
        )

    def _arrival(self, namespace: str, blobs: list[Ingest], now: datetime) -> Arrival:
        tally = self._tallies[namespace]
        tally.count(blobs, now)
        known = all(each.total > 0 for each in blobs)
        return Arrival(
            namespace,
            len(blobs),
            sum(each.offset for each in blobs),
            sum(each.total for each in blobs) if known else 0,
            tally.rate(),
            _since(tally.since, now),
        )

    def _ours(self, pulls: Iterable[PullState]) -> dict[str, set[str]]:
        """Return the layers of the pulls that run, by namespace; note what others left."""
        layers: dict[str, set[str]] = {}
        for pull in pulls:
            digests = {layer.digest for layer in pull.progress.layers}
            namespace = pull.request.namespace
            if pull.ended is None:
                layers.setdefault(namespace, set()).update(digests)
            elif pull.progress.phase is not PullPhase.DONE:
                self._left.update({(namespace, digest): pull.ended for digest in digests})
        return layers

    def _is_ours(self, ingest: Ingest, ours: dict[str, set[str]]) -> bool:
        """Tell whether a pull of ours fetches the blob, or left it half done.

        A ref ends with the digest of its blob. What comes before the layers
        are known is small and is taken for ours while a pull of ours runs there.
        """
        algorithm, colon, hexadecimal = ingest.ref.rpartition(":")
        digest = f"{algorithm.rpartition('-')[2]}{colon}{hexadecimal}"
        layers = ours.get(ingest.namespace)
        if layers is not None and (ingest.ref.startswith(SMALL) or digest in layers):
            return True
        left = self._left.get((ingest.namespace, digest))
        return left is not None and (ingest.updated_at is None or ingest.updated_at <= left)


def _since(then: datetime, now: datetime) -> float:
    return (now - then).total_seconds()


def _newest(ingests: Iterable[Ingest], now: datetime) -> datetime:
    """Return when the last byte of any of them came, as far as the daemon tells."""
    return min(now, max((each.updated_at or now for each in ingests), default=now))
