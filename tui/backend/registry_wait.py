"""Trying again: how often, and how long to wait before."""

import asyncio
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tui.backend.errors import BackendError
from tui.backend.registry_errors import Throttled

MOST_TRIES = 5
LONGEST_WAIT = 20.0
"""Seconds that we wait for a registry that asks for it; then people shall know."""
_LONGEST_PAUSE = 5.0


class Tries:
    """The tries of one download, of which only those in a row without progress count.

    Args:
        first: seconds before the second try; then twice as long each time.
        most: how many without progress are enough.
    """

    def __init__(self, first: float, most: int = MOST_TRIES) -> None:
        self._first = first
        self._most = most
        self._count = 0

    def progress(self) -> None:
        """Begin to count anew."""
        self._count = 0

    async def pause(self, error: BackendError) -> None:
        """Wait before the next try.

        Args:
            error: what the last one ended with; it is raised where there is no next.
        """
        self._count += 1
        asked = error.seconds if isinstance(error, Throttled) else None
        if self._count >= self._most or (asked or 0.0) > LONGEST_WAIT:
            raise error
        pause = min(self._first * 2 ** (self._count - 1), _LONGEST_PAUSE)
        # Jitter, so that parallel downloads do not come back all at once.
        await asyncio.sleep(pause * random.uniform(0.5, 1.0) if asked is None else asked)


def retry_after(text: str) -> float | None:
    """Return the seconds that a header Retry-After asks for, None where it cannot be read."""
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())
