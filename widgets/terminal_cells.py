"""What a terminal shows, cell by cell: a sign and the pen that it is drawn with."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import split_graphemes
from rich.color import Color, ColorSystem
from rich.style import Style
from textual.strip import Strip

_ATTRIBUTES = (
    ("bold", "1"),
    ("dim", "2"),
    ("italic", "3"),
    ("underline", "4"),
    ("blink", "5"),
    ("blink2", "6"),
    ("reverse", "7"),
    ("conceal", "8"),
    ("strike", "9"),
    ("underline2", "21"),
    ("frame", "51"),
    ("encircle", "52"),
    ("overline", "53"),
)
_SEEN_ON_BLANKS = {"4", "7", "9", "21", "51", "52", "53"}
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])


class Pen:
    """Colours and attributes; there is one object for each combination of a table.

    Attributes:
        attributes: SGR codes such as `1;7`.
        foreground: SGR codes of the colour, `""` for the terminal's own.
        background: Likewise.
        link: What stands between `OSC 8 ;` and its end, `""` for no link.
        blank: The pen that draws a space so that it looks the same.
    """

    __slots__ = ("attributes", "background", "blank", "foreground", "link")

    def __init__(self, attributes: str, foreground: str, background: str, link: str) -> None:
        self.attributes = attributes
        self.foreground = foreground
        self.background = background
        self.link = link
        self.blank = self

    def sgr(self, before: Pen) -> str:
        """Return the sequence that changes the pen from another one to this one."""
        if self.attributes != before.attributes:
            codes = ["0", self.attributes, self.foreground, self.background]
        else:
            codes = []
            if self.foreground != before.foreground:
                codes.append(self.foreground or "39")
            if self.background != before.background:
                codes.append(self.background or "49")
        link = f"\x1b]8;{self.link or ';'}\x1b\\" if self.link != before.link else ""
        sgr = ";".join(code for code in codes if code)
        return f"{link}\x1b[{sgr}m" if sgr else link


Cell = tuple[str, Pen]
"""A sign, and its pen. The sign of the right half of a wide one is `""`."""


@lru_cache(maxsize=8192)
def graphemes(text: str) -> tuple[tuple[str, int], ...]:
    """Return the signs of a text and the cells of each, without control characters."""
    text = text.translate(_CONTROLS)
    spans, _ = split_graphemes(text)
    return tuple((text[start:end], width) for start, end, width in spans)


class PenTable:
    """Turns styles into pens, for one colour system."""

    def __init__(self, colors: ColorSystem) -> None:
        self._colors = colors
        self._pens: dict[tuple[str, str, str, str], Pen] = {}
        self._by_style: dict[Style | None, Pen] = {}
        self.plain = self._pen("", "", "", "")

    def _pen(self, attributes: str, foreground: str, background: str, link: str) -> Pen:
        key = (attributes, foreground, background, link)
        pen = self._pens.get(key)
        if pen is None:
            pen = self._pens[key] = Pen(*key)
            codes = attributes.split(";") if attributes else []
            if not _SEEN_ON_BLANKS.intersection(codes) and (codes or foreground):
                pen.blank = self._pen("", "", background, link)
        return pen

    def _codes(self, color: Color | None, foreground: bool) -> str:
        if color is None or color.is_default:
            return ""
        return ";".join(color.downgrade(self._colors).get_ansi_codes(foreground))

    def pen(self, style: Style | None) -> Pen:
        """Return the pen of a style."""
        pen = self._by_style.get(style)
        if pen is None:
            pen = self._by_style[style] = self._new_pen(style)
        return pen

    def _new_pen(self, style: Style | None) -> Pen:
        if style is None:
            return self.plain
        attributes = ";".join(code for name, code in _ATTRIBUTES if getattr(style, name))
        link = ""
        if style.link:
            link = f"id={style.link_id};{style.link}".translate(_CONTROLS)
        foreground = self._codes(style.color, True)
        return self._pen(attributes, foreground, self._codes(style.bgcolor, False), link)

    def cells(self, strip: Strip) -> list[Cell]:
        """Return the cells of a strip."""
        cells: list[Cell] = []
        for text, style, control in strip:
            if control:
                continue
            pen = self.pen(style)
            if text.isascii() and text.isprintable():
                blank = (" ", pen.blank)
                cells.extend([blank if char == " " else (char, pen) for char in text])
                continue
            for sign, width in graphemes(text):
                if width == 0:
                    if cells and cells[-1][0]:
                        cells[-1] = (cells[-1][0] + sign, cells[-1][1])
                    continue
                cells.append((sign, pen.blank if sign == " " else pen))
                cells.extend([("", pen)] * (width - 1))
        return cells
