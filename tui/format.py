"""Figures as people read them: sizes, rates, ages and times.

An age changes only at its own coarse step, so that a table of old objects
draws nothing while time goes by.
"""

from datetime import datetime
from functools import lru_cache

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86_400, 31_557_600
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
YOUNG_STEP = 10
"""Seconds between two changes of an age below a minute."""


@lru_cache(maxsize=4096)
def size(number: int) -> str:
    """Return bytes as IEC text of at most eight cells, e.g. ``212 MiB``."""
    if number < 1024:
        return f"{number} B"
    from humanize import naturalsize  # only once there is something to show

    text = naturalsize(number, binary=True, format="%.1f")
    figure, _, unit = text.partition(" ")
    return f"{float(figure):.0f} {unit}" if len(figure) > 3 else text


def of_total(part: int, total: int) -> str:
    """Return bytes of a whole in the whole's unit, as wide at the start as at the end.

    For instance `` 8.2/29.8 MiB`` and `` 12/300 MiB``.
    """
    place = 0
    while total >= 1024 ** (place + 1) and place < len(UNITS) - 1:
        place += 1
    digits = 1 if place and total < 100 * 1024**place else 0
    whole = f"{total / 1024**place:.{digits}f}"
    return f"{part / 1024**place:>{len(whole)}.{digits}f}/{whole} {UNITS[place]}"


def per_second(rate: float) -> str:
    """Return bytes a second as text of at most ten cells, e.g. ``7.1 MiB/s``."""
    return f"{size(int(rate))}/s"


def duration(seconds: float) -> str:
    """Return a time span as text of at most five cells, e.g. ``42s``, ``1m05s``, ``59m``."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return f"{whole}s"
    if whole < 10 * MINUTE:
        return f"{whole // MINUTE}m{whole % MINUTE:02d}s"
    if whole < HOUR:
        return f"{whole // MINUTE}m"
    return f"{whole // HOUR}h" if whole < 1000 * HOUR else ">999h"


def percent(rate: float) -> str:
    """Return percent of one core as text of at most six cells."""
    return f"{rate:.1f}%" if rate < 999.95 else f"{rate:.0f}%"


def age(then: datetime | None, now: datetime) -> str:
    """Return how long ago `then` was, coarsely (``40s``, ``8m``, ``3d``), ``""`` for None."""
    if then is None:
        return ""
    return span((now - then).total_seconds())


def span(seconds: float) -> str:
    """Return a duration in seconds as its largest unit."""
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return f"{whole // YOUNG_STEP * YOUNG_STEP}s" if whole >= YOUNG_STEP else "now"
    if whole < HOUR:
        return f"{whole // MINUTE}m"
    if whole < 2 * DAY:
        return f"{whole // HOUR}h"
    if whole < 2 * YEAR:
        return f"{whole // DAY}d"
    return f"{whole // YEAR}y"


def moment(then: datetime | None, now: datetime) -> str:
    """Return a time in the reader's zone with its age, e.g. ``2026-08-01 10:00:00 (3d ago)``."""
    if then is None:
        return ""
    local = then.astimezone(now.tzinfo)
    how_long = age(then, now)
    ago = how_long if how_long == "now" else f"{how_long} ago"
    return f"{local:%Y-%m-%d %H:%M:%S} ({ago})"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun, e.g. ``1 task`` and ``3 tasks``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def short_digest(digest: str) -> str:
    """Return the first twelve digits of a digest, or the start of what is no digest."""
    return digest.partition(":")[2][:12] or digest[:12]
