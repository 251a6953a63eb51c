"""A pane: the table of one kind of object, its title and its filter."""

from collections.abc import Iterable
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from tui.format import plural
from tui.panes.resource import Resource, View
from tui.panes.rows import Rows
from tui.targets import Pane, Target, target
from tui.text import safe
from widgets.bars import Item
from widgets.filter_bar import FilterBar
from widgets.status_line import StatusLine
from widgets.table import Table

GREATEST_FIRST = frozenset({"cpu", "memory", "pids", "size", "users"})


class ResourcePane(Widget):
    """Draws views of one kind of object; knows nothing of where they come from.

    A hidden pane keeps the newest view and draws it when it is shown.
    """

    class Moved(Message):
        """The cursor of a pane stands on another row, or other rows are in sight."""

        def __init__(self, pane: "ResourcePane") -> None:
            super().__init__()
            self.pane = pane

    class Entered(Message):
        """Somebody wants to see all about the row under the cursor."""

    def __init__(self, resource: Resource[Any]) -> None:
        super().__init__(id=resource.pane.value)
        self.resource = resource
        self.pane: Pane = resource.pane
        self._rows: Rows[Any] = Rows(resource)
        self._view: View | None = None
        self._pattern = ""
        self.title = StatusLine(classes="pane-title")
        self.table = Table(resource.columns(80))
        self.bar = FilterBar()

    def compose(self) -> ComposeResult:
        """Lay out title, table and filter."""
        yield self.title
        yield self.table
        yield self.bar

    def on_mount(self) -> None:
        """Show the order of the rows."""
        self.table.set_sort(*self._rows.sort)

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor."""
        return self.table.cursor_key

    @property
    def sort(self) -> tuple[str, bool]:
        """The column that sorts, and whether the greatest comes first."""
        return self._rows.sort

    @property
    def pattern(self) -> str:
        """The filter, ``""`` for none."""
        return self._pattern

    def show_view(self, view: View) -> None:
        """Draw a view, now or when the pane is shown."""
        self._view = view
        self.table.dim = not view.snapshot.connection.live
        if self.display and self.is_mounted:
            self._draw()

    def on_show(self) -> None:
        """Catch up with what happened while the pane was hidden."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Draw the rows for the new width."""
        self._rows.set_width(event.size.width)
        self._draw()

    def targets(self) -> tuple[Target, ...]:
        """Freeze the marked rows, else the one under the cursor."""
        if self._view is None:
            return ()
        marked = self.table.marked
        keys = [key for key in self._rows.keys() if key in marked]  # noqa: SIM118 a method
        keys += sorted(marked.difference(keys))
        if not keys and self.cursor_key is not None:
            keys = [self.cursor_key]
        found = (target(self._view.snapshot, self.pane, key) for key in keys)
        return tuple(each for each in found if each is not None)

    def hidden(self, targets: Iterable[Target]) -> int:
        """Count the targets that are here but not in sight."""
        if self._view is None:
            return 0
        snapshot, shown = self._view.snapshot, set(self._rows.keys())
        return sum(
            each.namespace == snapshot.namespace
            and each.key not in shown
            and target(snapshot, self.pane, each.key) is not None
            for each in targets
        )

    def unmark(self, targets: Iterable[Target]) -> None:
        """Take the marks from these, and from nothing else of the same name elsewhere."""
        if self._view is not None:
            here = self._view.snapshot.namespace
            keys = {each.key for each in targets if each.namespace == here}
            self.table.set_marks(self.table.marked - keys)

    def sort_by(self, column: str) -> None:
        """Sort by a column; by the same one again, the other way round."""
        if column not in {each.key for each in self.resource.columns(80)}:
            return
        current, reverse = self._rows.sort
        reverse = not reverse if column == current else column in GREATEST_FIRST
        self._rows.set_sort(column, reverse)
        self.table.set_sort(column, reverse)
        self._draw()

    def toggle_running(self) -> None:
        """Hide what does not run, or show it again."""
        self._rows.set_running_only(not self._rows.running_only)
        self._draw()

    def edit_filter(self) -> None:
        """Let the user type a filter."""
        self.bar.open(self._pattern)

    def clear_filter(self) -> None:
        """Show all rows again."""
        self.bar.close()
        self._apply("")

    @on(FilterBar.Changed)
    def _filter_changed(self, event: FilterBar.Changed) -> None:
        event.stop()
        self._apply(event.value)

    @on(FilterBar.Submitted)
    def _filter_submitted(self, event: FilterBar.Submitted) -> None:
        event.stop()
        if not self._pattern:
            self.bar.close()
        self.table.focus()

    @on(FilterBar.Cancelled)
    def _filter_cancelled(self, event: FilterBar.Cancelled) -> None:
        event.stop()
        self.clear_filter()
        self.table.focus()

    @on(Table.HeaderClicked)
    def _header_clicked(self, event: Table.HeaderClicked) -> None:
        event.stop()
        self.sort_by(event.column)

    @on(Table.Activated)
    def _activated(self, event: Table.Activated) -> None:
        event.stop()
        self.post_message(self.Entered())

    @on(Table.Highlighted)
    @on(Table.ViewportChanged)
    @on(Table.MarksChanged)
    def _moved(self, event: Message) -> None:
        event.stop()
        self._draw_title()
        self.post_message(self.Moved(self))

    def _apply(self, pattern: str) -> None:
        try:
            self._rows.set_filter(pattern)
        except ValueError as error:
            _, _, reason = str(error).partition(": ")
            self.bar.show_note(safe(reason or error), "bad")
            return
        self._pattern = pattern
        self._draw()
        self.bar.show_note(self.count())

    def _draw(self) -> None:
        view = self._view
        if view is None or not self.display or not self.size.width:
            return
        width = self.size.width
        rows = self._rows.update(view)
        self.table.set_empty(self._empty(view))
        self.table.show(rows, columns=self.resource.columns(width))
        self._forget_marks(view)
        self._draw_title()

    def _forget_marks(self, view: View) -> None:
        """Take the marks from objects that are gone."""
        gone = [key for key in self.table.marked if target(view.snapshot, self.pane, key) is None]
        if gone:
            self.table.set_marks(self.table.marked.difference(gone))

    def _draw_title(self) -> None:
        number = str(list(Pane).index(self.pane) + 1)
        count = f" {self.count()}" if self._view and self._view.snapshot.loaded else ""
        spans = ((number, "key"), (f" {self.pane.capitalize()}", "title"), (count, ""))
        self.title.show(
            [Item(spans)], [Item(((note, "dim"),), priority=2) for note in self.notes()]
        )

    def count(self) -> str:
        """Return how many rows are shown, and of how many if that is not all."""
        shown, total = len(self.table.rows), self._rows.total
        count = str(total) if shown == total else f"{shown}/{total}"
        return self.resource.counted(self._view.snapshot, count) if self._view else count

    def notes(self) -> list[str]:
        """Return what makes the rows differ from all there is."""
        notes = []
        if self.table.marked:
            notes.append(f"{len(self.table.marked)} marked")
        if self._rows.running_only:
            notes.append("running only")
        if self._view is not None and self.resource.trouble(self._view.snapshot):
            notes.append("list not read")
        return notes

    def _empty(self, view: View) -> str:
        if self._rows.hidden:
            what = plural(self._rows.hidden, self.pane.value.removesuffix("s"))
            return f"{what} without a running task: press z to show."
        if self._pattern and self._rows.total:
            return f'No {self.pane} match "{safe(self._pattern, 40)}": Esc shows all.'
        return self.resource.empty(view)
