"""Curves between the readings of a task that is seldom read."""

from tui.state.models import Sample, Series
from tui.state.series import extend


def curve(*readings: tuple[float, float, int]) -> Series:
    """Extend a curve by readings of (seconds, CPU seconds, bytes)."""
    series: Series | None = None
    for at, cpu, memory in readings:
        series = extend(series, Sample(at=at, cpu_ns=round(cpu * 1e9), memory=memory), 1.0)
    assert series is not None
    return series


def test_what_is_read_now_and_then_has_a_curve_without_holes() -> None:
    series = curve((0, 0, 1), (10, 5, 2), (20, 6, 3))
    assert series.cpu == (None, *(50.0,) * 10, *(10.0,) * 10)
    assert series.memory == (*(1,) * 10, *(2,) * 10, 3)
    assert series.count == 21


def test_a_long_silence_is_a_hole() -> None:
    series = curve((0, 0, 1), (20, 5, 2))
    assert series.cpu == (*(None,) * 20, 25.0)
    assert series.memory == (1, *(None,) * 19, 2)
