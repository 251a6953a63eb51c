"""The details of the row under the cursor, in tabs."""

from collections.abc import Sequence
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from tui.panes.resource import Resource, View
from tui.targets import target
from widgets.detail import Detail, Field, Section
from widgets.tabs_line import Tab, TabsLine


class Side(Vertical):
    """Follows a row; beside the table, or alone on the screen of the details."""

    def compose(self) -> ComposeResult:
        """Lay out the tabs over the text."""
        yield TabsLine()
        yield Detail()

    def on_mount(self) -> None:
        """Find the parts once."""
        self.tab = 0
        self.tabs = self.query_one(TabsLine)
        self.detail = self.query_one(Detail)
        self._last: tuple[Resource[Any], View, str | None] | None = None

    def show(self, resource: Resource[Any], view: View, key: str | None) -> None:
        """Show what there is to know about the object of a row, None for no row."""
        self._last = (resource, view, key)
        self.tabs.show([Tab(name, name) for name in resource.tabs], resource.tabs[self.tab])
        self.detail.show(self._sections(resource, view, key), f"{resource.pane}/{self.tab}/{key}")
        self.detail.set_dim(not view.snapshot.connection.live)

    def _sections(self, resource: Resource[Any], view: View, key: str | None) -> Sequence[Section]:
        if key is None:
            return ()
        if target(view.snapshot, resource.pane, key) is not None:
            return resource.details(view, key, self.tab)
        noun = resource.pane.removesuffix("s")
        gone = f"This {noun} is not there any more." if view.snapshot.loaded else "Reading..."
        return (Section("", (Field("", gone, "warn"),)),)

    def turn(self, step: int) -> None:
        """Go to the next tab or the one before."""
        if self._last is not None:
            self.tab = (self.tab + step) % len(self._last[0].tabs)
            self.show(*self._last)

    @on(TabsLine.Selected)
    def _selected(self, event: TabsLine.Selected) -> None:
        event.stop()
        if self._last is not None:
            self.tab = self._last[0].tabs.index(event.key)
            self.show(*self._last)
