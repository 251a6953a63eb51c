"""A line with parts at its left and at its right end."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.bars import Bar, Item, fitting, line_width
from widgets.cells import fit_spans


class StatusLine(Bar):
    """Says where one is and how things stand; unimportant parts go when room is short."""

    _left: tuple[Item, ...] = ()
    _right: tuple[Item, ...] = ()

    def show(self, left: Sequence[Item], right: Sequence[Item] = ()) -> None:
        """Show these parts from now on."""
        self._left, self._right = tuple(left), tuple(right)
        self.redraw_if(self._left, self._right)

    def items(self, width: int) -> Sequence[Item]:
        """Return both sides with the free room between them."""
        kept = fitting([*self._left, *self._right], width)
        left = [item for item in self._left if any(item is other for other in kept)]
        right = [item for item in self._right if any(item is other for other in kept)]
        if not right:
            return left
        room = width - line_width(right)
        spans = [span for item in left for span in ((item.joint, "dim"), *item.spans)][1:]
        filled = Item(tuple(fit_spans(spans, max(0, room))))
        return [filled, Item(right[0].spans, right[0].key, joint=""), *right[1:]]
