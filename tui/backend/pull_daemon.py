"""A pull by the daemon: its transfer service moves the bytes, we tell how it stands."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count

from protos import content_pb2, transfer_types_pb2, types_pb2
from tui.backend.client import Client
from tui.backend.descriptor import Descriptor
from tui.backend.errors import BackendError
from tui.backend.pull_blobs import Order
from tui.backend.pull_plan import Plan
from tui.backend.tracker import Tracker
from tui.backend.transfer import Answer, Transfers
from tui.backend.unpack import Unpacker
from tui.state.progress import LayerPhase, PullPhase

_LOOK = 0.3
"""Seconds between two looks for the next snapshot: 2.0 and 2.1 tell nothing of unpacking."""
_GLANCE = 0.1
"""Seconds between two looks at the ingests: they grow by a mebibyte at a time."""
_EARLY = 1.0
_DIGEST = re.compile(r"(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\Z")
_DOCUMENT = re.compile(r"(?:index|manifest)-")

Learn = Callable[[Descriptor], Awaitable[Plan]]
"""Reads the plan of an image from the content store."""


class DaemonPull:
    """One pull that the daemon does."""

    def __init__(self, client: Client, order: Order, lease: str, tracker: Tracker) -> None:
        self._client = client
        self._order = order
        self._tracker = tracker
        self._transfers = Transfers(client, order.namespace, lease)
        self._unpacker = Unpacker(client, order.namespace, order.snapshotter, lease)
        self._plan: Plan | None = None
        self._arrived: list[asyncio.Event] = []
        self._known = asyncio.Event()
        self._top = types_pb2.Descriptor()
        self._early: dict[str, transfer_types_pb2.Progress] = {}

    async def run(self, plan: Plan | None, learn: Learn, answer: Answer, host_dir: str) -> None:
        """Pull, from the reference to the image.

        Args:
            plan: what the registry says of the image, None where we may not ask it.
            learn: reads the same from the content store, as soon as it is there.
            answer: says who we are when the registry wants to know.
            host_dir: containerd's folder of registry hosts, ``""`` for none.

        Raises:
            InvalidArgument: the daemon does not unpack to the snapshotter by itself.
            Unsupported: it has no transfer service.
            BackendError: it failed.
        """
        if plan is not None:
            self._take(plan)
        helpers = [asyncio.create_task(self._watch(learn)), asyncio.create_task(self._measure())]
        try:
            await self._transfers.pull(
                str(self._order.reference),
                self._order.platform,
                self._order.snapshotter,
                self._hear,
                answer,
                host_dir=host_dir,
            )
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
        for index in range(len(self._arrived)):
            self._tracker.layer(index, LayerPhase.DONE)

    def _take(self, plan: Plan) -> None:
        self._plan = plan
        self._arrived = [asyncio.Event() for _ in plan.layers]
        for index, layer in enumerate(plan.layers):
            if layer.digest in self._early:
                self._hear_layer(index, self._early[layer.digest])

    def _hear(self, progress: transfer_types_pb2.Progress) -> None:
        """Take what the daemon tells of a blob."""
        if _DOCUMENT.match(progress.name) and not any(map(_DIGEST.search, progress.parents)):
            self._top = progress.desc
            self._known.set()
        digest = _DIGEST.search(progress.name)
        if digest is None:
            return
        if self._plan is None:
            self._early[digest[0]] = progress
            return
        for index, layer in enumerate(self._plan.layers):
            if layer.digest == digest[0]:
                self._hear_layer(index, progress)

    def _hear_layer(self, index: int, progress: transfer_types_pb2.Progress) -> None:
        if self._arrived[index].is_set():
            return
        match progress.event:
            case "waiting" | "downloading":
                # How much of it: the ingest tells that sooner.
                self._tracker.moved(index, max(progress.progress, self._tracker.offset(index)))
            case "complete":
                self._tracker.layer(index, LayerPhase.DOWNLOADED)
                self._arrived[index].set()
            case "already exists":
                self._tracker.layer(index, LayerPhase.EXISTS)
                self._arrived[index].set()

    async def _measure(self) -> None:
        """Look at the ingests, more often than the daemon tells: a rate needs the moment."""
        request = content_pb2.ListStatusesRequest()
        # Before there is a rate to tell, the daemon's own word will do.
        await asyncio.sleep(_EARLY)
        for _ in count():
            await asyncio.sleep(_GLANCE)
            with suppress(BackendError):
                answer = await self._client.call(
                    self._client.content.ListStatuses, request, namespace=self._order.namespace
                )
                for status in answer.statuses:
                    self._take_offset(status.ref, status.offset)

    def _take_offset(self, ref: str, offset: int) -> None:
        digest = _DIGEST.search(ref)
        if digest is None or self._plan is None:
            return
        for index, layer in enumerate(self._plan.layers):
            if layer.digest == digest[0] and not self._arrived[index].is_set() and offset:
                self._tracker.moved(index, max(offset, self._tracker.offset(index)))

    async def _watch(self, learn: Learn) -> None:
        """Follow the layers into their snapshots, from the lowest up."""
        if self._plan is None:
            plan = await self._learn(learn)
            self._tracker.begin((layer.digest, layer.size) for layer in plan.layers)
            self._take(plan)
        assert self._plan is not None
        for index, chain_id in enumerate(self._plan.chain_ids):
            await self._arrived[index].wait()
            if all(event.is_set() for event in self._arrived):
                self._tracker.phase(PullPhase.UNPACKING)
            if self._order.snapshotter:
                self._tracker.layer(index, LayerPhase.UNPACKING)
                await self._appears(chain_id)
            self._tracker.layer(index, LayerPhase.DONE)

    async def _appears(self, chain_id: str) -> None:
        """Wait for a snapshot; the end of the transfer ends this as well."""
        for _ in count():
            with suppress(BackendError):
                if await self._unpacker.has(chain_id):
                    return
            await asyncio.sleep(_LOOK)

    async def _learn(self, learn: Learn) -> Plan:
        """Read the plan once the daemon has fetched the documents that it is made of."""
        await self._known.wait()
        for _ in count():
            top = Descriptor(self._top.media_type, self._top.digest, self._top.size)
            with suppress(BackendError):
                return await learn(top)
            await asyncio.sleep(_LOOK)
        raise AssertionError("counting does not end")
