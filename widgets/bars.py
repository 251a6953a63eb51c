"""Items in one line: which of them fit, and which one stands under the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.strip import Strip

from widgets.canvas import Canvas
from widgets.cells import Span, cell_width


@dataclass(frozen=True, slots=True)
class Item:
    """Something in a line.

    Attributes:
        spans: What is drawn.
        key: What a click on it means; `""` if nothing.
        priority: The higher the number, the sooner it goes when room is short; 1 stays.
        joint: What stands between it and the item before.
    """

    spans: tuple[Span, ...]
    key: str = ""
    priority: int = 1
    joint: str = "  "

    @property
    def width(self) -> int:
        """Cells of the spans."""
        return sum(cell_width(text) for text, _ in self.spans)


def line_width(items: Sequence[Item]) -> int:
    """Return the cells that items and the joints between them take."""
    joints = sum(cell_width(item.joint) for item in items[1:])
    return sum(item.width for item in items) + joints


def fitting(items: Sequence[Item], width: int) -> list[Item]:
    """Return the items that fit, without the least important ones, the last of them first."""
    kept = list(items)
    while kept and line_width(kept) > width:
        last = max(range(len(kept)), key=lambda place: (kept[place].priority, place))
        if kept[last].priority <= 1:
            break
        del kept[last]
    return kept


class Bar(Canvas):
    """A line of items with a margin of one cell on both sides."""

    DEFAULT_CSS = """
    Bar { height: 1; }
    """

    base_style = ""
    """The name of the style under the whole line."""

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._drawn: tuple[object, ...] = ()
        self._zones: list[tuple[int, int, str]] = []

    def items(self, width: int) -> Sequence[Item]:
        """Return what to draw in a width from the left; subclasses say what that is."""
        raise NotImplementedError

    def spans(self, width: int) -> list[Span]:
        """Return the spans of the line and remember where each item stands."""
        spans: list[Span] = []
        self._zones = []
        x = 1
        for place, item in enumerate(self.items(width)):
            joint = item.joint if place else ""
            spans.extend([(joint, "dim"), *item.spans])
            x += cell_width(joint)
            self._zones.append((x, x + item.width, item.key))
            x += item.width
        return spans

    def redraw_if(self, *shown: object) -> None:
        """Draw the line anew unless it shows exactly this already."""
        if shown != self._drawn:
            self._drawn = shown
            self.refresh()

    def key_at(self, x: int) -> str:
        """Return the key of the item at a cell of the line, `""` if there is none."""
        return next((key for start, end, key in self._zones if start <= x < end), "")

    def render_line(self, y: int) -> Strip:
        """Draw the line."""
        width = self.size.width
        if y:
            return self.strip([], width, self.base_style)
        return self.strip([(" ", ""), *self.spans(max(0, width - 2))], width, self.base_style)
