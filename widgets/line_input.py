"""A line to type into."""

from __future__ import annotations

from textual.widgets import Input

from widgets.cells import clean


class LineInput(Input):
    """Textual's input on one line, still while nothing is typed.

    What is pasted may hold anything, also escape sequences: it is cleaned
    before it becomes the value.
    """

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        select_on_focus: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(
            clean(value),
            placeholder=placeholder,
            select_on_focus=select_on_focus,
            compact=True,
            id=id,
            classes=classes,
        )
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Let no control character into the value."""
        return clean(value)
