"""The one gate for text from outside: what comes out may be drawn, whatever went in.

Names, labels, error texts and log lines are chosen by whoever made the
container. Behind this gate they hold no control character, nothing that is
invisible or reorders its neighbours, and no more than was asked for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from widgets.cells import cell_width, cut, wrap
from widgets.glyphs import ASCII, glyphs

if TYPE_CHECKING:
    from textual.content import Content

__all__ = ["cell_width", "content", "cut", "safe", "safe_lines"]

LIMIT = 256
"""Cells that one line of text from outside may take."""
MAX_STACKED = 2
"""Combining marks that one character may carry; more of them grow over other lines."""
STACKED = "⟨+⟩"

_HIDDEN = (
    # Default_Ignorable_Code_Point of Unicode, beyond the category Cf.
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0000, 0xE0FFF),
    # One sign or two, one cell or two: terminals disagree on these.
    (0x1F1E6, 0x1F1FF),
    (0x1F3FB, 0x1F3FF),
)


def _is_hidden(code: int) -> bool:
    return code >= 0x034F and any(first <= code <= last for first, last in _HIDDEN)


def _mark(code: int) -> str:
    return f"⟨U+{code:04X}⟩"


def _visible(char: str) -> str:
    """Return what stands for one character; the character itself if it is harmless."""
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if 0x80 <= code < 0xA0:
        return f"\\x{code:02x}"
    category = unicodedata.category(char)
    if category == "Zs":
        return char if char == " " else "␣"
    if category[0] in "CZ" or _is_hidden(code):
        return _mark(code)
    return char


def _ascii(char: str) -> str:
    """Return what stands for one character on a terminal that shows ASCII alone."""
    code = ord(char)
    if 0x20 <= code < 0x7F:
        return char
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _signs(text: str) -> Iterator[tuple[str, int]]:
    """Yield what stands for each character, and the cells that it takes."""
    to_ascii = glyphs() is ASCII
    stacked = 0
    begun = False
    for char in text:
        if to_ascii:
            sign = _ascii(char)
            yield sign, len(sign)
            continue
        sign = _visible(char)
        if unicodedata.category(sign[0])[0] != "M":
            stacked = 0
        elif not begun:
            # With nothing before it, it would change what another text ends with.
            sign = _mark(ord(char))
        else:
            stacked += 1
            if stacked > MAX_STACKED:
                sign = STACKED if stacked == MAX_STACKED + 1 else ""
        begun = True
        yield sign, cell_width(sign)


def safe(text: object, limit: int = LIMIT) -> str:
    r"""Return a text as one line that may be drawn.

    Controls become visible signs (`␛`, `␊`), C1 controls `\x9b`; what is
    invisible, reorders text or has no meaning becomes `⟨U+202E⟩`. The work is
    bounded by the limit, however long the text is.

    Args:
        text: Whatever the daemon or the host said.
        limit: Cells that the line may take; a longer text ends in an ellipsis.
    """
    whole = text if isinstance(text, str) else str(text)
    # No cell is made of more characters than these, so nothing beyond them can be shown.
    part = whole[: (limit + 1) * (MAX_STACKED + 1) + 64]
    if len(part) == len(whole) and part.isascii() and part.isprintable():
        return cut(part, limit)
    signs: list[str] = []
    used = 0
    for sign, width in _signs(part):
        signs.append(sign)
        used += width
        if used > limit:
            break
    line = "".join(signs)
    if used <= limit and len(part) < len(whole):
        # A run of combining marks filled the part: there is more, however little it takes.
        line += " " * (limit - used + 1)
    return cut(line, limit)


def safe_lines(text: object, width: int | None = None, max_lines: int = 200) -> list[str]:
    """Return a text of several lines as lines that may be drawn.

    Args:
        text: Whatever the daemon or the host said.
        width: Cells after which a line is wrapped; `None` cuts it at `LIMIT`.
        max_lines: Lines at most; the last one is an ellipsis if there were more.
    """
    whole = (text if isinstance(text, str) else str(text)).rstrip("\n")
    room = max(1, LIMIT if width is None else width)
    part = whole[: max_lines * (room + 1) * (MAX_STACKED + 1)]
    lines: list[str] = []
    for line in part.split("\n", max_lines)[:max_lines]:
        if width is None:
            lines.append(safe(line.rstrip("\r")))
        else:
            lines.extend(wrap(safe(line.rstrip("\r"), room * max_lines), room))
    if len(lines) > max_lines or len(part) < len(whole) or part.count("\n") >= max_lines:
        lines = [*lines[: max_lines - 1], glyphs().ellipsis]
    return lines


def content(text: object, limit: int = LIMIT) -> Content:
    """Return a text as content that a widget draws without looking for markup."""
    from textual.content import Content

    return Content(safe(text, limit))
