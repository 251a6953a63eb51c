"""Sections of the details, made of pairs of a label and a value."""

from collections.abc import Iterable

from widgets.detail import Field, Section


def section(title: str, rows: Iterable[tuple[str, str]]) -> Section:
    """Return a section of those rows that have a value."""
    return Section(title, tuple(Field(label, value) for label, value in rows if value))
