"""The one mutable place above the wire: rows go in, whole snapshots come out."""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from tui.state.ends import Ends
from tui.state.models import Event, Ingest, Namespace, Sample, Server, Task, TaskStatus, Usage
from tui.state.series import extend
from tui.state.snapshot import Connection, Snapshot
from tui.state.table import Kind, ResourceRow, Table, row_key

_EVENTS_KEPT = 500


class Store:
    """Builds snapshots; everything that did not change is the object it was before."""

    def __init__(self, *, address: str = "", namespace: str = "default") -> None:
        self._last = Snapshot(address=address, namespace=namespace)
        self._fields: dict[str, Any] = {
            "connection": self._last.connection,
            "namespace": namespace,
            "namespaces": (),
            "ingests": (),
        }
        self._tables: dict[str, Table[Any]] = {}
        self._ends = Ends()
        self._events: deque[Event] = deque(maxlen=_EVENTS_KEPT)
        self._clear()

    @property
    def namespace(self) -> str:
        """The namespace whose rows are kept."""
        return str(self._fields["namespace"])

    @property
    def loaded(self) -> bool:
        """Whether this namespace's lists were read at least once."""
        return bool(self._fields["loaded"])

    @property
    def connection(self) -> Connection:
        """How things stand with the daemon."""
        connection: Connection = self._fields["connection"]
        return connection

    @property
    def namespaces(self) -> tuple[Namespace, ...]:
        """The namespaces by name."""
        rows: tuple[Namespace, ...] = self._fields["namespaces"]
        return rows

    @property
    def snapshotters(self) -> tuple[str, ...]:
        """The daemon's snapshotters."""
        server: Server | None = self._fields.get("server")
        return server.snapshotters if server is not None else ()

    def usage(self, key: str) -> Usage | None:
        """Give the disk usage of a snapshot if it was measured."""
        usage: Usage | None = self._tables["usage"].get(key)
        return usage

    def rows(self, kind: Kind) -> Mapping[str, Any]:
        """Give the rows of one kind as they are now, by key."""
        return self._tables[f"{kind}s"].view

    def snapshot(self) -> Snapshot:
        """Give the whole picture: the same object as before if nothing changed."""
        if "events" not in self._fields:
            self._fields["events"] = tuple(self._events)
        fields = self._fields | {name: table.view for name, table in self._tables.items()}
        changed = {
            name: value for name, value in fields.items() if getattr(self._last, name) is not value
        }
        if changed:
            self._last = replace(self._last, revision=self._last.revision + 1, **changed)
        return self._last

    def replace(self, kind: Kind, rows: Iterable[Any], keep: Collection[str] = ()) -> None:
        """Take a whole list; rows whose key is in ``keep`` stay as they are."""
        fresh = {row_key(row): row for row in rows}
        for key in self._tables[f"{kind}s"].replace(fresh, keep):
            self._forget(kind, key)
        if kind == "task":
            for key, row in fresh.items():
                if key not in keep:
                    self._note(row)

    def upsert(self, kind: Kind, row: ResourceRow) -> None:
        """Add or replace one row."""
        self._tables[f"{kind}s"].put(row_key(row), row)
        if isinstance(row, Task):
            self._note(row)

    def remove(self, kind: Kind, key: str) -> None:
        """Remove one row if it is there, and what was known only because of it."""
        self._tables[f"{kind}s"].drop(key)
        self._forget(kind, key)

    def set_namespace(self, name: str) -> None:
        """Switch to another namespace: its lists are empty and not loaded."""
        if name != self.namespace:
            self._fields["namespace"] = name
            self._clear()

    def set_loaded(self) -> None:
        """Say that every list of this namespace was read."""
        self._fields["loaded"] = True

    def set_trouble(self, kind: Kind, sentence: str) -> None:
        """Say why the list of a kind could not be read, ``""`` when it was."""
        troubles: Mapping[str, str] = self._fields["troubles"]
        if troubles.get(kind, "") != sentence:
            others = {name: text for name, text in troubles.items() if name != kind}
            new = others | {kind: sentence} if sentence else others
            self._fields["troubles"] = MappingProxyType(new)

    def set_connection(self, connection: Connection) -> None:
        """Say how things stand with the daemon."""
        self._set("connection", connection)

    def set_server(self, server: Server, demo: bool = False) -> None:
        """Say who the daemon is."""
        self._set("server", server)
        self._fields["demo"] = demo

    def set_namespaces(self, rows: Iterable[Namespace]) -> None:
        """Take the list of namespaces; they are kept by name."""
        old = {row.name: row for row in self._fields["namespaces"]}
        ordered = sorted(rows, key=lambda row: row.name)
        self._set(
            "namespaces",
            tuple(old[row.name] if old.get(row.name) == row else row for row in ordered),
        )

    def set_elsewhere(self, counts: Mapping[str, int]) -> None:
        """Take the number of containers in the other namespaces."""
        if counts != self._fields["elsewhere"]:
            self._fields["elsewhere"] = MappingProxyType(dict(counts))

    def count_elsewhere(self, namespace: str, change: int) -> None:
        """Hear of containers that came to or went from another namespace.

        They count only while this one has none, as their number is not asked for else.
        """
        if namespace != self.namespace and self.loaded and not self.rows("container"):
            counts = dict(self._fields["elsewhere"])
            counts[namespace] = counts.get(namespace, 0) + change
            self.set_elsewhere({name: count for name, count in counts.items() if count > 0})

    @property
    def ingests(self) -> tuple[Ingest, ...]:
        """The blobs that are being written, in all namespaces."""
        rows: tuple[Ingest, ...] = self._fields["ingests"]
        return rows

    def set_ingests(self, rows: Iterable[Ingest]) -> bool:
        """Take the blobs that are being written; tell whether anything is different."""
        new = tuple(rows)
        if new == self.ingests:
            return False
        self._fields["ingests"] = new
        return True

    def set_usage(self, key: str, usage: Usage) -> None:
        """Take the disk usage of one snapshot, by its row key."""
        self._tables["usage"].put(key, usage)

    def add_event(self, event: Event) -> None:
        """Remember an event of any namespace."""
        self._events.appendleft(event)
        self._fields.pop("events", None)

    def add_sample(self, container_id: str, sample: Sample, step: float) -> None:
        """Add a reading to a task's curve; ``step`` is in seconds."""
        table = self._tables["series"]
        series = extend(table.get(container_id), sample, step)
        table.put(container_id, series if series.answering else replace(series, answering=True))

    def set_answering(self, container_id: str, answering: bool) -> None:
        """Say whether a shim answers; without a curve there is nothing to say it of."""
        series = self._tables["series"].get(container_id)
        if series is not None:
            self._tables["series"].put(container_id, replace(series, answering=answering))

    def add_start(self, namespace: str, container_id: str) -> None:
        """Hear that a task began."""
        self._ends.started(namespace, container_id)

    def add_oom(self, namespace: str, container_id: str) -> None:
        """Hear that the kernel killed a process of a container for memory."""
        self._ends.oom(namespace, container_id)
        self._show_end(namespace, container_id)

    def add_exit(self, namespace: str, container_id: str, status: int, at: datetime) -> None:
        """Hear that a container's task ended; told twice it counts once."""
        self._ends.exited(namespace, container_id, status, at)
        self._show_end(namespace, container_id)

    def forget_exit(self, namespace: str, container_id: str) -> None:
        """Forget the ends of a container that is no more."""
        self._ends.forget(namespace, container_id)
        self._show_end(namespace, container_id)

    def _show_end(self, namespace: str, container_id: str) -> None:
        if namespace != self.namespace:
            return
        end = self._ends.get(namespace, container_id)
        if end is None:
            self._tables["exits"].drop(container_id)
        else:
            self._tables["exits"].put(container_id, end)

    def _set(self, name: str, value: Any) -> None:
        if name not in self._fields or self._fields[name] != value:
            self._fields[name] = value

    def _note(self, task: Task) -> None:
        """Learn from the task itself that it ended: its event may have been missed."""
        if task.status is not TaskStatus.STOPPED:
            return
        self._tables["series"].drop(task.container_id)
        if task.exit_status is not None and task.exited_at is not None:
            self.add_exit(task.namespace, task.container_id, task.exit_status, task.exited_at)

    def _forget(self, kind: Kind, key: str) -> None:
        if kind == "snapshot":
            self._tables["usage"].drop(key)
        elif kind == "task":
            self._tables["series"].drop(key)
        elif kind == "container":
            self.forget_exit(self.namespace, key)

    def _clear(self) -> None:
        names = ("images", "containers", "tasks", "snapshots", "series", "usage", "exits")
        self._tables = {name: Table() for name in names}
        for key, end in self._ends.of(self.namespace):
            self._tables["exits"].put(key, end)
        nothing: Mapping[str, Any] = MappingProxyType({})
        self._fields |= {"elsewhere": nothing, "troubles": nothing, "loaded": False}
