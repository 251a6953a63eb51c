"""What a pane has to know of one kind of object: its columns, rows, order and details."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar

from tui.panes.sections import section
from tui.state.models import Event, Series
from tui.state.snapshot import ConnectionState, Snapshot
from tui.targets import Pane
from tui.text import safe
from widgets.cells import Cell
from widgets.columns import Column
from widgets.detail import Field, Section

Item = TypeVar("Item", bound=tuple[Any, ...])

FRESH = 60.0
"""Seconds after which a figure that was not measured again is no longer shown."""


@dataclass(frozen=True, slots=True)
class View:
    """What a pane draws: a snapshot, the time, and what verbs of ours are under way."""

    snapshot: Snapshot
    now: datetime
    pending: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What is being done (``stopping``), by row key."""

    def fresh(self) -> dict[str, Series]:
        """Return the series of living tasks that were measured lately.

        The newest sample is the daemon's own present, so that a clock that
        differs from ours hides nothing.
        """
        series = self.snapshot.series
        newest = max((each.last.at for each in series.values()), default=0.0)
        return {key: each for key, each in series.items() if each.last.at > newest - FRESH}


class Resource(ABC, Generic[Item]):
    """One kind of object. An item holds all that its row depends on, compared by value."""

    pane: ClassVar[Pane]
    tabs: ClassVar[tuple[str, ...]] = ("Overview", "Labels", "Events")

    @abstractmethod
    def columns(self, width: int) -> tuple[Column, ...]:
        """Return the columns for a pane of that width."""

    @abstractmethod
    def items(self, view: View) -> Iterator[tuple[str, Item]]:
        """Yield row key and item of every object."""

    @abstractmethod
    def cells(self, item: Item, width: int) -> tuple[Cell, ...]:
        """Draw the row of an item for a pane of that width."""

    @abstractmethod
    def sort_value(self, item: Item, column: str) -> Any:
        """Return what to sort by, None for last."""

    @abstractmethod
    def search_text(self, item: Item) -> str:
        """Return the text that a filter is matched with."""

    @abstractmethod
    def overview(self, view: View, key: str) -> tuple[Section, ...]:
        """Return the first tab of the details."""

    @abstractmethod
    def labels(self, snapshot: Snapshot, key: str) -> Mapping[str, str]:
        """Return the labels of the object."""

    def runs(self, item: Item) -> bool:
        """Tell whether the object stays when what does not run is hidden."""
        return True

    def subject(self, snapshot: Snapshot, key: str) -> str:
        """Return the name under which events speak of the object."""
        return key

    def details(self, view: View, key: str, tab: int) -> tuple[Section, ...]:
        """Return the sections of one tab."""
        if tab == 1:
            return (labels_section(self.labels(view.snapshot, key)),)
        if tab == 2:
            return (events_section(view, self.subject(view.snapshot, key)),)
        return self.overview(view, key)

    def empty(self, view: View) -> str:
        """Say why there are no rows and what to do."""
        snapshot = view.snapshot
        if not snapshot.loaded:
            trying = snapshot.connection.state in (ConnectionState.CONNECTING, ConnectionState.LIVE)
            return "Reading..." if trying else "Nothing was read yet."
        return self.trouble(snapshot) or self.none_here(snapshot)

    def trouble(self, snapshot: Snapshot) -> str:
        """Say why the rows are not those that the daemon has now, ``""`` when they are.

        Where the connection is to blame the whole screen says so.
        """
        sentence = snapshot.troubles.get(self.pane.removesuffix("s"), "")
        return safe(sentence) if snapshot.connection.live else ""

    def counted(self, snapshot: Snapshot, count: str) -> str:
        """Return a count as it may be told: of a list that was not read nobody knows it."""
        if self.pane.removesuffix("s") not in snapshot.troubles:
            return count
        return "?" if count == "0" else f"{count}?"

    def none_here(self, snapshot: Snapshot) -> str:
        """Say that the namespace has none of these, and which other one has containers."""
        text = f'No {self.pane} in "{safe(snapshot.namespace)}"'
        others = sorted(snapshot.elsewhere.items(), key=lambda pair: -pair[1])
        full = [f"{safe(name)} has {count}" for name, count in others[:3] if count]
        if full:
            what = "" if self.pane is Pane.CONTAINERS else " containers"
            return f"{text}; {', '.join(full)}{what}: press n."
        return f"{text}."


def labels_section(labels: Mapping[str, str]) -> Section:
    """Return labels, sorted and made safe: the key, which may be long, and under it its value."""
    fields: list[Field] = []
    for key, value in sorted(labels.items()):
        fields += [Field("", safe(key), "accent"), Field("", f"  {safe(value) or '(empty)'}")]
    return Section("Labels", tuple(fields) or (Field("", "none"),))


def events_section(view: View, subject: str) -> Section:
    """Return what happened to an object since c9d was started, the newest first."""
    snapshot = view.snapshot
    rows = [
        (f"{event.at.astimezone(view.now.tzinfo):%H:%M:%S}", _told(event))
        for event in snapshot.events
        if event.subject == subject and event.namespace == snapshot.namespace
    ]
    return section("Events", tuple(rows[:100]) or (("", "none since c9d was started"),))


def _told(event: Event) -> str:
    detail = " ".join(f"{key}={value}" for key, value in event.detail.items())
    return safe(f"{event.topic} {detail}".rstrip())
