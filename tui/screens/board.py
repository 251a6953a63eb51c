"""The dashboard as a picture: what stands where, and how snapshots get there."""

from collections.abc import Callable
from datetime import datetime

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from tui.messages import FocusChanged
from tui.panes.containers import Containers
from tui.panes.images import Images
from tui.panes.pane import ResourcePane
from tui.panes.resource import View
from tui.panes.side import Side
from tui.panes.snapshots import Snapshots
from tui.panes.tasks import Tasks
from tui.screens.header import banner, top_line
from tui.screens.layout import Layout, layout
from tui.state.snapshot import Snapshot
from tui.targets import NO_PENDING, Pane, Pending, Place
from widgets.activity import Activity
from widgets.bars import Item
from widgets.key_hints import KeyHints
from widgets.scroller import Notice
from widgets.status_line import StatusLine
from widgets.tabs_line import Tab, TabsLine

TICK = 10.0
"""Seconds between two looks at the clock; ages change in steps of that."""


class Board(Screen[None]):
    """Four panes, the details, the lines around them; draws what it is given."""

    AUTO_FOCUS = None

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        host: str = "",
        notice: str = "",
        demo: bool = False,
        read_only: bool = False,
    ) -> None:
        """Take what does not change during a run.

        Args:
            clock: Tells the time, with its zone.
            host: Name of the machine.
            notice: A sentence that stays on the screen.
            demo: Whether the daemon is the demo engine.
            read_only: Whether nothing may be changed.
        """
        super().__init__()
        self.clock, self.read_only = clock, read_only
        self._host, self._notice, self._demo = host, notice, demo
        self.snapshot = Snapshot()
        self.pending = NO_PENDING
        self._layout = Layout(False, False)
        self._focused: frozenset[str] = frozenset()
        self.pane = Pane.CONTAINERS
        resources = (Containers(), Images(), Tasks(), Snapshots())
        self.panes = {each.pane: ResourcePane(each) for each in resources}

    def compose(self) -> ComposeResult:
        """Lay out the lines, the panes and the details."""
        yield StatusLine(id="top")
        line = Notice(id="banner")
        line.display = False
        yield line
        yield TabsLine(id="tabs")
        with Horizontal(id="body"):
            with Vertical(id="panes"):
                self._make_room()
                yield self.current
            yield Side()
        yield Activity(id="activity")
        yield KeyHints(id="hints")

    def on_mount(self) -> None:
        """Find the parts once, and follow the app's snapshot."""
        self.top = self.query_one("#top", StatusLine)
        self.banner = self.query_one("#banner", Notice)
        self.tabs = self.query_one(TabsLine)
        self.side = self.query_one(Side)
        self.activity = self.query_one(Activity)
        self.hints = self.query_one(KeyHints)
        self.current.table.focus()
        self.watch(self.app, "snapshot", self._take_snapshot)
        self.watch(self.app, "pending", self._take_pending)
        self.set_interval(TICK, self.draw)

    @property
    def current(self) -> ResourcePane:
        """The pane that takes the keys."""
        return self.panes[self.pane]

    @property
    def side_by_side(self) -> bool:
        """Whether the details stand beside the table."""
        return self._layout.side

    def view(self, pane: Pane) -> View:
        """Return what a pane draws now."""
        here = self.snapshot.namespace
        rows = self.pending.get(pane, {}).items()
        pending = {place.key: doing for place, doing in rows if place.namespace == here}
        return View(self.snapshot, self.clock(), pending)

    def doing(self, pane: Pane, key: str | None, namespace: str | None = None) -> str:
        """Return what verb is at work on a row, here or in a namespace; ``""`` for none."""
        where = self.snapshot.namespace if namespace is None else namespace
        return self.pending.get(pane, {}).get(Place(where, key or ""), "")

    def go_to(self, pane: Pane) -> None:
        """Give a pane the keys, and in a small terminal the room."""
        self.pane = pane
        self._mount_all()
        self._make_room()
        if self.current.table.is_attached:
            self.current.table.focus()
        else:
            self.call_after_refresh(self.current.table.focus)
        self.draw()

    def _mount_all(self) -> None:
        """Mount the panes that were left out of the first paint, which is faster for it."""
        rest = [pane for pane in self.panes.values() if not pane.is_attached]
        if rest:
            self.query_one("#panes").mount(*rest)

    def on_resize(self, event: events.Resize) -> None:
        """Divide the screen anew if it fits more or less than before."""
        new = layout(event.size.width, event.size.height)
        if new == self._layout:
            return
        self._layout = new
        self._mount_all()
        self.set_class(new.side, "-side")
        self.set_class(new.all_panes, "-all")
        self._make_room()
        self.draw()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Follow the focus into another pane."""
        for each in self.panes.values():
            if each.pane is not self.pane and each in event.widget.ancestors:
                self.pane = each.pane
                self.draw()

    def on_click(self) -> None:
        """Make room for a pane that was clicked: not at the press, or the row would run away."""
        self._make_room()

    def _make_room(self) -> None:
        """Give the current pane the most room, or all of it."""
        for each in self.panes.values():
            each.set_class(each.pane is self.pane, "-current")
            each.display = self._layout.all_panes or each.pane is self.pane

    @on(ResourcePane.Moved)
    def _moved(self, event: ResourcePane.Moved) -> None:
        event.stop()
        if event.pane.pane is self.pane:
            self._draw_side()
            self.draw_hints()
            self._draw_top()
        self._draw_tabs()
        self._tell_focus()

    def draw(self) -> None:
        """Bring everything up to date; what did not change draws nothing."""
        snapshot, now = self.snapshot, self.clock()
        for pane in self.panes.values():
            pane.show_view(self.view(pane.pane))
        self._draw_top()
        text, style = banner(snapshot.connection, now, self._notice)
        self.banner.show([(text, style)])
        self.banner.display = bool(text)
        self._draw_tabs()
        self._draw_side()
        self.draw_hints()
        self._tell_focus()

    def _draw_top(self) -> None:
        left, right = top_line(
            self.snapshot, self.clock(), host=self._host, demo=self._demo, read_only=self.read_only
        )
        # With all panes on the screen each says that in its own title.
        notes = [] if self._layout.all_panes else self.current.notes()
        self.top.show(left, [*(Item(((note, "warn"),), priority=2) for note in notes), *right])

    def draw_hints(self) -> None:
        """Show the keys that work here and now; the subclass knows them."""

    def counts(self) -> dict[Pane, str]:
        """Return how many objects of each kind there are, as far as that is known."""
        snapshot = self.snapshot
        rows = (snapshot.containers, snapshot.images, snapshot.tasks, snapshot.snapshots)
        return {
            pane: self.panes[pane].resource.counted(snapshot, str(len(each)))
            for pane, each in zip(Pane, rows, strict=True)
        }

    def _draw_tabs(self) -> None:
        counts = self.counts()
        if self.current.is_mounted:
            counts[self.pane] = self.current.count()
        if not self.snapshot.loaded:
            counts = dict.fromkeys(Pane, "")
        self.tabs.show(
            [
                Tab(pane, pane.capitalize(), str(number), counts[pane])
                for number, pane in enumerate(Pane, start=1)
            ],
            self.pane,
        )

    def _draw_side(self) -> None:
        if self._layout.side:
            self.side.show(self.current.resource, self.view(self.pane), self.current.cursor_key)

    def _tell_focus(self) -> None:
        """Say which containers want fresh figures: those in sight, and the selected one."""
        keys: set[str] = set()
        for pane in (Pane.CONTAINERS, Pane.TASKS):
            if self.panes[pane].display:
                table = self.panes[pane].table
                keys.update(table.visible_keys())
                keys.update([table.cursor_key] if table.cursor_key else [])
        if keys != self._focused:
            self._focused = frozenset(keys)
            self.post_message(FocusChanged(self._focused))

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        if snapshot.loaded and not self.snapshot.loaded:
            self.call_after_refresh(self._mount_all)
        self.snapshot = snapshot
        self.draw()

    def _take_pending(self, pending: Pending) -> None:
        self.pending = pending
        self.draw()
