"""From readings of a cgroup to the curve of a task; pure functions."""

from tui.state.models import Sample, Series

LENGTH = 60
"""Steps that a curve keeps."""
HELD = 15.0
"""Seconds between two readings for which they still tell what was between them."""


def extend(series: Series | None, sample: Sample, step: float) -> Series:
    """Add a reading to a curve.

    The curve is a time axis. A rate is the mean between two readings by the
    metrics' own clock, and so it is the rate of every step between them; the
    memory stays what it was until it is read again. Where readings are further
    apart than those of a task out of view, the steps between them are gaps. A
    counter that went back is another process under the same id, and a reading
    older than the whole curve has nothing to do with it: both begin a new curve.

    Args:
        series: The curve so far, None for the first reading.
        sample: The new reading.
        step: Seconds that one step of the curve stands for.
    """
    if series is None:
        return _begin(sample)
    elapsed = sample.at - series.last.at
    if elapsed == 0 and sample == series.last:
        return series
    if elapsed <= 0 or sample.cpu_ns < series.last.cpu_ns:
        return _begin(sample)
    # A reading that is merely late is no gap: the rate covers the whole time.
    missing = round(elapsed / step) - 1 if elapsed > 2.5 * step else 0
    if missing >= LENGTH:
        return _begin(sample)
    percent = (sample.cpu_ns - series.last.cpu_ns) / (elapsed * 1e9) * 100
    held = elapsed <= HELD
    rates = (percent if held else None,) * missing
    sizes = (series.last.memory if held else None,) * missing
    return Series(
        last=sample,
        cpu=(*series.cpu, *rates, percent)[-LENGTH:],
        memory=(*series.memory, *sizes, sample.memory)[-LENGTH:],
        count=series.count + missing + 1,
    )


def _begin(sample: Sample) -> Series:
    return Series(last=sample, cpu=(None,), memory=(sample.memory,), count=1)
