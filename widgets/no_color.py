"""Pictures without colour, for those who set ``NO_COLOR``."""

from __future__ import annotations

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

LIGHT = 0.25
"""Brightness of a background from which on it is what makes something stand out."""
REVERSE = Style(reverse=True)


class NoColor(LineFilter):
    """Takes all colours out and leaves bold, dim, underline and reverse.

    Textual's own filter for this leaves greys, which are colours to a terminal.
    What stands out by a light background alone, as the cursor of an input does,
    is reversed.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in the terminal's own colours."""
        return [
            Segment(text, style and _uncoloured(style), control)
            for text, style, control in segments
        ]


@lru_cache(maxsize=1024)
def _uncoloured(style: Style) -> Style:
    plain = style.without_color
    if style.meta:
        plain += Style.from_meta(style.meta)
    ground = style.bgcolor
    light = ground is not None and Color.from_rich_color(ground).brightness > LIGHT
    return plain + REVERSE if light and not style.reverse else plain


NO_COLOR = NoColor()
