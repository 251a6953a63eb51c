"""Seeded curves over time, with exact integrals, so that a counter's rate is the curve."""

import math
import random
from array import array
from collections.abc import Sequence
from itertools import accumulate, pairwise


class Curve:
    """A periodic curve through points at equal distances, straight in between.

    Args:
        points: values at 0, `step`, 2 * `step` ...; the last is followed by the first.
        step: seconds between two points.
    """

    def __init__(self, points: Sequence[float], step: float) -> None:
        self._points = array("d", [*points, points[0]])
        self._step = step
        self.period = step * len(points)
        areas = ((a + b) / 2 * step for a, b in pairwise(self._points))
        self._areas = array("d", accumulate(areas, initial=0.0))

    def value(self, at: float) -> float:
        """The value at a time in seconds."""
        index, rest = self._locate(at % self.period)
        low, high = self._points[index], self._points[index + 1]
        return low + (high - low) * rest / self._step

    def integral(self, start: float, end: float) -> float:
        """The area under the curve between two times."""
        return self._area(end) - self._area(start)

    def _area(self, at: float) -> float:
        cycles, within = divmod(at, self.period)
        index, rest = self._locate(within)
        low, high = self._points[index], self._points[index + 1]
        partial = low * rest + (high - low) * rest * rest / (2 * self._step)
        return cycles * self._areas[-1] + self._areas[index] + partial

    def _locate(self, within: float) -> tuple[int, float]:
        index = min(int(within / self._step), len(self._points) - 2)
        return index, within - index * self._step


def wave(rng: random.Random, low: float, high: float, *, step: float = 3.0) -> Curve:
    """A slow rise and fall with a little noise on it."""
    count, phase = 60, rng.random() * math.tau
    middle, swing = (low + high) / 2, (high - low) / 2
    points = [
        middle + swing * (0.85 * math.sin(phase + math.tau * i / count) + rng.uniform(-0.15, 0.15))
        for i in range(count)
    ]
    return Curve(points, step)


def stairs(rng: random.Random, low: float, high: float, *, step: float = 2.0) -> Curve:
    """Levels that hold for a while and then jump."""
    points: list[float] = []
    while len(points) < 60:
        level = rng.uniform(low, high)
        points += [level * rng.uniform(0.97, 1.03) for _ in range(rng.randint(5, 12))]
    return Curve(points, step)


def bursts(rng: random.Random, low: float, high: float, *, step: float = 1.5) -> Curve:
    """Quiet, with short peaks."""
    count = 80
    points = [low * rng.uniform(0.6, 1.4) for _ in range(count)]
    for start in sorted(rng.sample(range(count), 6)):
        top = rng.uniform(0.6, 1.0) * high
        for offset, share in enumerate((0.5, 1.0, 0.9, 0.4)):
            points[(start + offset) % count] = top * share
    return Curve(points, step)


def flat(rng: random.Random, low: float, high: float, *, step: float = 4.0) -> Curve:
    """Hardly anything happens."""
    return Curve([rng.uniform(low, high) for _ in range(40)], step)


def ramp(rng: random.Random, low: float, high: float, *, step: float = 5.0) -> Curve:
    """A leak: it grows steadily, and starts over once it has reached the top."""
    count = 120
    slope = (high - low) / count
    return Curve([low + slope * (i + rng.uniform(0.0, 0.6)) for i in range(count)], step)
