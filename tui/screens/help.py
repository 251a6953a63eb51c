"""All keys on one screen, from the one table of actions."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.binding import Binding

from tui.actions import ACTIONS, Action
from tui.keymap import shown
from widgets.detail import Detail, Field, Section
from widgets.dialog import ModalDialog

GROUPS = {
    "Act": "On the row, or on all marked rows",
    "Move": "Getting about",
    "Mark": "Marking and copying",
    "View": "Filter and order",
    "App": "The rest",
}


class HelpScreen(ModalDialog[None]):
    """The keys, the user's own included."""

    BINDINGS = [
        Binding("question_mark,f1,q,enter", "cancel", "Close", show=False, id="help.close"),
    ]

    def __init__(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Take the keys of every action, by action id."""
        super().__init__("Keys")
        self._keys = keys

    def content(self) -> ComposeResult:
        """Lay out the groups of keys."""
        yield Detail()

    def on_mount(self) -> None:
        """Show them, and take the keys that scroll."""
        detail = self.query_one(Detail)
        detail.show(help_sections(self._keys))
        detail.focus()


def help_sections(keys: Mapping[str, tuple[str, ...]]) -> tuple[Section, ...]:
    """Return every action that has keys, by group."""
    return tuple(
        Section(
            title,
            tuple(_field(action, keys[action.id]) for action in ACTIONS
                  if action.group == group and action.id in keys),
        )
        for group, title in GROUPS.items()
    )  # fmt: skip


def _field(action: Action, keys: tuple[str, ...]) -> Field:
    return Field(" ".join(shown(key) for key in keys), action.description)
