"""The time of the world: the host's, or one that stands still until it is moved."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

NEVER = -62135596800
"""Go's zero time, which a daemon sends where something has not happened yet."""


def stamp(seconds: float) -> Timestamp:
    """Turn seconds since the epoch into the wire's form."""
    whole = int(seconds // 1)
    return Timestamp(seconds=whole, nanos=int((seconds - whole) * 1e9))


def rfc3339(seconds: float) -> str:
    """Write seconds since the epoch as labels and JSON hold them."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


class Timer:
    """Something that happens at a time, unless it is cancelled before."""

    __slots__ = ("action", "cancelled", "when")

    def __init__(self, when: float, action: Callable[[], None]) -> None:
        self.when = when
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        """Keep it from happening."""
        self.cancelled = True


class Clock:
    """Tells the time and does things at theirs; sleeps while nothing is due.

    Args:
        at: stand still at this time (seconds since the epoch) from the start;
            None follows the host's clock.
    """

    def __init__(self, at: float | None = None) -> None:
        self._frozen = at
        # A host's clock that is set back must not run the world backwards.
        self._base = time.time() - time.monotonic()
        self._due: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._handle: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._base + time.monotonic() if self._frozen is None else self._frozen

    def stamp(self) -> Timestamp:
        """The time in the wire's form."""
        return stamp(self.now())

    def call_at(self, when: float, action: Callable[[], None]) -> Timer:
        """Do `action` at `when`, or as soon as possible if that is past."""
        timer = Timer(when, action)
        heapq.heappush(self._due, (when, next(self._order), timer))
        self._arm()
        return timer

    def call_later(self, delay: float, action: Callable[[], None]) -> Timer:
        """Do `action` in `delay` seconds."""
        return self.call_at(self.now() + delay, action)

    def freeze(self, at: float | None = None) -> None:
        """Stand still, now or at another time; nothing happens until `advance` or `thaw`."""
        self._frozen = self.now() if at is None else at
        self._arm()

    def thaw(self) -> None:
        """Go on from the time it is."""
        self._base = self.now() - time.monotonic()
        self._frozen = None
        self._arm()

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`; what falls due on the way happens at its own time."""
        target = self.now() + seconds
        running = self._frozen is None
        while self._due and self._due[0][0] <= target:
            when, _, timer = heapq.heappop(self._due)
            self._frozen = max(self.now(), when)
            if not timer.cancelled:
                timer.action()
        self._frozen = target
        if running:
            self.thaw()

    def _arm(self) -> None:
        """Wake at the next thing due, and not before."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        while self._due and self._due[0][2].cancelled:
            heapq.heappop(self._due)
        if self._due and self._frozen is None:
            delay = max(0.0, self._due[0][0] - self.now())
            self._handle = asyncio.get_running_loop().call_later(delay, self._ring)

    def _ring(self) -> None:
        self._handle = None
        now = self.now()
        while self._due and self._due[0][0] <= now:
            timer = heapq.heappop(self._due)[2]
            if not timer.cancelled:
                timer.action()
        self._arm()
