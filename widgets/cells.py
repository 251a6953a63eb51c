"""Text measured in terminal cells, and the immutable cells and rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len, split_text

from widgets.glyphs import glyphs

Span = tuple[str, str]
"""A text and the name of its style (see `widgets.canvas.STYLES`), `""` for none."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one column of one row: a text in one style, or several spans.

    Attributes:
        text: The text, unless `spans` are given.
        style: The name of the text's style.
        spans: Texts with styles of their own, drawn one after another.
    """

    text: str = ""
    style: str = ""
    spans: tuple[Span, ...] = ()

    @property
    def parts(self) -> tuple[Span, ...]:
        """The spans to draw."""
        return self.spans or ((self.text, self.style),)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        key: What the row is about; unique in its table. The cursor and the marks belong to it.
        cells: One cell for every column, in the order of the columns.
        style: The name of a style under the whole row.
    """

    key: str
    cells: tuple[Cell, ...]
    style: str = ""


def clean(text: str) -> str:
    """Replace what must never reach a terminal: controls, surrogates, invisible characters.

    The texts that arrive here are meant to be safe already; this is the second lock.
    """
    if text.isprintable():
        return text
    unknown = glyphs().unknown
    return "".join(char if char.isprintable() else unknown for char in text)


def cell_width(text: str) -> int:
    """Return how many terminal cells a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """Shorten a text to at most `width` cells, with an ellipsis where something is missing."""
    if cell_width(text) <= width:
        return text
    if width <= 0:
        return ""
    ellipsis = glyphs().ellipsis
    if text.isascii():
        return text[: width - 1] + ellipsis
    # A wide character on the edge is split into two spaces: drop the half that stays.
    return split_text(text, width - 1)[0].rstrip(" ") + ellipsis


@lru_cache(maxsize=4096)
def fit(text: str, width: int, align: str = "left") -> str:
    """Cut or pad a text to exactly `width` cells."""
    text = cut(clean(text), width)
    space = " " * (width - cell_width(text))
    return space + text if align == "right" else text + space


def fit_spans(spans: Sequence[Span], width: int, align: str = "left") -> list[Span]:
    """Cut or pad spans to exactly `width` cells together."""
    if len(spans) == 1:
        text, style = spans[0]
        return [(fit(text, width, align), style)]
    fitted: list[Span] = []
    left = width
    for index, (raw, style) in enumerate(spans):
        text = clean(raw)
        length = cell_width(text)
        more = any(rest for rest, _ in spans[index + 1 :])
        if length > left or (length == left and more):
            fitted.append((cut(text + " " * more, left), style))
            left -= cell_width(fitted[-1][0])
            break
        fitted.append((text, style))
        left -= length
    if left > 0:
        fitted.insert(0 if align == "right" else len(fitted), (" " * left, ""))
    return fitted


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` cells, at spaces where that is possible."""
    width = max(1, width)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        rest = clean(paragraph)
        while cell_width(rest) > width:
            head, tail = split_text(rest, width)
            space = head.rfind(" ")
            if space > 0 and not tail.startswith(" "):
                head, tail = rest[:space], rest[space + 1 :]
            elif head + tail != rest:
                # The break fell into a wide character: it goes to the next line whole.
                head = head[:-1]
                tail = rest[len(head) :]
            if not head:
                head, tail = rest[:1], rest[1:]
            lines.append(head.rstrip(" "))
            rest = tail.lstrip(" ")
        lines.append(rest)
    return lines
