"""What the strip, the dialog and the notifications say of pulls; pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tui.format import duration, of_total, per_second, plural, short_digest, size
from tui.panes.names import short_image
from tui.state.arrivals import STALLED, Arrival
from tui.state.progress import LayerPhase, LayerProgress, PullPhase
from tui.state.pulls import PullState
from tui.text import safe
from widgets.activity import ActivityLine
from widgets.bars import Item
from widgets.glyphs import glyphs
from widgets.progress_list import ProgressLine

LINGER = 8.0
"""Seconds that a pull which went well stays in the strip."""
RATE, LEFT = 10, 5
"""Cells of a rate and of a time left."""
IDLE_STEP = 10
"""Seconds between two changes of how long nothing came."""
PRIORITIES = (2, 4, 3, 5)
"""Of bytes, rate, time left and layers: the layers go first where room is short."""
NAME, DIGEST = 60, 12
"""Cells of a name and of a layer's digest."""


def name(pull: PullState) -> str:
    """Return what to call a pull in a line."""
    return safe(short_image(pull.request.reference), NAME)


def foremost(pulls: Sequence[PullState]) -> PullState:
    """Return the pull that one wants to see: a failure, else one that runs, else the last."""
    failed = [pull for pull in pulls if pull.failed]
    running = [pull for pull in pulls if pull.running]
    return (failed or running or [pulls[-1]])[0]


def in_strip(pull: PullState, now: datetime) -> bool:
    """Tell whether the strip shows it: a failure stays there until it was looked at."""
    return pull.ended is None or pull.failed or (now - pull.ended).total_seconds() < LINGER


def strip_lines(
    pulls: Iterable[PullState], arrivals: Iterable[Arrival], now: datetime
) -> list[ActivityLine]:
    """Return a line for each pull and for each namespace into which others pull."""
    shown = [pull for pull in pulls if in_strip(pull, now)]
    # A failure wants to be seen also where there is no room for all lines.
    shown.sort(key=lambda pull: (not pull.failed, not pull.running))
    drafts = [_of_pull(pull) for pull in shown] + [_of_arrival(each) for each in arrivals]
    columns = [[texts[place] for _, texts in drafts if texts] for place in range(4)]
    widths = [max(map(len, column), default=0) for column in columns]
    return [_joined(line, texts, widths) for line, texts in drafts]


Draft = tuple[ActivityLine, tuple[str, ...]]
"""A line, and its figures that stand in columns: bytes, rate, time left, layers."""


def _joined(line: ActivityLine, texts: Sequence[str], widths: Sequence[int]) -> ActivityLine:
    """Give the figures the widths that they have in all lines."""
    parts = tuple(
        Item(((f"{text:>{width}}", ""),), priority=priority)
        for text, width, priority in zip(texts, widths, PRIORITIES, strict=False)
        if width
    )
    return ActivityLine(line.label, line.text, line.fraction, line.style, parts, aligned=True)


def _of_pull(pull: PullState) -> Draft:
    progress, label = pull.progress, f"{glyphs().down} {name(pull)}"
    if not pull.running:
        style = {PullPhase.DONE: "ok", PullPhase.CANCELLED: "dim"}.get(progress.phase, "bad")
        sign = f"{glyphs().cross} " if pull.failed else f"{glyphs().dot} "
        return ActivityLine(sign + name(pull), outcome(pull), style=style), ()
    if pull.cancelling:
        return ActivityLine(label, "cancelling", style="dim"), ()
    layers = _layers(pull)
    if progress.phase is PullPhase.UNPACKING:
        return ActivityLine(label, f"unpacking {layers}", _unpacked(pull)), ()
    if progress.phase is not PullPhase.DOWNLOADING:
        word = "resolving" if progress.phase is PullPhase.RESOLVING else "finishing"
        return ActivityLine(label, word), ()
    return ActivityLine(label, fraction=progress.fraction), (
        _bytes(progress.offset, progress.total),
        rate(progress.rate),
        f"{left(progress.left):>{LEFT}}",
        layers,
    )


def _of_arrival(arrival: Arrival) -> Draft:
    blobs = plural(arrival.blobs, "blob")
    label = f"{glyphs().down} {safe(arrival.namespace, NAME)}: {blobs}"
    fraction = min(1.0, arrival.offset / arrival.total) if arrival.total else None
    figures = _bytes(arrival.offset, arrival.total)
    if arrival.idle >= STALLED:
        seconds = arrival.idle // IDLE_STEP * IDLE_STEP
        text = f"{figures}  no bytes for {duration(seconds)}"
        return ActivityLine(label, text, fraction, style="warn"), ()
    return ActivityLine(label, fraction=fraction), (figures, rate(arrival.rate), "", "")


def _layers(pull: PullState) -> str:
    layers = pull.progress.layers
    total = str(len(layers))
    return f"{pull.progress.layers_done:>{len(total)}}/{plural(len(layers), 'layer')}"


def _unpacked(pull: PullState) -> float | None:
    """Return how much is unpacked: the bar stands beside that word."""
    layers = pull.progress.layers
    return pull.progress.layers_done / len(layers) if layers else None


def _bytes(offset: int, total: int) -> str:
    return of_total(offset, total) if total else f"{size(offset):>8}"


def rate(bytes_per_second: float | None) -> str:
    """Return a rate that always has the same width."""
    text = "" if bytes_per_second is None else per_second(bytes_per_second)
    return f"{text:>{RATE}}"


def left(seconds: float | None) -> str:
    """Return the time left, ``""`` where nobody can tell."""
    return "" if seconds is None else duration(seconds)


STYLES = {
    LayerPhase.WAITING: "dim",
    LayerPhase.UNPACKING: "busy",
    LayerPhase.EXISTS: "ok",
    LayerPhase.DONE: "ok",
}
"""How the phase of a layer is drawn."""
UNFINISHED = (LayerPhase.WAITING, LayerPhase.DOWNLOADING, LayerPhase.UNPACKING)


def layer_lines(pull: PullState) -> list[ProgressLine]:
    """Return a line for each layer, from the lowest up."""
    return [_layer_line(pull, layer) for layer in pull.progress.layers]


def _layer_line(pull: PullState, layer: LayerProgress) -> ProgressLine:
    """Return the line of a layer; once all is over, nothing is done with it any more."""
    offset, note, style = layer.offset, layer.phase.value, STYLES.get(layer.phase, "")
    if pull.done and not layer.complete:
        # The last report came a moment before the end.
        offset, note, style = layer.size, LayerPhase.DONE.value, STYLES[LayerPhase.DONE]
    elif not pull.running and layer.phase in UNFINISHED:
        note, style = "not done", "dim"
    return ProgressLine(
        safe(short_digest(layer.digest), DIGEST),
        offset / layer.size if layer.size else None,
        _bytes(offset, layer.size) if layer.size or offset else "",
        note,
        style,
    )


def whole_lines(pull: PullState) -> list[ProgressLine]:
    """Return the two lines of a whole pull, above those of its layers."""
    progress = pull.progress
    phase = "cancelling" if pull.cancelling else progress.phase.value
    layers = _layers(pull) if progress.layers else ""
    if progress.phase is not PullPhase.DOWNLOADING:
        return [ProgressLine(phase, _unpacked(pull), "", layers), ProgressLine("")]
    figures = _bytes(progress.offset, progress.total)
    if pull.cancelling:
        return [ProgressLine(phase, progress.fraction, figures, layers), ProgressLine("")]
    remains = f"{left(progress.left)} left" if progress.left is not None else ""
    return [
        ProgressLine(phase, progress.fraction, figures, layers),
        ProgressLine("", None, rate(progress.rate), remains),
    ]


def asked(pull: PullState) -> str:
    """Return where a pull goes to, and how."""
    request = pull.request
    parts = [f"namespace {safe(request.namespace, 40)}"]
    if request.platform:
        parts.append(safe(request.platform, 40))
    if not request.unpack:
        parts.append("not unpacked")
    elif request.snapshotter:
        parts.append(f"unpacked to {safe(request.snapshotter, 30)}")
    return f" {glyphs().bullet} ".join(parts)


def outcome(pull: PullState) -> str:
    """Say how a pull ended, without its name."""
    if pull.progress.phase is PullPhase.DONE:
        return f"pulled in {duration(pull.seconds)}, {_fetched(pull)}"
    if pull.progress.phase is PullPhase.CANCELLED:
        return f"cancelled after {duration(pull.seconds)}"
    return safe(pull.error, 300)


def _fetched(pull: PullState) -> str:
    progress = pull.progress
    if not progress.fetched and all(layer.phase is LayerPhase.EXISTS for layer in progress.layers):
        return "nothing had to be fetched"
    again = f", {size(progress.refetched)} of it again" if progress.refetched else ""
    return f"{size(progress.fetched or progress.total)}{again}"


def sentence(pull: PullState) -> str:
    """Say how a pull ended, with its name."""
    if pull.progress.phase is PullPhase.DONE:
        return f"Pulled {name(pull)} in {duration(pull.seconds)}, {_fetched(pull)}."
    if pull.progress.phase is PullPhase.CANCELLED:
        return f"Cancelled the pull of {name(pull)}."
    said = outcome(pull)
    # Many a sentence of the back end names the image by itself.
    return said if safe(pull.request.reference) in said else f"{name(pull)}: {said}"
