"""The shortest way from what a terminal shows to what it should show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from textual.strip import Strip

from widgets.terminal_cells import Cell, Pen, PenTable

BRIDGE = 4
"""Unchanged cells that are sent rather than jumped over: a jump takes as many bytes."""
MIN_SCROLLED = 3
"""Fewer shifted lines than these are not worth a scroll."""

Line = list[Cell]


class _Output:
    """Collects sequences and knows where the cursor and which pen they leave behind."""

    def __init__(self, plain: Pen) -> None:
        self.parts: list[str] = []
        self._plain = plain
        self._pen = plain
        self._at: tuple[int, int] | None = None

    def scroll(self, top: int, bottom: int, lines: int) -> None:
        """Move the lines of a region up, or down if `lines` is negative."""
        verb = f"{lines}M" if lines > 0 else f"{-lines}L"
        self.parts.append(f"\x1b[{top + 1};{bottom + 1}r\x1b[{top + 1}H\x1b[{verb}\x1b[r")
        self._at = None

    def _move(self, x: int, y: int) -> None:
        if self._at == (x, y):
            return
        if self._at is not None and self._at[1] == y and x > self._at[0]:
            step = x - self._at[0]
            self.parts.append("\x1b[C" if step == 1 else f"\x1b[{step}C")
        else:
            self.parts.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")
        self._at = (x, y)

    def run(self, line: Sequence[Cell], start: int, end: int, y: int) -> None:
        """Draw the cells of a line from `start` to before `end`."""
        for x in range(start, end):
            sign, pen = line[x]
            if not sign:
                continue
            self._move(x, y)
            # A blank looks the same with every pen that has this one as its blank pen.
            if pen is not self._pen and not (sign == " " and pen is self._pen.blank):
                self.parts.append(pen.sgr(self._pen))
                self._pen = pen
            self.parts.append(sign)
            # Terminals disagree on what is wide: after such a sign the place is unknown,
            # and so it is after the last cell, where some wrap and some do not.
            sure = len(sign) == 1 and x + 1 < len(line) and line[x + 1][0]
            self._at = (x + 1, y) if sure else None

    def erase(self, x: int, y: int) -> None:
        """Blank the rest of a line in the terminal's own background."""
        self._move(x, y)
        if self._pen is not self._plain:
            self.parts.append(self._plain.sgr(self._pen))
            self._pen = self._plain
        self.parts.append("\x1b[K")

    def finish(self) -> str:
        """Return everything, with the pen put down."""
        if self._pen is not self._plain:
            self.parts.append(self._plain.sgr(self._pen))
        return "".join(self.parts)


class CellDiff:
    """Two pictures of a screen: what was sent last, and what should be there."""

    def __init__(self, pens: PenTable, width: int, height: int) -> None:
        self._pens = pens
        self._blank: Cell = (" ", pens.plain)
        self.width = width
        self.height = height
        self._front: list[Line | None] = [None] * height
        self._back: list[Line] = [[self._blank] * width for _ in range(height)]
        self._touched: set[int] = set(range(height))

    def forget(self) -> None:
        """Assume nothing about what the terminal shows."""
        self._front = [None] * self.height
        self._touched = set(range(self.height))

    def put(self, x: int, y: int, cells: Sequence[Cell]) -> None:
        """Say what should be on a line from a place on."""
        if not 0 <= y < self.height or not 0 <= x < self.width or not cells:
            return
        line = self._back[y]
        end = min(self.width, x + len(cells))
        # What is left of a wide sign that is covered by half is a blank.
        if not line[x][0] and x:
            line[x - 1] = (" ", line[x - 1][1].blank)
        if end < self.width and not line[end][0]:
            line[end] = (" ", line[end][1].blank)
        line[x:end] = cells[: end - x]
        if end - x < len(cells) and not cells[end - x][0]:
            line[end - 1] = (" ", line[end - 1][1].blank)
        self._touched.add(y)

    def put_strip(self, x: int, y: int, strip: Strip) -> None:
        """Say what should be on a line from a place on, by a strip of Textual's."""
        self.put(x, y, self._pens.cells(strip))

    def render(self) -> str:
        """Return what to send so that the terminal shows what it should; `""` for nothing."""
        changed = [y for y in sorted(self._touched) if self._front[y] != self._back[y]]
        self._touched.clear()
        if not changed:
            return ""
        output = _Output(self._pens.plain)
        scrolled = self._scroll(changed, output)
        for y in sorted({*changed, *scrolled}):
            self._draw(y, output)
            self._front[y] = list(self._back[y])
        return output.finish()

    def _draw(self, y: int, output: _Output) -> None:
        """Draw what differs on one line."""
        old, new = self._front[y], self._back[y]
        if old is None:
            end = self.width
            while end and new[end - 1] == self._blank:
                end -= 1
            output.run(new, 0, end, y)
            if end < self.width:
                output.erase(end, y)
            return
        for start, end in _runs(old, new):
            output.run(new, start, end, y)

    def _scroll(self, changed: Sequence[int], output: _Output) -> Iterable[int]:
        """Scroll if most changed lines stand elsewhere already; return the lines moved."""
        places: dict[tuple[Cell, ...], int] = {}
        for y in changed:
            front = self._front[y]
            if front is not None:
                # Equal lines say nothing about a shift.
                places[tuple(front)] = -1 if tuple(front) in places else y
        shifts: Counter[int] = Counter()
        found: list[tuple[int, int]] = []
        for y in changed:
            source = places.get(tuple(self._back[y]), -1)
            if source >= 0 and source != y:
                shifts[source - y] += 1
                found.append((y, source))
        if not shifts:
            return ()
        shift, count = shifts.most_common(1)[0]
        if count < MIN_SCROLLED or count * 2 < len(changed):
            return ()
        lines = [y for pair in found if pair[1] - pair[0] == shift for y in pair]
        top, bottom = min(lines), max(lines)
        output.scroll(top, bottom, shift)
        moved = self._front[top : bottom + 1]
        fresh: list[Line | None] = [[self._blank] * self.width for _ in range(abs(shift))]
        moved = moved[shift:] + fresh if shift > 0 else fresh + moved[:shift]
        self._front[top : bottom + 1] = moved
        return range(top, bottom + 1)


def _runs(old: Sequence[Cell], new: Sequence[Cell]) -> Iterator[tuple[int, int]]:
    """Yield from where to where two lines differ, with small gaps of one pen bridged."""
    start = end = -1
    for x, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        if start < 0:
            start = x
        elif x - end > BRIDGE or any(new[gap][1] is not new[end - 1][1] for gap in range(end, x)):
            yield _whole(new, start, end)
            start = x
        end = x + 1
    if start >= 0:
        yield _whole(new, start, end)


def _whole(line: Sequence[Cell], start: int, end: int) -> tuple[int, int]:
    """Widen a run so that it cuts no wide sign in two."""
    while start and not line[start][0]:
        start -= 1
    while end < len(line) and not line[end][0]:
        end += 1
    return start, end
