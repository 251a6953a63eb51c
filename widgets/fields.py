"""The fields of a form: a name at the left, what can be changed at the right."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.strip import Strip

from widgets.canvas import Canvas
from widgets.cells import Span, clean, fit
from widgets.line_input import LineInput
from widgets.scroller import Prose

LABEL = 13
"""Cells of the name of a field, the room behind it included."""


class TextField(Horizontal):
    """A line to type into.

    Args:
        label: Its name.
        value: What stands there at first.
        placeholder: What is drawn while nothing stands there.
        id: As of any widget.
    """

    DEFAULT_CSS = f"""
    TextField {{
        height: 1;
        & Prose {{ width: {LABEL}; height: 1; }}
        & LineInput {{ width: 1fr; }}
    }}
    """

    def __init__(
        self, label: str, value: str = "", *, placeholder: str = "", id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self.input = LineInput(value, placeholder=placeholder)

    def compose(self) -> ComposeResult:
        """Compose the name and the line."""
        name = Prose([(self._label, "dim")])
        name.can_focus = False
        yield name
        yield self.input

    @property
    def value(self) -> str:
        """What stands there."""
        return self.input.value


class ChoiceField(Canvas, can_focus=True):
    """One of several, turned by arrow keys, space or a click.

    Args:
        label: Its name.
        options: Key and label of each; not empty.
        current: The key that it starts with; the first one if there is no such key.
        id: As of any widget.
    """

    DEFAULT_CSS = """
    ChoiceField { height: 1; }
    """
    BINDINGS = [
        Binding("left", "step(-1)", "Previous", show=False),
        Binding("right,space", "step(1)", "Next", show=False),
    ]

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[str, str]],
        current: str = "",
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._options = tuple((key, clean(text)) for key, text in options)
        keys = [key for key, _ in options]
        self._current = keys.index(current) if current in keys else 0

    @property
    def value(self) -> str:
        """The key of the option that is shown."""
        return self._options[self._current][0]

    def shown(self) -> str:
        """Return what is drawn for the current option."""
        text = self._options[self._current][1]
        return f"< {text} >" if len(self._options) > 1 else text

    def action_step(self, steps: int) -> None:
        """Turn to another option."""
        self._current = (self._current + steps) % len(self._options)
        self.refresh()

    def on_focus(self) -> None:
        """Draw that it has the keys."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw that it has not."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Turn to the next option."""
        event.stop()
        self.action_step(1)

    def render_line(self, y: int) -> Strip:
        """Draw the name and the option."""
        style = "selected" if self.has_focus else ""
        spans: list[Span] = [(fit(self._label, LABEL), "dim"), (self.shown(), style)]
        if len(self._options) > 2:
            spans.append((f"  {self._current + 1} of {len(self._options)}", "dim"))
        return self.strip(spans, self.size.width)


class Toggle(ChoiceField):
    """Yes or no.

    Args:
        label: Its name.
        note: What it means.
        value: Whether it starts as yes.
        id: As of any widget.
    """

    def __init__(self, label: str, note: str, value: bool, *, id: str | None = None) -> None:
        options = [("yes", f"[x] {note}"), ("no", f"[ ] {note}")]
        super().__init__(label, options, "yes" if value else "no", id=id)

    @property
    def on(self) -> bool:
        """Whether it is yes."""
        return self.value == "yes"

    def shown(self) -> str:
        """Return the box and what it means."""
        return self._options[self._current][1]
