"""What goes on in the background: a line for each thing, none when nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.geometry import Region
from textual.strip import Strip

from widgets.bars import Item, fitting
from widgets.canvas import Canvas
from widgets.cells import Span, cell_width, fit
from widgets.glyphs import glyphs

BAR = 12
"""Cells of a progress bar."""
PERCENT = 7
"""Cells of the percentage beside it."""
LABEL = 30
"""Cells that a label takes at most."""


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """One thing that goes on.

    Attributes:
        label: What it is about.
        text: How it stands.
        fraction: How much of it is done, 0 to 1; `None` draws no bar.
        style: The name of the style of the label.
        parts: Figures behind the text; unimportant ones go when room is short.
        aligned: Whether the label is as wide as those beside a bar.
    """

    label: str
    text: str = ""
    fraction: float | None = None
    style: str = ""
    parts: tuple[Item, ...] = ()
    aligned: bool = False

    @property
    def in_columns(self) -> bool:
        """Whether what follows its label stands under that of the line above."""
        return self.aligned or self.fraction is not None


def bar_spans(fraction: float, width: int = BAR) -> list[Span]:
    """Return a progress bar and its percentage."""
    signs = glyphs()
    fraction = min(1.0, max(0.0, fraction))
    # A bar is full only when all is done.
    full = int(fraction * width)
    bar = [(signs.bar_full * full, "accent"), (signs.bar_empty * (width - full), "dim")]
    return [*bar, (f" {int(fraction * 100):3d}%  ", "")]


class Activity(Canvas):
    """A strip of a few lines that takes no room when it has nothing to say.

    Args:
        max_lines: How many lines it may have; in a high terminal a sixth of it.
        name: As of any widget.
        id: As of any widget.
        classes: As of any widget.
    """

    DEFAULT_CSS = """
    Activity { height: 1; }
    """

    def __init__(
        self,
        *,
        max_lines: int = 3,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._max_lines = max_lines
        self._lines: tuple[ActivityLine, ...] = ()
        self.display = False

    def show(self, lines: Sequence[ActivityLine]) -> None:
        """Show these lines from now on; those that do not fit are counted."""
        shown = tuple(lines)
        most = max(self._max_lines, self.app.size.height // 6)
        if len(shown) > most:
            rest = len(shown) - most + 1
            shown = (*shown[: most - 1], ActivityLine(f"and {rest} more", style="dim"))
        old, self._lines = self._lines, shown
        if len(old) != len(shown):
            self.display = bool(shown)
            self.styles.height = max(1, len(shown))
            self.refresh()
        elif self._label_width(old) != self._label_width(shown):
            self.refresh()
        else:
            changed = [y for y, line in enumerate(shown) if line != old[y]]
            if changed:
                self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _label_width(self, lines: Sequence[ActivityLine]) -> int:
        """Return the width of the labels of those lines that stand in columns."""
        widths = [cell_width(line.label) for line in lines if line.in_columns]
        return min(LABEL, self.size.width * 3 // 10, max(widths, default=0))

    def render_line(self, y: int) -> Strip:
        """Draw the line of one thing."""
        width = self.size.width
        if y >= len(self._lines):
            return self.strip([], width)
        line = self._lines[y]
        spans: list[Span] = [(" ", "")]
        if line.in_columns:
            spans.append((fit(line.label, self._label_width(self._lines)) + "  ", line.style))
        else:
            spans.append((line.label + "  " * bool(line.text), line.style))
        if line.fraction is not None:
            spans.extend(bar_spans(line.fraction))
        elif line.parts:
            spans.append((" " * (BAR + PERCENT), ""))
        spans.append((line.text, ""))
        room = width - 1 - sum(cell_width(text) for text, _ in spans)
        for place, item in enumerate(fitting(line.parts, room)):
            spans.extend([(item.joint if place or line.text else "", ""), *item.spans])
        return self.strip(spans, width)
