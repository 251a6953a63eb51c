"""A pull by ourselves: documents and layers from a registry into the content store, unpacked."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from protos import types_pb2
from tui.backend.client import Client
from tui.backend.descriptor import Descriptor
from tui.backend.groups import first
from tui.backend.ingest import Blob, Ingests, Source
from tui.backend.platforms import Platform
from tui.backend.pull_plan import Document, Plan, ingest_ref
from tui.backend.reference import Reference
from tui.backend.tracker import Tracker
from tui.backend.unpack import Unpacker
from tui.state.progress import LayerPhase, PullPhase

UNCOMPRESSED = "containerd.io/uncompressed"
_SNAPSHOT = "containerd.io/gc.ref.snapshot."
_SOURCE = "containerd.io/distribution.source."
_LABEL = 4096
"""Bytes that name and value of a label have together at most."""
_TOGETHER = 3
"""Layers that are downloaded at once, as containerd does."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be pulled, and to where."""

    reference: Reference
    namespace: str
    platform: Platform
    snapshotter: str
    """To unpack with, ``""`` for not at all."""


Fetch = Callable[[Descriptor, int], AsyncGenerator[bytes, None]]
"""Gives the bytes of a blob from an offset on."""


class Pulled:
    """One image on its way: what is kept of it, and how it stands."""

    def __init__(self, client: Client, order: Order, lease: str, tracker: Tracker) -> None:
        self._order = order
        self._tracker = tracker
        self._ingests = Ingests(client, order.namespace, lease)
        self._unpacker = Unpacker(client, order.namespace, order.snapshotter, lease)

    async def keep_documents(self, plan: Plan) -> None:
        """Write index, manifest and config, with the labels that hold what they name."""
        try:
            async with asyncio.TaskGroup() as group:
                for document in plan.documents:
                    group.create_task(self._keep(document))
        except BaseExceptionGroup as errors:
            raise first(errors) from None

    async def _keep(self, document: Document) -> None:
        labels = {**document.labels, **await self._source_label(document.descriptor.digest)}
        await self._ingests.put(_blob(document.descriptor), document.data, labels)

    async def resume(self, plan: Plan) -> None:
        """Say how much of the layers an earlier pull left."""
        begun = await self._ingests.begun()
        for index, layer in enumerate(plan.layers):
            if offset := begun.get(ingest_ref(layer)):
                self._tracker.resume(index, offset)

    async def leave(self, plan: Plan) -> None:
        """Have what is there of the layers outlive our lease: the next pull goes on with it."""
        begun = await self._ingests.begun()
        layers = {each.digest: each for each in plan.layers if begun.get(ingest_ref(each))}
        await asyncio.gather(
            *(self._ingests.outlive_lease(_blob(each)) for each in layers.values()),
            return_exceptions=True,
        )

    async def abandon(self, plan: Plan) -> None:
        """Throw away what is there of the layers: some of it is wrong, and would be again."""
        for layer in plan.layers:
            await self._ingests.abort(ingest_ref(layer))

    async def fetch(self, plan: Plan, fetch: Fetch) -> None:
        """Download the layers, and unpack each as soon as it and those below are there.

        Raises:
            BackendError: one of them failed; the others were given up.
        """
        slots = asyncio.Semaphore(_TOGETHER)
        try:
            async with asyncio.TaskGroup() as group:
                # A layer that an image has twice is fetched once.
                tasks: dict[str, asyncio.Task[None]] = {}
                for index, layer in enumerate(plan.layers):
                    if layer.digest not in tasks:
                        source = partial(fetch, layer)
                        tasks[layer.digest] = group.create_task(
                            self._download(plan, index, source, slots)
                        )
                arrived = [tasks[layer.digest] for layer in plan.layers]
                group.create_task(self._unpack(plan, arrived))
        except BaseExceptionGroup as errors:
            raise first(errors) from None
        self._tracker.settle()

    async def _download(
        self, plan: Plan, index: int, source: Source, slots: asyncio.Semaphore
    ) -> None:
        layer = plan.layers[index]
        places = [place for place, each in enumerate(plan.layers) if each.digest == layer.digest]

        def heard(offset: int) -> None:
            for place in places:
                self._tracker.moved(place, offset)

        async with slots:
            labels = await self._source_label(layer.digest)
            fetched = await self._ingests.write(_blob(layer), source, labels, heard)
        for place in places:
            self._tracker.layer(place, LayerPhase.DOWNLOADED if fetched else LayerPhase.EXISTS)

    async def _unpack(self, plan: Plan, arrived: Sequence[asyncio.Task[None]]) -> None:
        """Unpack from the lowest layer up; each waits for its own download only."""
        parent = ""
        for index, (layer, chain_id) in enumerate(zip(plan.layers, plan.chain_ids, strict=True)):
            await arrived[index]
            if all(task.done() for task in arrived):
                self._tracker.phase(PullPhase.UNPACKING)
            if not self._order.snapshotter:
                self._tracker.layer(index, LayerPhase.DONE)
                continue
            await self._unpack_one(plan, index, layer, chain_id, parent)
            parent = chain_id
        if parent:
            label = f"{_SNAPSHOT}{self._order.snapshotter}"
            await self._ingests.labels.add(plan.config.descriptor.digest, {label: parent})

    async def _unpack_one(
        self, plan: Plan, index: int, layer: Descriptor, chain_id: str, parent: str
    ) -> None:
        self._tracker.layer(index, LayerPhase.UNPACKING)
        diff_id = plan.diff_ids[index]
        descriptor = types_pb2.Descriptor(
            media_type=layer.media_type,
            digest=layer.digest,
            size=layer.size,
            annotations=layer.annotations,
        )
        if await self._unpacker.layer(descriptor, diff_id, chain_id, parent):
            await self._ingests.labels.add(layer.digest, {UNCOMPRESSED: diff_id})
        self._tracker.layer(index, LayerPhase.DONE)

    async def _source_label(self, digest: str) -> Mapping[str, str]:
        """Return the label that says where a blob is from, besides where it is from already."""
        reference = self._order.reference
        name = _SOURCE + _host(reference.domain)
        known = await self._ingests.labels.get(digest) or {}
        repositories = {reference.path, *known.get(name, "").split(",")} - {""}
        value = ",".join(sorted(repositories))
        # A layer that hundreds share: containerd's own clients leave it as it is, too.
        return {name: value} if len(name) + len(value) <= _LABEL else {}


def _host(domain: str) -> str:
    """Return a host without its port."""
    host, _, port = domain.rpartition(":")
    host = host if port.isdecimal() and host else domain
    return host.strip("[]")


def _blob(descriptor: Descriptor) -> Blob:
    return Blob(descriptor.digest, descriptor.size, ingest_ref(descriptor))
