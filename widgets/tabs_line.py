"""The names of the panes in one line, the current one marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from widgets.bars import Bar, Item, fitting, line_width
from widgets.cells import Span


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the panes.

    Attributes:
        key: What a click selects.
        label: The name of the pane.
        hotkey: The key that selects it.
        count: How much is in it, as it is drawn.
    """

    key: str
    label: str
    hotkey: str = ""
    count: str = ""

    def item(self, current: bool, detail: int) -> Item:
        """Return the tab as it is drawn: with its count (2), its label (1) or its key (0)."""
        spans: list[Span] = []
        if self.hotkey:
            spans.append((self.hotkey, "selected" if current else "key"))
        if detail or current or not self.hotkey:
            spans.append((" " * bool(self.hotkey) + self.label, "selected" if current else ""))
        if self.count and detail > 1:
            spans.append((f" {self.count}", "dim"))
        return Item(tuple(spans), self.key, 1 if current else 2, joint="   ")


class TabsLine(Bar):
    """Tells the panes, how much is in each, and which one is shown."""

    _tabs: tuple[Tab, ...] = ()
    _current = ""

    class Selected(Message):
        """A tab was clicked; `key` is its key."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def show(self, tabs: Sequence[Tab], current: str) -> None:
        """Show these tabs from now on, the one with the key `current` as the current one."""
        self._tabs, self._current = tuple(tabs), current
        self.redraw_if(self._tabs, current)

    def items(self, width: int) -> Sequence[Item]:
        """Return the tabs with as much detail as fits."""
        items: list[Item] = []
        for detail in (2, 1, 0):
            items = [tab.item(tab.key == self._current, detail) for tab in self._tabs]
            if line_width(items) <= width:
                return items
        return fitting(items, width)

    def on_click(self, event: events.Click) -> None:
        """Report which tab was clicked."""
        key = self.key_at(event.x)
        if key:
            event.stop()
            self.post_message(self.Selected(key))
