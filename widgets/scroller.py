"""Lines of text that can be scrolled, and redrawn one by one."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.binding import Binding
from textual.geometry import Region, Size
from textual.strip import Strip

from widgets.canvas import Canvas
from widgets.cells import Span, wrap
from widgets.glyphs import glyphs

Spans = tuple[Span, ...]


class Scroller(Canvas, can_focus=True):
    """A widget whose lines are built for a width and scrolled by keys and wheel."""

    BINDINGS = [
        Binding("up,k", "scroll_by(-1)", "Up", show=False, id="text.up"),
        Binding("down,j", "scroll_by(1)", "Down", show=False, id="text.down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="text.page_up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="text.page_down"),
        Binding("home,g", "edge(-1)", "Start", show=False, id="text.start"),
        Binding("end,G", "edge(1)", "End", show=False, id="text.end"),
    ]

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._top = 0
        self._base = ""
        self._built: list[Spans] = []
        self._built_for: Size | None = None
        self._shown: list[tuple[Spans, str]] = []

    def build(self, width: int) -> list[Spans]:
        """Return the lines for a width; subclasses say what they are."""
        raise NotImplementedError

    def set_dim(self, dim: bool) -> None:
        """Draw the lines as what was true once, or as usual again."""
        base = "stale" if dim else ""
        if base != self._base:
            self._base = base
            self.refresh()

    @property
    def top(self) -> int:
        """The first line that is shown."""
        return self._top

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines, for a height that is automatic."""
        return len(self.build(max(1, width - 1)))

    def rebuild(self) -> None:
        """Take the lines anew and redraw those that differ."""
        self._built_for = None
        self._sync()

    def scroll_lines(self, top: int) -> None:
        """Make `top` the first line that is shown, as far as there is more to show."""
        self._top = top
        self._sync()

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by a number of lines."""
        self.scroll_lines(self._top + lines)

    def action_page(self, pages: int) -> None:
        """Scroll by whole pages that overlap by one line."""
        self.scroll_lines(self._top + pages * max(1, self.size.height - 1))

    def action_edge(self, direction: int) -> None:
        """Scroll to the start (-1) or to the end (1)."""
        self.scroll_lines(0 if direction < 0 else len(self._built))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll towards the end."""
        event.stop()
        self.action_scroll_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll towards the start."""
        event.stop()
        self.action_scroll_by(-3)

    def _edges(self) -> list[str]:
        """Return the sign at the end of each line: where more is, above or below."""
        height, signs = self.size.height, glyphs()
        edges = [" "] * height
        if height and self._top > 0:
            edges[0] = signs.up
        if height and self._top + height < len(self._built):
            edges[-1] = signs.down
        return edges

    def _lay_out(self) -> None:
        """Build the lines for the size if that was not done yet, and stay inside them."""
        if self._built_for != self.size:
            self._built_for = self.size
            self._built = self.build(max(1, self.size.width - 1))
        self._top = max(0, min(self._top, len(self._built) - self.size.height))
        lines = self._built[self._top : self._top + self.size.height]
        lines += [()] * (self.size.height - len(lines))
        self._shown = list(zip(lines, self._edges(), strict=True))

    def _sync(self) -> None:
        """Refresh the lines that do not show what they should."""
        if not self.size:
            return
        old = self._shown
        self._lay_out()
        changed = [y for y, line in enumerate(self._shown) if y >= len(old) or line != old[y]]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        if self._built_for != self.size:
            self._lay_out()
        width = self.size.width
        if y >= len(self._shown):
            return self.strip([], width)
        spans, edge = self._shown[y]
        body = self.strip(spans or [("", "")], max(0, width - 1), self._base)
        return Strip.join([body, self.strip([(edge, "dim")], 1)])


class Prose(Scroller):
    """Paragraphs, each in one style, wrapped at the width."""

    def __init__(
        self,
        paragraphs: Sequence[Span] = (),
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._paragraphs = tuple(paragraphs)

    def show(self, paragraphs: Sequence[Span]) -> None:
        """Show these paragraphs from now on."""
        if tuple(paragraphs) != self._paragraphs:
            self._paragraphs = tuple(paragraphs)
            self.rebuild()

    def build(self, width: int) -> list[Spans]:
        """Wrap the paragraphs."""
        return [((line, style),) for text, style in self._paragraphs for line in wrap(text, width)]


class Notice(Prose, can_focus=False):
    """A sentence that takes the lines it needs; what has no room ends in an ellipsis."""

    def show(self, paragraphs: Sequence[Span]) -> None:
        """Show these paragraphs from now on, with another height if they need one."""
        if tuple(paragraphs) != self._paragraphs:
            super().show(paragraphs)
            self.refresh(layout=True)

    def scroll_lines(self, top: int) -> None:
        """Stay: no key scrolls it, so it must not promise more."""

    def _edges(self) -> list[str]:
        """Return the sign at the end of each line: only that something is missing."""
        height = self.size.height
        edges = [" "] * height
        if 0 < height < len(self._built):
            edges[-1] = glyphs().ellipsis
        return edges
