"""One whole picture of the daemon, as the screens get it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from tui.state.models import (
    Container,
    Event,
    Exit,
    Image,
    Ingest,
    Namespace,
    Series,
    Server,
    SnapshotInfo,
    Task,
    Usage,
)


class ConnectionState(StrEnum):
    """How things stand between us and the daemon."""

    CONNECTING = "connecting"
    LIVE = "live"
    STALE = "stale"
    DENIED = "denied"
    NO_SOCKET = "no socket"
    NOT_CONTAINERD = "not containerd"


@dataclass(frozen=True, slots=True)
class Connection:
    """A state, since when, why, and the way out of it."""

    state: ConnectionState = ConnectionState.CONNECTING
    since: datetime | None = None
    reason: str = ""
    """One sentence: what is wrong. Empty while live."""
    way_out: str = ""
    """One sentence: what to do about it, or what we are doing."""
    last_seen: datetime | None = None
    """When the data on the screen was last known to be right."""

    @property
    def live(self) -> bool:
        """Whether verbs may be sent."""
        return self.state is ConnectionState.LIVE


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Everything known at one moment; compared by identity, never changed.

    A mapping that did not change is the same object as in the snapshot before,
    and so is a row.
    """

    revision: int = 0
    connection: Connection = Connection()
    address: str = ""
    server: Server | None = None
    demo: bool = False
    """Whether the daemon is the embedded demo engine."""
    namespace: str = "default"
    namespaces: tuple[Namespace, ...] = ()
    elsewhere: Mapping[str, int] = field(default_factory=_nothing)
    """Containers in the other namespaces, counted only while this one has none."""
    images: Mapping[str, Image] = field(default_factory=_nothing)
    """By name."""
    containers: Mapping[str, Container] = field(default_factory=_nothing)
    """By id."""
    tasks: Mapping[str, Task] = field(default_factory=_nothing)
    """By container id."""
    snapshots: Mapping[str, SnapshotInfo] = field(default_factory=_nothing)
    """By row key, ``snapshotter/key``."""
    series: Mapping[str, Series] = field(default_factory=_nothing)
    """Metrics by container id."""
    usage: Mapping[str, Usage] = field(default_factory=_nothing)
    """Disk usage by the row key of the snapshot, where it was asked for."""
    exits: Mapping[str, Exit] = field(default_factory=_nothing)
    """The last end of a task by container id: containerd forgets it, we do not."""
    events: tuple[Event, ...] = ()
    """The newest first, of all namespaces."""
    ingests: tuple[Ingest, ...] = ()
    """Blobs on their way into the content store, of all namespaces."""
    troubles: Mapping[str, str] = field(default_factory=_nothing)
    """Why a list could not be read, one sentence by kind (``image``); its old rows stay."""
    loaded: bool = False
    """Whether the lists were read at least once: an empty pane before that is no news."""
