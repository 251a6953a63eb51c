"""A dialog that asks for several things at once."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ScreenResultType
from textual.widgets import Input

from widgets.buttons import Buttons
from widgets.cells import clean
from widgets.dialog import ACCEPT, CANCEL, ModalDialog, fixed
from widgets.scroller import Prose


class FormDialog(ModalDialog[ScreenResultType]):
    """Fields one below the other; enter in any of them accepts the form.

    Args:
        title: What it is for.
        confirm_label: The verb on the button.
    """

    DEFAULT_CSS = """
    FormDialog Buttons { margin-top: 0; }
    """
    BINDINGS = [
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("enter", "accept", "Accept", show=False),
    ]

    def __init__(self, title: str, confirm_label: str = "OK") -> None:
        super().__init__(title)
        self._confirm_label = clean(confirm_label)

    def fields(self) -> ComposeResult:
        """Compose the fields; subclasses say what they are."""
        raise NotImplementedError

    def answer(self) -> ScreenResultType | None:
        """Return what the fields say, `None` after having said what is wrong with them."""
        raise NotImplementedError

    def content(self) -> ComposeResult:
        """Compose the fields, the verdict and the buttons."""
        yield from self.fields()
        yield fixed([("", "bad")], id="verdict")
        yield Buttons([(ACCEPT, self._confirm_label), (CANCEL, "Cancel")])

    def complain(self, sentence: str) -> None:
        """Say what is wrong, `""` for nothing."""
        verdict = self.query_one("#verdict", Prose)
        verdict.show([(sentence, "bad")])
        verdict.refresh(layout=True)

    def action_accept(self) -> None:
        """Give the answer if there is one."""
        answer = self.answer()
        if answer is not None:
            self.dismiss(answer)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Accept the form."""
        event.stop()
        self.action_accept()

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """Accept the form or go without an answer."""
        event.stop()
        if event.key == ACCEPT:
            self.action_accept()
        else:
            self.action_cancel()
