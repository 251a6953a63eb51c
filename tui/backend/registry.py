"""A registry as a pull sees it: what a reference points at, and the bytes of it."""

import asyncio
import hashlib
import importlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from tui.backend import certs_d
from tui.backend.certs_d import DEFAULT_HOSTS_DIR
from tui.backend.descriptor import INDEXES, MANIFESTS, SCHEMA_1, Descriptor
from tui.backend.errors import BackendError, FailedPrecondition, InvalidArgument, Unsupported
from tui.backend.reference import Reference
from tui.backend.registry_documents import DOCUMENT_LIMIT, from_body, from_head
from tui.backend.registry_errors import PASSING, Broken, WrongContent, could_not, preferred
from tui.backend.registry_host import PULL, RESOLVE, Patience
from tui.backend.registry_wait import Tries

if TYPE_CHECKING:  # HTTP takes its time to load
    from tui.backend.registry_endpoint import Endpoint
    from tui.backend.registry_http import Http

__all__ = ["DEFAULT_HOSTS_DIR", "DOCUMENT_LIMIT", "Descriptor", "Registry"]

_ACCEPT = {"Accept": ", ".join((*INDEXES, *MANIFESTS, "*/*;q=0.1"))}
_DOCUMENT_TRIES = 3
_Result = TypeVar("_Result")


class Registry:
    """The registry of one reference, with its mirrors, for the length of one pull.

    Use it in ``async with``; that closes its connections. One object serves any
    number of downloads at the same time.

    Args:
        reference: what is pulled.
        hosts_dir: containerd's hosts directory, None for none.
        docker_config: docker's configuration file if it is not the usual one.
        patience: how long the registry may take.
    """

    def __init__(
        self, reference: Reference, *, hosts_dir: Path | None = DEFAULT_HOSTS_DIR,
        docker_config: Path | None = None, patience: Patience | None = None,
    ) -> None:  # fmt: skip
        self.reference = reference
        self._hosts_dir = hosts_dir
        self._docker_config = docker_config
        self._patience = patience or Patience()
        self._http: Http | None = None
        self._endpoints: tuple[Endpoint, ...] = ()
        # A tag that had to be read to be resolved need not be read again.
        self._read: tuple[str, bytes] = ("", b"")

    async def __aenter__(self) -> Self:
        hosts = await asyncio.to_thread(certs_d.hosts, self.reference.domain, self._hosts_dir)
        # In a thread: the keys shall answer while it loads.
        await asyncio.to_thread(importlib.import_module, "tui.backend.registry_blob")
        from tui.backend.registry_endpoint import Endpoint
        from tui.backend.registry_http import Http

        http = self._http = Http(self._patience)
        self._endpoints = tuple(
            Endpoint(http, host, self.reference, self._patience, self._docker_config)
            for host in hosts
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._http is not None:
            await self._http.close()

    @property
    def fetched(self) -> int:
        """The bytes of bodies that came over the network so far."""
        return self._http.fetched if self._http else 0

    async def resolve(self) -> Descriptor:
        """Return what the reference points at: an index or a manifest.

        Raises:
            BackendError: it cannot be found out; the sentence says why.
        """
        # A digest says by itself whether a mirror is right.
        capability = PULL if self.reference.digest else RESOLVE
        descriptor = await self._of_one(capability, self._resolve)
        if descriptor.media_type in SCHEMA_1:
            why = "it has Docker's format of before 2017, schema 1, which containerd does not take"
            raise Unsupported(could_not(self.reference, why))
        if descriptor.size > DOCUMENT_LIMIT:
            raise self._too_large(descriptor)
        return descriptor

    async def document(self, descriptor: Descriptor) -> bytes:
        """Return a manifest, an index or a config, verified.

        Args:
            descriptor: with its digest and size.

        Raises:
            BackendError: it cannot be had, is too large, or not what it should be.
        """
        if descriptor.size > DOCUMENT_LIMIT:
            raise self._too_large(descriptor)
        digest, body = self._read
        if digest == descriptor.digest and len(body) == descriptor.size:
            return body
        return await self._of_one(PULL, lambda endpoint: self._document(endpoint, descriptor))

    async def blob(
        self, descriptor: Descriptor, offset: int = 0, *, verify: bool = True
    ) -> AsyncGenerator[bytes, None]:
        """Yield a blob in chunks of about 1 MiB, going on where a connection broke.

        The last chunk comes only when size and digest are right; from the middle
        on, the digest is for the content store to verify.

        Args:
            descriptor: with its digest and size.
            offset: of the first byte that is wanted.
            verify: whether to compute the digest; who writes into containerd's
                content store need not, as that computes it and refuses.

        Raises:
            BackendError: it cannot be had, or is not what it should be.
        """
        from tui.backend.registry_blob import Download

        if not 0 <= offset <= descriptor.size:
            raise InvalidArgument(f"There is no byte {offset} in blob {descriptor.short}.")
        endpoints = self._with(PULL)
        retry = self._patience.retry
        download = Download(endpoints, self.reference, descriptor, offset, retry, verify=verify)
        async with aclosing(download.chunks()) as chunks:
            async for chunk in chunks:
                yield chunk

    async def _resolve(self, endpoint: "Endpoint") -> Descriptor:
        name = self.reference.object
        async with await endpoint.open("HEAD", "manifests", name, _ACCEPT) as answer:
            if answer.status == 429 or (answer.status >= 500 and answer.status != 501):
                raise await endpoint.refusal(answer, self._what)
            # Anything else may be a registry that does not know HEAD; the body of
            # the answer to GET also says what is wrong.
            if answer.status == 200 and (found := from_head(answer, self.reference)):
                return found
        async with await endpoint.open("GET", "manifests", name, _ACCEPT) as answer:
            if answer.status != 200:
                raise await endpoint.refusal(answer, self._what)
            body = await answer.read(DOCUMENT_LIMIT, self._patience.document)
            descriptor = from_body(answer, body, self.reference)
        self._read = descriptor.digest, body
        return descriptor

    async def _document(self, endpoint: "Endpoint", descriptor: Descriptor) -> bytes:
        is_manifest = descriptor.media_type in (*INDEXES, *MANIFESTS)
        kind = "manifests" if is_manifest else "blobs"
        headers = _ACCEPT if is_manifest else {"Accept": "*/*"}
        what = f"{'manifest' if is_manifest else 'blob'} {descriptor.short}"
        async with await endpoint.open("GET", kind, descriptor.digest, headers) as answer:
            if answer.status != 200:
                raise await endpoint.refusal(answer, what)
            body = await answer.read(descriptor.size, self._patience.document)
        if len(body) < descriptor.size:
            why = f"{endpoint.name} sent {len(body)} of {descriptor.size} bytes of {what}"
            raise Broken(could_not(self.reference, why))
        if len(body) > descriptor.size:
            why = f"{endpoint.name} sent more than the {descriptor.size} bytes of {what}"
            raise WrongContent(could_not(self.reference, why))
        algorithm, _, value = descriptor.digest.partition(":")
        if hashlib.new(algorithm, body).hexdigest() != value:
            why = f"the content of {what} at {endpoint.name} is not that of its digest"
            raise WrongContent(could_not(self.reference, why))
        return body

    async def _of_one(
        self, capability: str, ask: "Callable[[Endpoint], Coroutine[Any, Any, _Result]]"
    ) -> _Result:  # fmt: skip
        """Return the answer of the first host that has one."""
        worst: BackendError | None = None
        for endpoint in self._with(capability):
            tries = Tries(self._patience.retry, _DOCUMENT_TRIES)
            while True:
                try:
                    return await ask(endpoint)
                except PASSING as error:
                    try:
                        await tries.pause(error)
                        continue
                    except BackendError:
                        worst = preferred(worst, error)
                except BackendError as error:
                    worst = preferred(worst, error)
                break
        assert worst is not None
        raise worst from None

    def _with(self, capability: str) -> "list[Endpoint]":
        found = [each for each in self._endpoints if capability in each.host.capabilities]
        if not found:
            where = f"{self._endpoints[0].host.folder}" if self._endpoints else "hosts.toml"
            why = f'no host in {where} has the capability "{capability}"'
            raise FailedPrecondition(could_not(self.reference, why))
        return found

    @property
    def _what(self) -> str:
        digest = self.reference.digest
        return f"manifest {digest[:19]}" if digest else f"tag {self.reference.tag}"

    def _too_large(self, descriptor: Descriptor) -> WrongContent:
        limit = DOCUMENT_LIMIT >> 20
        why = f"its document {descriptor.short} has more than the {limit} MiB that are allowed"
        return WrongContent(could_not(self.reference, why))
