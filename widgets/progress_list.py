"""Progress bars one below the other, scrolled when there are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from widgets.activity import PERCENT, bar_spans
from widgets.cells import cell_width, fit
from widgets.scroller import Scroller, Spans

LEAST, MOST = 6, 40
"""Cells of a bar."""


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """One thing that makes progress.

    Attributes:
        label: What it is.
        fraction: How much of it is done, 0 to 1; `None` draws no bar.
        figures: How much that is.
        note: What is done with it.
        style: The name of the style of the note.
    """

    label: str
    fraction: float | None = None
    figures: str = ""
    note: str = ""
    style: str = ""


class ProgressList(Scroller):
    """A line for each thing; only those that changed are drawn again.

    Args:
        notes: All notes that there may be: the bars keep their width when these change.
        id: As of any widget.
    """

    def __init__(self, notes: Iterable[str] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._note = max(map(cell_width, notes), default=0)
        self._lines: tuple[ProgressLine, ...] = ()
        self._beside: tuple[ProgressLine, ...] = ()

    def show(self, lines: Sequence[ProgressLine], beside: Sequence[ProgressLine] = ()) -> None:
        """Show these lines from now on.

        Args:
            lines: What makes progress.
            beside: The lines of another list whose columns these shall continue.
        """
        if (tuple(lines), tuple(beside)) != (self._lines, self._beside):
            self._lines, self._beside = tuple(lines), tuple(beside)
            self.rebuild()

    def build(self, width: int) -> list[Spans]:
        """Lay the lines out in columns; the bars take what room is left."""
        both = (*self._lines, *self._beside)
        label = max((cell_width(line.label) for line in both), default=0)
        figures = max((cell_width(line.figures) for line in both), default=0)
        note = max(self._note, *(cell_width(line.note) for line in both), 0)
        room = min(MOST, width - label - figures - note - PERCENT - 4)
        return [_spans(line, label, figures, room) for line in self._lines]


def _spans(line: ProgressLine, label: int, figures: int, room: int) -> Spans:
    spans = [(fit(line.label, label) + "  ", "")]
    if room >= LEAST:
        # Without a bar its room stays free: the figures keep their column.
        blank = [(" " * (room + PERCENT), "")]
        spans += blank if line.fraction is None else bar_spans(line.fraction, room)
    spans.append((fit(line.figures, figures, "right") + "  ", ""))
    spans.append((line.note, line.style))
    return tuple(spans)
