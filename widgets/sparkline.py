"""A row of samples as block text, in one style and on a fixed scale."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from widgets.glyphs import Glyphs
from widgets.glyphs import glyphs as current_glyphs


def _bucket_value(samples: Sequence[float | None], mean: bool) -> float | None:
    """Return what stands for the samples of one cell, `None` if all are missing."""
    known = [value for value in samples if value is not None and isfinite(value)]
    if not known:
        return None
    return sum(known) / len(known) if mean else max(known)


def buckets(
    values: Sequence[float | None],
    width: int,
    *,
    bucket: int = 1,
    start: int = 0,
    mean: bool = False,
) -> list[float | None]:
    """Return the values of the last `width` cells at most, the newest last.

    Args:
        values: Samples, the newest last; `None` and NaN are gaps.
        width: Cells.
        bucket: Samples that a cell stands for.
        start: The number of the first sample, counted from the beginning of the
            series. The limits of the cells are multiples of `bucket` on that
            count, so a cell keeps its samples while new ones arrive.
        mean: Whether a cell shows the mean of its samples rather than the largest.
    """
    if not values or width <= 0:
        return []
    last = (start + len(values) - 1) // bucket
    first = max(start // bucket, last - width + 1)
    return [
        _bucket_value(values[max(0, cell * bucket - start) : (cell + 1) * bucket - start], mean)
        for cell in range(first, last + 1)
    ]


def sparkline(
    values: Sequence[float | None],
    width: int,
    *,
    low: float = 0.0,
    high: float | None = None,
    floor: float = 1.0,
    bucket: int = 1,
    start: int = 0,
    mean: bool = False,
    glyphs: Glyphs | None = None,
) -> str:
    """Return samples as `width` cells of text, the newest at the right.

    Args:
        values: Samples, the newest last; `None` and NaN are drawn as gaps.
        width: Cells.
        low: What the lowest step stands for.
        high: What the highest step stands for; `None` takes the largest sample.
        floor: The least distance from `low` that `high` may have when it is taken
            from the samples, so that next to nothing does not look like a lot.
        bucket: Samples that a cell stands for.
        start: The number of the first sample in its series (see `buckets`).
        mean: Whether a cell shows the mean of its samples rather than the largest.
        glyphs: The signs to draw with; those in use if not given.
    """
    cells = buckets(values, width, bucket=bucket, start=start, mean=mean)
    ramp = (glyphs or current_glyphs()).ramp
    if high is None:
        high = max([low + floor, *(value for value in cells if value is not None)])
    scale = len(ramp) / (high - low) if high > low else 0.0
    top = len(ramp) - 1
    drawn = [
        " " if value is None else ramp[max(0, min(top, int((value - low) * scale)))]
        for value in cells
    ]
    return "".join(drawn).rjust(max(0, width))
