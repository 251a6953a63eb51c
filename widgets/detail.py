"""What there is to know about one thing: sections of names and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from widgets.cells import cell_width, fit, wrap
from widgets.scroller import Scroller, Spans

LABEL = 16
"""Cells that a label takes at most."""


@dataclass(frozen=True, slots=True)
class Field:
    """One name and its value.

    Attributes:
        label: The name; `""` lets the value have the whole line.
        value: The value; line ends in it are kept, long lines are wrapped.
        style: The name of the style of the value.
    """

    label: str
    value: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A title and the fields under it."""

    title: str
    fields: tuple[Field, ...] = ()


def field_lines(field: Field, label: int, width: int) -> list[Spans]:
    """Return the lines of a field whose value starts `label` cells from the left."""
    if not field.label:
        return [((line, field.style),) for line in wrap(field.value, width)]
    room = width - label
    if room < 8:
        # Too narrow for two columns: the value goes under its name.
        values = [(("  ", ""), (line, field.style)) for line in wrap(field.value, width - 2)]
        return [((field.label, "dim"),), *values]
    lines: list[Spans] = []
    for line in wrap(field.value, room):
        name = fit("" if lines else field.label, label - 2) + "  "
        lines.append(((name, "dim"), (line, field.style)))
    return lines


class Detail(Scroller):
    """A panel that follows what the cursor stands on."""

    _sections: tuple[Section, ...] = ()
    _subject: str | None = None

    def show(self, sections: Sequence[Section], subject: str | None = None) -> None:
        """Show these sections from now on, and redraw the lines that are not as before.

        Args:
            sections: What there is to know.
            subject: What it is about. The same subject keeps its place when
                it is shown again, another one starts at the top.
        """
        if subject != self._subject:
            self._subject = subject
            self._top = 0
        elif tuple(sections) == self._sections:
            return
        self._sections = tuple(sections)
        self.rebuild()

    def build(self, width: int) -> list[Spans]:
        """Lay the sections out, a free line between them."""
        labels = [cell_width(field.label) for part in self._sections for field in part.fields]
        label = min(LABEL, max(labels, default=0)) + 2
        lines: list[Spans] = []
        for section in self._sections:
            if lines:
                lines.append(())
            if section.title:
                lines.append(((section.title, "title"),))
            for field in section.fields:
                lines.extend(field_lines(field, label, width))
        return lines
