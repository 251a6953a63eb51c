"""The few signs that are drawn beside text, in two sets: for UTF-8 terminals and for the rest."""

from __future__ import annotations

import locale
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs, each one cell wide."""

    cursor: str
    marked: str
    marked_cursor: str
    ellipsis: str
    ascending: str
    descending: str
    bar_full: str
    bar_empty: str
    thumb: str
    track: str
    dot: str
    ring: str
    dotted: str
    cross: str
    pause: str
    warning: str
    up: str
    down: str
    enter: str
    bullet: str
    rule: str
    unknown: str
    ramp: str
    """From the lowest to the highest step of a sparkline; the lowest one is visible."""


UNICODE = Glyphs(
    cursor="▌",
    marked="+",
    marked_cursor="╋",
    ellipsis="…",
    ascending="▲",
    descending="▼",
    bar_full="▓",
    bar_empty="░",
    thumb="▐",
    track="▕",
    dot="●",
    ring="○",
    dotted="◌",
    cross="✕",
    pause="‖",
    warning="▲",
    up="↑",
    down="↓",
    enter="⏎",
    bullet="·",
    rule="─",
    unknown="�",
    ramp="▁▂▃▄▅▆▇█",
)

ASCII = Glyphs(
    cursor=">",
    marked="+",
    marked_cursor="#",
    ellipsis="~",
    ascending="^",
    descending="v",
    bar_full="#",
    bar_empty="-",
    thumb="|",
    track=" ",
    dot="*",
    ring="o",
    dotted=":",
    cross="x",
    pause="=",
    warning="!",
    up="^",
    down="v",
    enter="RET",
    bullet="-",
    rule="-",
    unknown="?",
    ramp="_.:-=+*#",
)


def terminal_is_utf8() -> bool:
    """Say whether the locale's encoding can show more than ASCII."""
    return locale.getpreferredencoding(False).lower().replace("-", "") == "utf8"


_current: Glyphs | None = None


def glyphs(ascii: bool | None = None) -> Glyphs:
    """Return a set of signs: the one asked for, or the one in use.

    Args:
        ascii: `True` and `False` name a set; `None` stands for the one in use.
    """
    global _current
    if ascii is not None:
        return ASCII if ascii else UNICODE
    if _current is None:
        _current = UNICODE if terminal_is_utf8() else ASCII
    return _current


def use_glyphs(ascii: bool | None) -> None:
    """Choose the set in use for the whole program; `None` goes by the locale again."""
    global _current
    _current = None if ascii is None else glyphs(ascii)
