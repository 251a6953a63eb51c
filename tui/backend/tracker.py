"""Keeps book of a pull and tells how it stands, a few times a second."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import islice, pairwise

from tui.state.progress import LayerPhase, LayerProgress, PullPhase, PullProgress

Tell = Callable[[PullProgress], None]

TICK = 0.25
"""Seconds from one look to the next."""
_WINDOW = 5.0
"""Seconds that a rate is the mean of."""
_STALLED = 3.0
"""Seconds without a byte that make a rate of nothing."""
_LEAST = 1.0
"""Seconds before there is a rate at all."""


class Tracker:
    """The book of one pull.

    Args:
        reference: fully qualified.
        namespace: that it goes to.
        tell: told whenever something changed, at most once a tick.
        clock: seconds, from wherever.
    """

    def __init__(
        self,
        reference: str,
        namespace: str,
        tell: Tell,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell = tell
        self._clock = clock
        self._now = PullProgress(reference, namespace)
        self._told: PullProgress | None = None
        self._layers: list[LayerProgress] = []
        self._resumed: list[int | None] = []
        self._readings: deque[tuple[float, int]] = deque()
        self.network: Callable[[], int] = self._moved
        """Tells how many bytes of layers came over the network so far."""

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """Tell while the block runs, and once at its end."""
        ticking = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            ticking.cancel()
            self.look()

    def begin(self, layers: Iterable[tuple[str, int]]) -> None:
        """Say which layers there are, by digest and size, from the lowest up."""
        self._layers = [LayerProgress(digest, size) for digest, size in layers]
        self._resumed = [None] * len(self._layers)
        self.phase(PullPhase.DOWNLOADING)

    def phase(self, phase: PullPhase) -> None:
        """Say what the pull is at."""
        if phase is not self._now.phase:
            self._readings.clear()
        self._now = replace(self._now, phase=phase)

    def layer(self, index: int, phase: LayerPhase) -> None:
        """Say what happens to a layer."""
        layer = self._layers[index]
        if phase is LayerPhase.EXISTS:
            self._resumed[index] = layer.size
        if phase is LayerPhase.WAITING or phase is LayerPhase.DOWNLOADING:
            self._layers[index] = replace(layer, phase=phase)
        else:
            self._layers[index] = replace(layer, phase=phase, offset=layer.size)

    def resume(self, index: int, offset: int) -> None:
        """Say how many bytes of a layer an earlier pull left."""
        layer = self._layers[index]
        self._resumed[index] = offset
        if layer.phase is LayerPhase.WAITING:
            self._layers[index] = replace(layer, offset=offset)

    def offset(self, index: int) -> int:
        """Return how many bytes of a layer are there."""
        return self._layers[index].offset

    def moved(self, index: int, offset: int) -> None:
        """Say how many bytes of a layer the content store has."""
        if self._resumed[index] is None:
            self._resumed[index] = offset
        layer = self._layers[index]
        phase = layer.phase
        if phase is LayerPhase.WAITING:
            phase = LayerPhase.DOWNLOADING
        self._layers[index] = replace(layer, offset=min(offset, layer.size), phase=phase)
        if self._now.phase is PullPhase.DOWNLOADING:
            self._note()

    def settle(self) -> None:
        """Compare what came with what was needed, once all layers are there."""
        came, needed = self.network(), self._moved()
        self._now = replace(self._now, fetched=came, refetched=max(0, came - needed))

    def look(self) -> None:
        """Tell if something changed."""
        came, rate = self.network(), None
        if self._now.phase is PullPhase.DOWNLOADING:
            self._note()
            rate = self._rate()
        progress = replace(
            self._now,
            layers=tuple(self._layers),
            rate=rate,
            fetched=max(came, self._now.fetched),
        )
        missing = progress.total - sum(start or 0 for start in self._resumed) - came
        if rate and missing > 0:
            progress = replace(progress, left=missing / rate)
        if progress != self._told:
            self._told = progress
            self._tell(progress)

    def _note(self) -> None:
        """Remember when how much had come; only growth counts."""
        now, came = self._clock(), self.network()
        if not self._readings or came != self._readings[-1][1]:
            self._readings.append((now, came))

    def _rate(self) -> float | None:
        """Return the bytes a second between the first and the last growth in the window.

        Between two growths nobody knows more: what comes in steps, as a daemon
        tells it, would else seem to go up and down.
        """
        readings, now = self._readings, self._clock()
        while len(readings) > 3 and now - readings[1][0] >= _WINDOW:
            readings.popleft()
        if now - readings[-1][0] >= _STALLED:
            return 0.0
        growths = _growths(readings)
        if len(growths) < 2:
            growths = list(readings)
        (begin, before), (end, after) = growths[0], growths[-1]
        # A growth that is overdue slows it down.
        if now - end > max(2 * (end - begin) / max(1, len(growths) - 1), _LEAST):
            end = now
        return (after - before) / (end - begin) if end - begin >= _LEAST else None

    def _moved(self) -> int:
        """Bytes that were stored since the pull began."""
        return sum(
            layer.offset - start
            for layer, start in zip(self._layers, self._resumed, strict=True)
            if start is not None
        )

    async def _tick(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(TICK)


def _growths(readings: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """Return the readings by which much had come, not the crumbs between two steps."""
    least = max((after - before for (_, before), (_, after) in pairwise(readings)), default=0) / 2
    found: list[tuple[float, int]] = []
    mark = readings[0][1]
    for at, came in islice(readings, 1, None):
        # Crumbs add up: whoever looks more often sees smaller steps.
        if came - mark >= least:
            found.append((at, came))
            mark = came
    return found
