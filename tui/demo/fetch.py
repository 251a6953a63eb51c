"""Fetching the blobs of one image: three at a time, each an ingest that others can watch."""

from collections.abc import Callable

from protos import event_payloads_pb2 as payloads
from tui.demo.bundle import Blob
from tui.demo.clock import Timer
from tui.demo.flaws import STALL, Flaw
from tui.demo.goal import Goal
from tui.demo.images import source_label
from tui.demo.line import Flow, Line
from tui.demo.store import ROOT, Ingest
from tui.demo.tracker import Tracker

_AT_ONCE = 3
_PATIENCE = 0.1
"""Seconds until another look at a blob that somebody else is fetching."""


class Fetch:
    """Brings blobs into the content store.

    Args:
        goal: where to.
        line: what they come over.
        tracker: is told what is there already.
        arrived: called for each blob that is there.
    """

    def __init__(
        self,
        goal: Goal,
        line: Line,
        tracker: Tracker,
        arrived: Callable[[Blob], None],
    ) -> None:
        self._goal = goal
        self._line = line
        self._tracker = tracker
        self._arrived = arrived
        self._waiting: list[Blob] = []
        self._flows: dict[str, Flow] = {}
        self._flaws: dict[str, Flaw] = {}
        self._again: Timer | None = None

    def spoil(self, blob: Blob, flaw: Flaw) -> None:
        """Have a blob go wrong."""
        self._flaws[blob.digest] = flaw

    def want(self, blob: Blob) -> None:
        """Fetch a blob, or take it as it is if the namespace has it."""
        self._waiting.append(blob)
        self._fill()

    def close(self) -> None:
        """Stop, and leave nothing half done."""
        if self._again is not None:
            self._again.cancel()
        for ref, flow in self._flows.items():
            self._line.stop(flow)
            self._goal.space.ingests.pop(ref, None)
            self._goal.release("ingests", ref)
        self._flows.clear()
        self._waiting.clear()

    def _fill(self) -> None:
        """Begin with what may begin."""
        for blob in list(self._waiting):
            if blob not in self._waiting:
                continue
            if blob.digest in self._goal.space.content:
                self._waiting.remove(blob)
                self._keep(blob)
                self._tracker.exists(blob)
                self._arrived(blob)
            elif len(self._flows) < _AT_ONCE and self._begin(blob):
                self._waiting.remove(blob)
        if self._waiting and not self._flows and self._again is None:
            # Others hold what is still wanted.
            self._again = self._goal.later(_PATIENCE, self._retry)

    def _retry(self) -> None:
        self._again = None
        self._fill()

    def _begin(self, blob: Blob) -> bool:
        """Begin to fetch a blob, unless somebody else is about it."""
        space, now = self._goal.space, self._goal.store.clock.now()
        ingest = space.ingests.get(blob.ref)
        if ingest is not None and ingest.locked:
            return False
        if ingest is None:
            ingest = space.ingests[blob.ref] = Ingest(blob.ref, now, now)
        ingest.total, ingest.expected, ingest.locked = blob.size, blob.digest, True
        self._goal.hold("ingests", blob.ref)
        # What another namespace has only needs to be committed here.
        there = blob.size if blob.digest in self._goal.store.blobs else ingest.offset
        moved = self._goal.guarded(lambda: self._moved(blob, ingest))
        flow = Flow(blob.size, min(there, blob.size), moved)
        flaw = self._flaws.get(blob.digest)
        if flaw is not None and flow.arrived < blob.size:
            flow.halt_at = flaw.halt(blob.size)
        self._flows[blob.ref] = flow
        self._line.start(flow)
        return True

    def _moved(self, blob: Blob, ingest: Ingest) -> None:
        flow = self._flows[blob.ref]
        ingest.made_up = flow.arrived
        ingest.updated_at = self._goal.store.clock.now()
        if flow.left:
            return
        flaw = self._flaws.pop(blob.digest, None)
        if flaw is not None and flaw.kind == "stall":
            flow.halt_at = None
            self._goal.later(STALL, lambda: self._resume(blob, flow))
        elif flaw is not None:
            path = f"{ROOT}/io.containerd.content.v1.content/ingest/{blob.digest[7:19]}/data"
            self._goal.failed(flaw.refusal(blob, path))
        else:
            self._commit(blob)

    def _resume(self, blob: Blob, flow: Flow) -> None:
        if self._flows.get(blob.ref) is flow:
            self._line.start(flow)

    def _commit(self, blob: Blob) -> None:
        store, space = self._goal.store, self._goal.space
        del self._flows[blob.ref]
        space.ingests.pop(blob.ref, None)
        self._goal.release("ingests", blob.ref)
        store.add_blob(space, blob.data, {}, store.clock.now())
        self._keep(blob)
        event = payloads.ContentCreate(digest=blob.digest, size=blob.size)
        store.bus.publish(space.name, "/content/create", event)
        self._arrived(blob)
        self._fill()

    def _keep(self, blob: Blob) -> None:
        """Have a blob held by the lease, keep what it names, and know where it came from."""
        self._goal.hold("content", blob.digest)
        labels = self._goal.content(blob.digest).labels
        labels.update(blob.edges)
        key, repository = source_label(self._goal.reference)
        known = [item for item in labels.get(key, "").split(",") if item]
        labels[key] = ",".join([*known, *({repository} - set(known))])
