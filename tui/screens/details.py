"""All about one row, on a terminal that has no room beside the table."""

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen

from tui.actions import BY_ID
from tui.conditions import refusal
from tui.messages import ActionRequested
from tui.panes.resource import Resource, View
from tui.panes.side import Side
from tui.screens.header import how_old, state
from tui.targets import target
from tui.text import safe
from widgets.bars import Item
from widgets.status_line import StatusLine


class DetailsScreen(Screen[None]):
    """Covers the dashboard until escape; goes on following the row meanwhile."""

    AUTO_FOCUS = None
    BINDINGS = [
        Binding(
            "escape,q,enter", "dismiss", "Back", tooltip="Back to the table", id="details.back"
        ),
        Binding(
            "left_square_bracket,less_than_sign,shift+tab",
            "turn(-1)",
            "Previous tab",
            id="tab.previous",
        ),
        Binding("right_square_bracket,greater_than_sign,tab", "turn(1)", "Next tab", id="tab.next"),
        Binding("u", "measure", "Size", tooltip="Measure the snapshot's size", id="usage"),
    ]

    def __init__(self, resource: Resource[Any], view: View, key: str, title: str) -> None:
        """Take the first view of the object of a row, and what to call it."""
        super().__init__()
        self._resource, self._view, self.key, self._title = resource, view, key, title

    def compose(self) -> ComposeResult:
        """Lay out the name over the tabs and the text."""
        yield StatusLine(id="top")
        yield Side()

    def on_mount(self) -> None:
        """Show the object and take the keys that scroll."""
        self.side = self.query_one(Side)
        self.top = self.query_one("#top", StatusLine)
        self._draw()
        self.side.detail.focus()

    def show_view(self, view: View) -> None:
        """Show what is known now."""
        self._view = view
        if self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        """Show the object, and how things stand with the daemon where that is not well."""
        connection = self._view.snapshot.connection
        noun = self._resource.pane.removesuffix("s").capitalize()
        right = [Item((("Esc", "key"), (" Back", "")))]
        if not connection.live:
            old = how_old(connection, self._view.now)
            right.insert(0, Item((state(connection), (f" {old}" if old else "", ""))))
        self.top.show([Item(((f"{noun} ", "dim"), (safe(self._title), "title")))], right)
        self.side.show(self._resource, self._view, self.key)

    def action_measure(self) -> None:
        """Measure the snapshot that is shown, or say why that cannot be."""
        snapshot, pane = self._view.snapshot, self._resource.pane
        about = target(snapshot, pane, self.key)
        reason = refusal(BY_ID["usage"], snapshot, pane, self.key if about else None)
        if about is None or reason:
            self.notify(reason, severity="warning", markup=False)
        else:
            self.post_message(ActionRequested("usage", (about,), seen=snapshot))

    def action_turn(self, step: int) -> None:
        """Go to another tab."""
        self.side.turn(step)
