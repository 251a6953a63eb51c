"""Dialogs that ask: whether to do something, or for a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen, ScreenResultType
from textual.widgets import Input

from widgets.buttons import Buttons
from widgets.cells import Span, clean
from widgets.dialog_room import SMALL, share
from widgets.glyphs import ASCII, glyphs
from widgets.line_input import LineInput
from widgets.scroller import Prose

WIDTH = 72
"""Cells of a dialog at most."""
CANCEL = "cancel"
ACCEPT = "accept"


class ModalDialog(ModalScreen[ScreenResultType]):
    """A box in the middle of the screen; what is behind it stays as it was."""

    DEFAULT_CSS = """
    ModalDialog {
        align: center middle;
        background: transparent;
        & .dialog {
            width: 72;
            max-width: 100%;
            height: auto;
            padding: 0 1;
            border: round $primary;
            background: $background;
        }
        &.-danger .dialog { border: round $error; }
        &.-ascii .dialog { border: ascii $primary; }
        & Prose { height: auto; background: $background; }
        & Buttons { margin-top: 1; background: $background; }
        & .gap { margin-top: 1; }
        &.-small { align: center top; }
        &.-small .dialog { border: none; max-height: 100%; }
        &.-small .gap, &.-small Buttons { margin-top: 0; }
    }
    """
    BINDINGS = [Binding("escape", "cancel", "Cancel", show=False, id="dialog.cancel")]

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = clean(title)
        self.set_class(glyphs() is ASCII, "-ascii")

    def content(self) -> ComposeResult:
        """Compose what stands under the title; subclasses say what that is."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Compose the box."""
        with Vertical(classes="dialog"):
            yield fixed([(self._title, "title")], id="title")
            yield from self.content()

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is for the looks where there is no room for it."""
        self.set_class(event.size.height < SMALL, "-small")

    def action_cancel(self) -> None:
        """Go without a result."""
        self.dismiss(None)


def fixed(paragraphs: Sequence[Span], *, id: str | None = None, classes: str = "") -> Prose:
    """Return paragraphs that never take the focus."""
    prose = Prose(paragraphs, id=id, classes=classes)
    prose.can_focus = False
    return prose


class ConfirmDialog(ModalDialog[bool]):
    """Asks before something is done that cannot be undone, with *Cancel* focused.

    Args:
        title: What is about to be done.
        lines: What there is to say about it.
        targets: What it is done to, fixed at this moment.
        consequence: What will be lost.
        command: The command that would do the same.
        confirm_label: The verb on the button that does it.
        cancel_label: What the button says that does nothing.
        danger: Whether it does harm.
    """

    BINDINGS = [
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("pageup,ctrl+b", "scroll(-8)", "Page up", show=False),
        Binding("pagedown,ctrl+f", "scroll(8)", "Page down", show=False),
    ]

    def __init__(
        self,
        title: str,
        *,
        lines: Sequence[str] = (),
        targets: Sequence[str] = (),
        consequence: str = "",
        command: str = "",
        confirm_label: str = "OK",
        cancel_label: str = "Cancel",
        danger: bool = True,
    ) -> None:
        super().__init__(title)
        self.targets = tuple(targets)
        self._lines = tuple(lines)
        self._consequence = consequence
        self._command = command
        self._buttons = [(CANCEL, clean(cancel_label)), (ACCEPT, clean(confirm_label))]
        self._danger = danger
        self.set_class(danger, "-danger")

    def content(self) -> ComposeResult:
        """Compose the targets, what happens to them, and the buttons."""
        bullet = glyphs().bullet
        above: list[Span] = [(line, "") for line in self._lines]
        above += [(f"  {bullet} {target}", "title") for target in self.targets]
        below: list[Span] = []
        if self._consequence:
            below.append((self._consequence, "warn"))
        if self._command:
            below.append((f"$ {self._command}", "dim"))
        yield fixed(above, id="targets", classes="gap")
        if below:
            yield fixed(below, id="consequence", classes="gap")
        yield Buttons(self._buttons, danger=ACCEPT if self._danger else "")

    def on_mount(self) -> None:
        """Focus *Cancel*."""
        self.query_one(Buttons).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Leave room for the buttons, however long the texts are."""
        width = min(WIDTH, event.size.width) - 5
        title, targets = self.query_one("#title", Prose), self.query_one("#targets", Prose)
        below = self.query("#consequence").results(Prose)
        needs = {prose: len(prose.build(width)) for prose in (title, *below)}
        room = share(event.size.height, needs.pop(title), sum(needs.values()))
        limits = {title: room.title, targets: room.targets, **dict.fromkeys(needs, room.below)}
        for prose, lines in limits.items():
            prose.display = lines > 0
            prose.styles.max_height = max(1, lines)

    def action_scroll(self, lines: int) -> None:
        """Scroll the targets."""
        self.query_one("#targets", Prose).action_scroll_by(lines)

    def action_cancel(self) -> None:
        """Do nothing of what was asked."""
        self.dismiss(False)

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """Give the answer."""
        event.stop()
        self.dismiss(event.key == ACCEPT)


class PromptDialog(ModalDialog[str | None]):
    """Asks for a text and says what is wrong with it while it is typed.

    Args:
        title: What it is for.
        label: What to type.
        value: What stands there at first.
        validate: Returns a sentence on what is wrong, `None` if the text is good.
        lines: What there is to say about it.
        confirm_label: The verb on the button.
    """

    def __init__(
        self,
        title: str,
        label: str,
        value: str = "",
        validate: Callable[[str], str | None] = lambda text: None,
        *,
        lines: Sequence[str] = (),
        confirm_label: str = "OK",
    ) -> None:
        super().__init__(title)
        self._label = label
        self._value = value
        self._check = validate
        self._lines = tuple(lines)
        self._confirm_label = clean(confirm_label)
        self._touched = False

    def content(self) -> ComposeResult:
        """Compose the label, the input, the verdict and the buttons."""
        above = [*((line, "") for line in self._lines), (self._label, "dim")]
        yield fixed(above, classes="gap")
        yield LineInput(self._value)
        yield fixed([("", "bad")], id="verdict")
        yield Buttons([(ACCEPT, self._confirm_label), (CANCEL, "Cancel")])

    def on_mount(self) -> None:
        """Focus the input."""
        self.query_one(LineInput).focus()

    def _verdict(self) -> bool:
        """Show what is wrong with the text; return whether it is good."""
        wrong = self._check(self.query_one(LineInput).value)
        verdict = self.query_one("#verdict", Prose)
        verdict.show([(wrong or "", "bad")])
        verdict.refresh(layout=True)
        return wrong is None

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check the text as it is typed, but not before anything was."""
        event.stop()
        self._touched = self._touched or event.value != self._value
        if self._touched:
            self._verdict()

    def _accept(self) -> None:
        """Give the text as the answer if it is good."""
        if self._verdict():
            self.dismiss(self.query_one(LineInput).value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the text."""
        event.stop()
        self._accept()

    def on_buttons_pressed(self, event: Buttons.Pressed) -> None:
        """Take the text or go without one."""
        event.stop()
        if event.key == ACCEPT:
            self._accept()
        else:
            self.action_cancel()
