"""An emulated terminal whose cells can be compared."""

from __future__ import annotations

import pyte

Look = tuple[str, str, str, tuple[bool, ...]]


class Grid:
    """Shows what a terminal makes of the bytes that it is fed."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self.screen)
        # As Textual does: no wrapping at the right edge.
        self.feed("\x1b[?7l")

    def feed(self, text: str) -> None:
        self._stream.feed(text)

    def looks(self) -> list[list[Look]]:
        """Return how each cell looks; the ink of a blank does not matter."""
        return [
            [self._look(x, y) for x in range(self.screen.columns)] for y in range(self.screen.lines)
        ]

    def _look(self, x: int, y: int) -> Look:
        cell = self.screen.buffer[y][x]
        flags = (cell.bold, cell.italics, cell.underscore, cell.strikethrough, cell.reverse)
        if cell.data == " " and not any(flags[2:]):
            return (" ", "", cell.bg, ())
        return (cell.data, cell.fg, cell.bg, flags)

    def mismatches(self, other: Grid) -> list[tuple[int, int, Look, Look]]:
        """Return the cells that do not look the same, with both looks."""
        return [
            (x, y, mine, theirs)
            for y, (line, other_line) in enumerate(zip(self.looks(), other.looks(), strict=True))
            for x, (mine, theirs) in enumerate(zip(line, other_line, strict=True))
            if mine != theirs
        ]
