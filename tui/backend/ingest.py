"""Ingests: blobs on their way into the content store, resumed where one stopped."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass

from protos import content_pb2
from tui.backend.blob_labels import BlobLabels
from tui.backend.client import Client
from tui.backend.content_writer import WINDOW, Stream, fill
from tui.backend.duplex import Undisclosed
from tui.backend.errors import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    Unavailable,
)
from tui.backend.leases import cleanup
from tui.backend.registry_errors import WrongContent

Source = Callable[[int], AsyncGenerator[bytes, None]]
"""Gives the bytes of a blob from an offset on."""

# The last byte is answered only when all of the blob is on the disk.
_PATIENCE = 120.0
# Somebody else writes the same blob: looked at now and then, for as long as it grows.
_LOOK = (0.3, 0.6)
_STALLED = 60.0
_LOCKED = 20


@dataclass(frozen=True, slots=True)
class Blob:
    """What is to be written."""

    digest: str
    size: int
    """Bytes."""
    ref: str
    """Name of the ingest; the same for everybody who pulls this blob, so that it is resumed."""


class Ingests:
    """Writes blobs into one namespace, under one lease."""

    def __init__(self, client: Client, namespace: str, lease: str) -> None:
        self._client = client
        self._namespace = namespace
        self._lease = lease
        self.labels = BlobLabels(client, namespace)

    async def write(
        self,
        blob: Blob,
        source: Source,
        labels: Mapping[str, str],
        heard: Callable[[int], None],
    ) -> bool:
        """Bring a blob into the content store, or find it there.

        It goes on behind what an earlier attempt left.

        Args:
            blob: what it is.
            source: where its bytes are had.
            labels: of the blob, added to those that it has.
            heard: told how many bytes the store has.

        Returns:
            Whether bytes of it had to be had from the source.

        Raises:
            WrongContent: the bytes were not those that the digest names.
            BackendError: the daemon or the source failed.
        """
        fetched = False
        try:
            fetched = await self._turn(blob, source, labels, heard)
        except AlreadyExists:
            heard(blob.size)
            await self.labels.add(blob.digest, labels)
        except WrongContent:
            # Whatever is kept of it would fail again.
            await cleanup(self.abort(blob.ref))
            raise
        return fetched

    async def _turn(
        self,
        blob: Blob,
        source: Source,
        labels: Mapping[str, str],
        heard: Callable[[int], None],
    ) -> bool:
        """Write once nobody else does."""
        seen, grew, window = -1, _now(), WINDOW
        while True:
            try:
                return await self._once(blob, source, labels, heard, window)
            except Undisclosed:
                if window == 1:
                    raise
                window = 1
            except Unavailable as error:
                if "locked" not in str(error):
                    raise
                offset = await self._offset(blob.ref)
                if offset != seen:
                    seen, grew = offset, _now()
                    # It is there, or it is nobody's any more: the next turn tells.
                    if offset >= 0:
                        heard(offset)
                elif _now() - grew > _STALLED:
                    raise
            await asyncio.sleep(random.uniform(*_LOOK))

    async def _once(
        self,
        blob: Blob,
        source: Source,
        labels: Mapping[str, str],
        heard: Callable[[int], None],
        window: int,
    ) -> bool:
        async with self._open(blob, self._lease) as stream:
            state = await stream.ask(_stat(blob))
            offset = state.offset
            if offset > blob.size:
                raise WrongContent(f"What was kept of {blob.digest} is too long: pull again.")
            heard(offset)
            if offset < blob.size:
                await fill(stream, source(offset), offset, blob.size, heard, window)
            await self._commit(stream, blob, labels)
            return offset < blob.size

    async def begun(self) -> dict[str, int]:
        """Return how many bytes there are of every ingest of the namespace, by its ref."""
        answer = await self._client.call(
            self._client.content.ListStatuses,
            content_pb2.ListStatusesRequest(),
            namespace=self._namespace,
        )
        return {status.ref: status.offset for status in answer.statuses}

    async def outlive_lease(self, blob: Blob) -> None:
        """Have an ingest outlive the lease, for the next pull to go on with.

        Whoever opens one without a lease has containerd keep it for a day. One that
        was cut off a moment ago may still be locked.

        Raises:
            BackendError: it cannot be had.
        """
        for remaining in reversed(range(_LOCKED)):
            try:
                async with self._open(blob, "") as stream:
                    await stream.ask(_stat(blob))
                    await stream.finish()
                    return
            except Unavailable:
                if not remaining:
                    raise
            await asyncio.sleep(_LOOK[0] / 3)

    def _open(self, blob: Blob, lease: str) -> Stream:
        return self._client.duplex(
            self._client.content.Write,
            f"write blob {blob.digest}",
            namespace=self._namespace,
            lease=lease,
            patience=_PATIENCE,
        )

    async def _commit(self, stream: Stream, blob: Blob, labels: Mapping[str, str]) -> None:
        request = content_pb2.WriteContentRequest(
            action=content_pb2.COMMIT,
            offset=blob.size,
            total=blob.size,
            expected=blob.digest,
            labels=labels,
        )
        try:
            await stream.ask(request)
        except (FailedPrecondition, InvalidArgument):
            raise WrongContent(
                f"The bytes that came for {blob.digest} are others: their digest does not match."
            ) from None

    async def put(self, blob: Blob, data: bytes, labels: Mapping[str, str]) -> None:
        """Write a small blob that is at hand, or find it there.

        Raises:
            BackendError: the daemon failed.
        """

        async def source(offset: int) -> AsyncGenerator[bytes, None]:
            yield data[offset:]

        whole = content_pb2.WriteContentRequest(
            action=content_pb2.COMMIT,
            ref=blob.ref,
            total=blob.size,
            expected=blob.digest,
            data=data,
            labels=labels,
        )
        try:
            async with self._open(blob, self._lease) as stream:
                await stream.ask(whole)
        except AlreadyExists:
            await self.labels.add(blob.digest, labels)
        except (FailedPrecondition, InvalidArgument, Unavailable):
            # A part of it is there, or somebody writes it.
            await self.write(blob, source, labels, lambda _: None)

    async def _offset(self, ref: str) -> int:
        request = content_pb2.StatusRequest(ref=ref)
        try:
            answer = await self._client.call(
                self._client.content.Status, request, namespace=self._namespace
            )
        except NotFound:
            return -1
        return answer.status.offset

    async def abort(self, ref: str) -> None:
        """Throw away what is there of an ingest, if it is there."""
        request = content_pb2.AbortRequest(ref=ref)
        try:
            await self._client.call(self._client.content.Abort, request, namespace=self._namespace)
        except NotFound:
            return


def _stat(blob: Blob) -> content_pb2.WriteContentRequest:
    return content_pb2.WriteContentRequest(
        action=content_pb2.STAT, ref=blob.ref, total=blob.size, expected=blob.digest
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
