"""The base of the widgets that draw their own lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from widgets.cells import Span, clean, fit_spans

STYLES = (
    "ok",
    "warn",
    "bad",
    "busy",
    "dim",
    "accent",
    "key",
    "title",
    "text",
    "header",
    "cursor",
    "blurred",
    "marked",
    "stale",
    "hover",
    "letter",
    "selected",
)
"""The names that a span, a cell or a row may give as its style; `""` is the plain one."""

NO_STYLE = Style()


class Canvas(Widget):
    """A widget made of lines of spans, drawn through the line API.

    What a name in `STYLES` looks like is said by the component class
    `line--<name>`. One that scrolls keeps its own place, as scroll bars and
    virtual sizes would have the screen laid out again for each new line.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {f"line--{name}" for name in STYLES}
    DEFAULT_CSS = """
    Canvas {
        & > .line--ok { color: $text-success; }
        & > .line--warn { color: $text-warning; }
        & > .line--bad { color: $text-error; }
        & > .line--busy { color: $text-warning; text-style: italic; }
        & > .line--dim { text-style: dim; }
        & > .line--accent { color: $text-accent; }
        & > .line--key { color: $text-accent; text-style: bold; }
        & > .line--title { text-style: bold; }
        & > .line--header { text-style: dim; }
        & > .line--cursor { background: $primary-muted; text-style: bold; }
        & > .line--blurred { background: $surface; }
        & > .line--marked { color: $text-warning; text-style: bold; }
        & > .line--stale { text-style: dim; }
        & > .line--hover { background: $surface; }
        & > .line--letter { text-style: dim underline; }
        & > .line--selected { text-style: bold reverse; }
    }
    """

    _named_styles: dict[str, Style] | None = None

    def named_style(self, name: str) -> Style:
        """Return what a style name adds to the style under it.

        Raises:
            KeyError: If the name is not one of `STYLES`.
        """
        if not name:
            return NO_STYLE
        if self._named_styles is None:
            self._named_styles = {}
        style = self._named_styles.get(name)
        if style is None:
            style = self.get_component_rich_style(f"line--{name}", partial=True)
            if name == "cursor" and self.app.no_color:
                style += Style(reverse=True)
            self._named_styles[name] = style
        return style

    def notify_style_update(self) -> None:
        """Forget the styles that were looked up."""
        self._named_styles = None
        super().notify_style_update()

    def segments(self, spans: Iterable[Span], base: Style) -> list[Segment]:
        """Turn spans into segments, neighbours of one style into one segment."""
        segments: list[Segment] = []
        texts: list[str] = []
        current = ""
        for text, name in spans:
            if name != current and texts:
                segments.append(Segment("".join(texts), base + self.named_style(current)))
                texts.clear()
            current = name
            if text:
                texts.append(clean(text))
        if texts:
            segments.append(Segment("".join(texts), base + self.named_style(current)))
        return segments

    def strip(self, spans: Sequence[Span], width: int, base: str = "") -> Strip:
        """Draw spans as one line of exactly `width` cells over the style named `base`."""
        style = self.rich_style + self.named_style(base)
        return Strip(self.segments(fit_spans(spans, width), style), width)
