"""The dashboard's keys: every action ends in `MainScreen.action_run`."""

from collections.abc import Callable, Mapping
from typing import Any

from textual import on
from textual.binding import Binding, BindingType

from tui.actions import ACTIONS, BY_ID, SORT_KEYS, Action
from tui.conditions import refusal, title
from tui.keymap import shown
from tui.messages import RefreshRequested
from tui.mouse import set_mouse
from tui.panes.pane import ResourcePane
from tui.screens.details import DetailsScreen
from tui.screens.help import HelpScreen
from tui.screens.layout import SIDE_WIDTH
from tui.screens.pulling import Pulling
from tui.targets import Pane, target
from tui.text import safe
from widgets.key_hints import Hint, KeyHints
from widgets.pick_dialog import Option, PickDialog
from widgets.tabs_line import TabsLine


def bindings() -> list[BindingType]:
    """Return the bindings of all actions that the screen answers."""
    return [
        Binding(
            ",".join(action.keys),
            f"run('{action.id}')",
            action.title,
            show=False,
            tooltip=action.description,
            id=action.id,
        )
        for action in ACTIONS
        if action.keys and not action.by_widget
    ]


class MainScreen(Pulling):
    """Answers keys, clicks and the palette."""

    BINDINGS = bindings()

    def __init__(self, *, keys: Mapping[str, tuple[str, ...]], **board: Any) -> None:
        """Take the keys of every action, by action id, and what the board takes."""
        super().__init__(**board)
        self._keys = keys
        self._mouse = True
        self._details: DetailsScreen | None = None
        self._answers: dict[str, Callable[[], None]] = {
            "pane.next": lambda: self._step_pane(1),
            "pane.previous": lambda: self._step_pane(-1),
            "table.activate": self._enter,
            "back": self._back,
            "tab.previous": lambda: self.side.turn(-1),
            "tab.next": lambda: self.side.turn(1),
            "toggle": self.start_or_stop,
            "pause": self.pause_or_resume,
            "signal": self.choose_signal,
            "commit": self.name_commit,
            "delete": self.ask_delete,
            "usage": lambda: self.request("usage", self.current.targets()),
            "pull": self.ask_pull,
            "pulls": self.show_pulls,
            "mark": self._mark,
            "mark.all": lambda: self.current.table.mark_all(),
            "copy": self._copy,
            "filter": lambda: self.current.edit_filter(),
            "sort": self.choose_sort,
            "running": lambda: self.current.toggle_running(),
            "namespace": self.choose_namespace,
            "refresh": lambda: self._post_refresh(),
            "mouse": self._toggle_mouse,
            "palette": self._choose_action,
            "help": lambda: self._show_help(),
            "quit": self.leave,
            **{f"pane.{pane}": self._goer(pane) for pane in Pane},
            **{f"sort.{column}": self._sorter(column) for column in SORT_KEYS},
        }

    def action_run(self, action_id: str) -> None:
        """Do what an action says, or say in one sentence why not."""
        reason = self.refusal(BY_ID[action_id])
        if reason:
            self.say(reason)
        else:
            self._answers[action_id]()

    def refusal(self, action: Action) -> str:
        """Return why an action does not work here and now, ``""`` when it does."""
        key = self.current.cursor_key
        doing = self.doing(self.pane, key)
        if action.changes and doing and action.group == "Act":
            return f"Wait: it is still {doing}."
        if action.where == "details" and not self.side_by_side:
            return f"No details beside the table below {SIDE_WIDTH} columns: press enter."
        marked = bool(self.current.table.marked)
        return refusal(
            action, self.snapshot, self.pane, key, read_only=self.read_only, marked=marked
        )

    def title_of(self, action: Action) -> str:
        """Return what an action does to the row under the cursor."""
        return title(action, self.snapshot, self.current.cursor_key or "")

    def draw(self) -> None:
        """Bring everything up to date, the details that cover it as well."""
        super().draw()
        if self._details is not None:
            self._details.show_view(self.view(self.pane))

    def draw_hints(self) -> None:
        """Show the keys that work here and now."""
        if not self.current.is_mounted:
            return
        works = [
            action
            for action in ACTIONS
            if action.footer
            and self.pane in action.footer_panes
            and action.id in self._keys
            and not self.refusal(action)
        ]
        works.sort(key=lambda action: action.footer)
        self.hints.show(
            [
                Hint(
                    action.id,
                    shown(self._keys[action.id][0]),
                    self.title_of(action),
                    1 if action.id == "help" else action.footer + 1,
                )
                for action in works
            ]
        )

    @on(KeyHints.Pressed)
    def _hint_pressed(self, event: KeyHints.Pressed) -> None:
        self.action_run(event.action)

    @on(TabsLine.Selected)
    def _tab_selected(self, event: TabsLine.Selected) -> None:
        self.go_to(Pane(event.key))

    @on(ResourcePane.Entered)
    def _entered(self, event: ResourcePane.Entered) -> None:
        event.stop()
        self._enter()

    def _enter(self) -> None:
        """Show the details: beside the table they take the keys, else they take the screen."""
        key = self.current.cursor_key
        about = target(self.snapshot, self.pane, key) if key is not None else None
        if about is None:
            return
        if self.side_by_side:
            self.side.detail.focus()
            return
        view = self.view(self.pane)
        self._details = DetailsScreen(self.current.resource, view, about.key, about.title)
        self.app.push_screen(self._details, self._left_details)

    def _left_details(self, _result: None) -> None:
        self._details = None

    def _back(self) -> None:
        """Leave the details, else clear the marks, else the filter."""
        pane = self.current
        if self.side.detail.has_focus:
            pane.table.focus()
        elif pane.table.marked:
            pane.table.clear_marks()
        elif pane.pattern:
            pane.clear_filter()

    def _goer(self, pane: Pane) -> Callable[[], None]:
        return lambda: self.go_to(pane)

    def _sorter(self, column: str) -> Callable[[], None]:
        return lambda: self.current.sort_by(column)

    def _step_pane(self, step: int) -> None:
        order = list(Pane)
        self.go_to(order[(order.index(self.pane) + step) % len(order)])

    def _mark(self) -> None:
        """Mark the row and go to the next, so that space marks a run of rows."""
        self.current.table.toggle_mark()
        self.current.table.action_cursor(1)

    def _copy(self) -> None:
        names = [safe(each.name, 4096) for each in self.current.targets()]
        if not names:
            return
        self.app.copy_to_clipboard("\n".join(names))
        self.notify(
            f"Copied {safe(names[0], 60) if len(names) == 1 else len(names)}.", markup=False
        )

    def _choose_action(self) -> None:
        """Offer every action that works here and now, to be found by its name."""
        options = [
            Option(
                action.id,
                f"{self.title_of(action)}: {action.description}",
                " ".join(shown(key) for key in self._keys.get(action.id, ())),
            )
            for action in ACTIONS
            if action.id in self._answers and action.id != "palette" and not self.refusal(action)
        ]

        def chosen(action_id: str | None) -> None:
            if action_id:
                self.action_run(action_id)

        self.app.push_screen(PickDialog("Actions", options), chosen)

    def _post_refresh(self) -> None:
        self.post_message(RefreshRequested())

    def _show_help(self) -> None:
        self.app.push_screen(HelpScreen(self._keys))

    def _toggle_mouse(self) -> None:
        """Give the mouse to the terminal, so that it can select text, or take it back."""
        if set_mouse(self.app, not self._mouse):
            self._mouse = not self._mouse
            owner = "c9d" if self._mouse else "the terminal"
            self.notify(f"The mouse belongs to {owner} now.", markup=False)
        else:
            self.say("This terminal's mouse cannot be switched.")
