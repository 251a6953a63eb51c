"""One blob from a registry: in chunks, from where it broke off, and none but the right bytes."""

import hashlib
import re
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from tui.backend.descriptor import Descriptor
from tui.backend.errors import BackendError, Timeout, Unavailable, safe
from tui.backend.reference import Reference
from tui.backend.registry_endpoint import Endpoint
from tui.backend.registry_errors import (
    Broken,
    NotHttp,
    NotTls,
    UnknownHost,
    Untrusted,
    WrongContent,
    could_not,
    preferred,
)
from tui.backend.registry_http import Answer
from tui.backend.registry_wait import Tries

CHUNK = 1 << 20
# A slow registry shall not look like one that hangs until a chunk is full.
_CHUNK_SECONDS = 0.25
# A registry that gives a few bytes each time would keep us for ever.
_PROGRESS = 64 << 10
_FINAL = (Untrusted, UnknownHost, NotTls, NotHttp)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)")


class Download:
    """One blob on its way.

    Args:
        endpoints: that may have it, the best first.
        reference: that is pulled.
        descriptor: of the blob.
        offset: of the first byte that is wanted.
        retry: seconds before the second try.
        verify: whether to compute the digest.
    """

    def __init__(
        self, endpoints: Sequence[Endpoint], reference: Reference, descriptor: Descriptor,
        offset: int, retry: float, *, verify: bool = True,
    ) -> None:  # fmt: skip
        self._endpoints = list(endpoints)
        self._reference = reference
        self._descriptor = descriptor
        self._at = offset
        self._tries = Tries(retry)
        # From the middle on there is nothing to compute; the content store does it.
        algorithm = descriptor.digest.partition(":")[0]
        self._hash = hashlib.new(algorithm) if verify and offset == 0 else None
        self._spoilt = False

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield everything from the offset on.

        Raises:
            BackendError: it cannot be had, or is not what it should be.
        """
        if self._descriptor.size == 0:
            self._verify(b"")
        turn, worst = 0, None
        while self._at < self._descriptor.size:
            endpoint = self._endpoints[turn % len(self._endpoints)]
            before = self._at
            try:
                async with aclosing(self._once(endpoint)) as chunks:
                    async for chunk in chunks:
                        yield chunk
            except BackendError as error:
                if self._at - before >= _PROGRESS:
                    self._tries.progress()
                if isinstance(error, Unavailable | Timeout) and not isinstance(error, _FINAL):
                    turn += 1
                    await self._tries.pause(error)
                    continue
                worst = preferred(worst, error)
                self._endpoints.remove(endpoint)
                if self._spoilt or not self._endpoints:
                    raise worst from None

    async def _once(self, endpoint: Endpoint) -> AsyncGenerator[bytes, None]:
        """Yield what one request brings."""
        headers = {"Accept": "*/*"}
        if self._at:
            headers["Range"] = f"bytes={self._at}-"
        async with await endpoint.open("GET", "blobs", self._descriptor.digest, headers) as answer:
            skip = await self._skip(endpoint, answer)
            broken: BackendError | None = None
            buffer = bytearray()
            since = time.monotonic()
            parts = answer.parts()
            try:
                async for part in parts:
                    wanted = memoryview(part)[skip:]
                    skip -= min(skip, len(part))
                    if not buffer:
                        since = time.monotonic()
                    buffer += wanted
                    self._no_more_than_wanted(len(buffer), endpoint)
                    is_last = self._at + len(buffer) == self._descriptor.size
                    full = len(buffer) >= CHUNK or time.monotonic() - since >= _CHUNK_SECONDS
                    # The last one waits for the end, behind which nothing may come.
                    if buffer and full and not is_last:
                        yield self._take(buffer)
                        buffer = bytearray()
            except WrongContent:
                raise
            except BackendError as error:
                broken = error
            finally:
                await parts.aclose()
            if self._at + len(buffer) == self._descriptor.size:
                self._verify(buffer)
            if buffer:
                yield self._take(buffer)
            if self._at < self._descriptor.size:
                raise broken or Broken(
                    self._sentence(f"{endpoint.name} sent less than all of {{}}")
                )

    async def _skip(self, endpoint: Endpoint, answer: Answer) -> int:
        """Return how many bytes of the body come before those that are wanted."""
        if answer.status == 200:
            begin = 0
        elif answer.status == 206 and self._at:
            match = _CONTENT_RANGE.fullmatch(answer.header("Content-Range").strip())
            if not match or int(match[1]) != self._at:
                raise Broken(self._sentence(f"{endpoint.name} sent another part of {{}}"))
            if match[3] not in ("*", str(self._descriptor.size)):
                raise self._wrong_size(endpoint)
            begin = self._at
        elif answer.status == 416:
            raise self._wrong_size(endpoint)
        else:
            raise await endpoint.refusal(answer, f"blob {self._descriptor.short}")
        if answer.length is not None and begin + answer.length > self._descriptor.size:
            raise self._wrong_size(endpoint)
        return self._at - begin

    def _no_more_than_wanted(self, length: int, endpoint: Endpoint) -> None:
        if self._at + length > self._descriptor.size:
            raise self._wrong_size(endpoint)

    def _take(self, buffer: bytearray) -> bytes:
        chunk = bytes(buffer)
        self._at += len(chunk)
        if self._hash:
            self._hash.update(chunk)
        return chunk

    def _verify(self, last: bytes | bytearray) -> None:
        if self._hash is None:
            return
        whole = self._hash.copy()
        whole.update(last)
        if whole.hexdigest() != self._descriptor.digest.partition(":")[2]:
            # What was given out cannot be taken back: nobody else can help then.
            self._spoilt = self._at > 0
            raise WrongContent(self._sentence("the content of {} is not that of its digest"))

    def _wrong_size(self, endpoint: Endpoint) -> WrongContent:
        size = self._descriptor.size
        return WrongContent(self._sentence(f"{endpoint.name} does not have {size} bytes for {{}}"))

    def _sentence(self, why: str) -> str:
        return could_not(self._reference, safe(why.format(f"blob {self._descriptor.short}")))
