"""Pulling an image as containerd 2.1 does: resolve, fetch, unpack, name; all by the clock."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from protos import leases_pb2
from protos import transfer_types_pb2 as pb
from tui.demo.bundle import Blob
from tui.demo.clock import Timer, rfc3339
from tui.demo.collector import EXPIRE, Collector
from tui.demo.fetch import Fetch
from tui.demo.goal import Goal
from tui.demo.images import host_architecture, save_image
from tui.demo.line import Line
from tui.demo.refusals import Refusal, invalid_argument, not_found
from tui.demo.registry import Offer, Registry
from tui.demo.store import Lease, Space, Store
from tui.demo.tracker import Say, Tracker
from tui.demo.unpack import Unpack

Ended = Callable[[Refusal | None], None]
_RESOLVING = 0.3
"""Seconds until a registry has answered."""
_LEASED = 86_400.0
_UNPACKING = 4
"""How many times as fast as downloading unpacking is."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be pulled, and as what."""

    reference: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    architectures: tuple[str, ...] = ()
    """Whose layers are wanted; none named means all."""
    all_metadata: bool = False
    """The manifests and configs of other platforms are wanted too."""
    manifest_limit: int = 0
    """Above 0 it is an error if no manifest is for the platforms that are wanted."""
    unpack: bool = False
    unpackable: bool = True
    """False where unpacking is wanted in a way that a daemon does not offer."""
    lease: str = ""
    """The caller's, which then holds what comes; without one the pull makes its own."""


def unheard(_message: object) -> None:
    """Stands for a listener where nobody listens, as to the pulls of others."""


class Puller:
    """Makes pulls; they share one line."""

    def __init__(self, store: Store, collector: Collector, seed: int) -> None:
        self.store = store
        self.collector = collector
        self.line = Line(store.clock)
        self.registry = Registry(seed, host_architecture())
        self._random = random.Random(f"{seed}/leases")

    def pull(self, space: Space, order: Order, say: Say, ended: Ended) -> "Pull":
        """Begin a pull, which goes on when it is told to."""
        space.checked_lease(order.lease)
        return Pull(self, space, order, say, ended)

    def lease(self, space: Space) -> str:
        """Make a lease of a day for a pull."""
        now = self.store.clock.now()
        mark = "".join(self._random.choices(_LETTERS, k=4))
        lease = leases_pb2.Lease(
            id=f"{int(now * 1e9) % 10**9}-{mark}",
            created_at=self.store.clock.stamp(),
            labels={EXPIRE: rfc3339(now + _LEASED)},
        )
        space.leases[lease.id] = Lease(lease)
        return lease.id


class Pull:
    """One pull, from the lease it takes to the lease it gives back."""

    def __init__(self, puller: Puller, space: Space, order: Order, say: Say, ended: Ended) -> None:
        self._puller = puller
        self._order = order
        self._say = say
        self._ended = ended
        lease = order.lease or puller.lease(space)
        self._goal = Goal(puller.store, space, order.reference, lease, self.end)
        self._timer: Timer | None = None
        self._tracker: Tracker | None = None
        self._fetch: Fetch | None = None
        self._unpack: Unpack | None = None
        self._top: Blob | None = None
        self._asked: set[str] = set()
        self._missing: set[str] = set()
        self._fetched = False
        self._over = False
        self._event(f"Resolving from {self._source}")

    def go(self) -> None:
        """Ask the registry, and go on with what it answers."""
        self._timer = self._goal.later(_RESOLVING, self._resolve)

    def end(self, refusal: Refusal | None = None) -> None:
        """Stop wherever it is, and leave nothing half done; done twice it does nothing."""
        if self._over:
            return
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
        for part in (self._fetch, self._unpack, self._tracker):
            if part is not None:
                part.close()
        if not self._order.lease:
            self._goal.space.leases.pop(self._goal.lease, None)
        self._puller.collector.soon()
        self._ended(refusal)

    @property
    def _source(self) -> str:
        return f"OCI Registry ({self._order.reference})"

    def _resolve(self) -> None:
        offer = self._puller.registry.offer(self._order.reference)
        self._top = offer.top
        self._event(f"Pulling from {self._source}")
        self._event("fetching image content", self._order.reference)
        if not self._order.unpackable:
            raise invalid_argument("unable to initialize unpacker: no unpack platforms defined")
        self._begin(offer)

    def _begin(self, offer: Offer) -> None:
        store, space = self._goal.store, self._goal.space
        self._tracker = Tracker(store, space, self._order.reference, self._say)
        self._fetch = Fetch(self._goal, self._puller.line, self._tracker, self._arrived)
        if offer.flaw is not None:
            # What is there already cannot go wrong; then a layer above it does.
            layers = list(enumerate(offer.top.manifests[0].children[1:]))
            fresh = [(i, layer) for i, layer in layers if layer.digest not in store.blobs]
            for _, layer in [item for item in fresh if item[0] >= offer.flaw.layer][:1]:
                self._fetch.spoil(layer, offer.flaw)
        self._want(self._tracker, self._fetch, [offer.top])

    def _want(self, tracker: Tracker, fetch: Fetch, blobs: list[Blob]) -> None:
        fresh = [blob for blob in blobs if blob.digest not in self._asked]
        for blob in fresh:
            self._asked.add(blob.digest)
            self._missing.add(blob.digest)
            tracker.add(blob)
        for blob in fresh:
            if not self._over:
                fetch.want(blob)

    def _arrived(self, blob: Blob) -> None:
        """Go on with what a blob names; once nothing is missing, with unpacking."""
        if self._over or self._tracker is None or self._fetch is None:
            return
        children = self._children(blob)
        self._tracker.family(blob, children)
        self._missing.discard(blob.digest)
        self._want(self._tracker, self._fetch, children)
        if not self._missing and not self._fetched:
            self._fetched = True
            self._unpacked_or_not()

    def _children(self, blob: Blob) -> list[Blob]:
        """Which of the blobs that this one names are wanted."""
        if blob.kind == "manifest":
            return list(blob.children if self._fits(blob) else blob.children[:1])
        if blob.kind != "index":
            return []
        fitting = [manifest for manifest in blob.children if self._fits(manifest)]
        if not fitting and self._order.manifest_limit:
            raise not_found("no match for platform in manifest")
        return list(blob.children) if self._order.all_metadata else fitting

    def _fits(self, manifest: Blob) -> bool:
        """Whether a platform's layers are wanted; a manifest without an index fits all."""
        wanted = self._order.architectures
        return not wanted or manifest.architecture in wanted or manifest is self._top

    def _unpacked_or_not(self) -> None:
        """Unpack what is for the host, if that is wanted and was among what was fetched."""
        manifest = None if self._top is None else self._top.manifests[0]
        if self._order.unpack and manifest is not None and self._fits(manifest):
            rate = self._puller.line.rate * _UNPACKING
            self._unpack = Unpack(self._goal, manifest, rate, self._save)
            self._unpack.go()
        else:
            self._save()

    def _save(self) -> None:
        """Give the content its name."""
        if self._top is None:
            return
        name, target = self._order.name, self._top.descriptor
        save_image(self._goal.store, self._goal.space, name, target, self._order.labels)
        self._event("saved", name)
        self._event(f"Completed pull from {self._source}")
        self.end()

    def _event(self, event: str, name: str = "") -> None:
        self._say(pb.Progress(event=event, name=name))
