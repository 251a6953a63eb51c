"""A registry in this process, on loopback, that may misbehave as a test wants it to."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.support.certificates import Certificates
from tests.support.image import BuiltImage
from tests.support.misbehaviour import Misbehaviour, error

_CHUNK = 64 << 10


@dataclass(frozen=True)
class Seen:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    query: dict[str, str]


@dataclass
class _Rule:
    part: str
    misbehave: Misbehaviour
    times: int


class FakeRegistry:
    """A registry that serves images from memory and remembers who asked for what.

    Args:
        certificates: with these it speaks HTTPS.
        rate: bytes a second that a blob comes with, None for all at once.
        ranges: whether it knows the header Range.
        client_ca: whether it wants a client's certificate of the same authority.
    """

    def __init__(
        self, *, certificates: Certificates | None = None, rate: float | None = None,
        ranges: bool = True, client_ca: bool = False,
    ) -> None:  # fmt: skip
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, tuple[str, bytes]] = {}
        self.seen: list[Seen] = []
        self.rate = rate
        self.ranges = ranges
        self.port = 0
        self._certificates = certificates
        self._client_ca = client_ca
        self._rules: list[_Rule] = []
        self._runner: web.AppRunner | None = None

    @property
    def host(self) -> str:
        """Host and port, as references begin with."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The address with the scheme, without a slash at the end."""
        return f"{'https' if self._certificates else 'http'}://{self.host}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listens, on the same port as before if it did already."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        context: ssl.SSLContext | None = None
        if self._certificates is not None:
            context = self._certificates.server_context()
            if self._client_ca:
                self._certificates.ca.configure_trust(context)
                context.verify_mode = ssl.CERT_REQUIRED
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, ssl_context=context)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Ends it and all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def add(self, image: BuiltImage, name: str) -> str:
        """Serves an image under repository and tag; returns the reference to pull."""
        repository, _, tag = name.partition(":")
        self.blobs |= image.blobs
        for descriptor in (image.target, *image.manifests):
            entry = (descriptor.media_type, image.blobs[descriptor.digest])
            self.manifests[f"{repository}:{descriptor.digest}"] = entry
            if descriptor is image.target:
                self.manifests[f"{repository}:{tag}"] = entry
        return f"{self.host}/{name}"

    def misbehave(
        self, part: str, how: Misbehaviour, *, times: int = 1 << 30, first: bool = False
    ) -> None:
        """Answers the next requests in another way.

        Args:
            part: of ``METHOD /path`` that a request must have.
            how: what it does.
            times: how often.
            first: whether it comes before the misbehaviours that there are.
        """
        self._rules.insert(0 if first else len(self._rules), _Rule(part, how, times))

    def obey(self) -> None:
        """Forgets all misbehaviours."""
        self._rules.clear()

    def asked(self, part: str) -> list[Seen]:
        """Returns the requests that have a text in ``METHOD /path``."""
        return [seen for seen in self.seen if part in f"{seen.method} {seen.path}"]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        headers = {key.lower(): value for key, value in request.headers.items()}
        self.seen.append(Seen(request.method, request.path, headers, dict(request.query)))
        for rule in self._rules:
            if rule.times > 0 and rule.part in f"{request.method} {request.path}":
                rule.times -= 1
                answer = await rule.misbehave(request)
                if answer is not None:
                    return answer
        return await self.behave(request)

    async def behave(self, request: web.Request) -> web.StreamResponse:
        """Answers as a registry should."""
        parts = request.path.removeprefix("/v2/").rsplit("/", 2)
        if len(parts) == 3 and parts[1] == "manifests":
            return self._manifest(parts[0], parts[2])
        if len(parts) == 3 and parts[1] == "blobs":
            return await self._blob(request, parts[2])
        return web.Response()

    def _manifest(self, repository: str, name: str) -> web.Response:
        entry = self.manifests.get(f"{repository}:{name}")
        if entry is None:
            known = any(key.startswith(f"{repository}:") for key in self.manifests)
            return error(404, "MANIFEST_UNKNOWN" if known else "NAME_UNKNOWN")
        media_type, body = entry
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        headers = {"Docker-Content-Digest": digest, "Content-Type": media_type}
        return web.Response(body=body, headers=headers)

    async def _blob(self, request: web.Request, digest: str) -> web.StreamResponse:
        blob = self.blobs.get(digest)
        if blob is None:
            return error(404, "BLOB_UNKNOWN")
        begin, status, headers = 0, 200, {"Content-Type": "application/octet-stream"}
        wanted = request.headers.get("Range", "")
        if wanted and self.ranges:
            begin = int(wanted.removeprefix("bytes=").rstrip("-"))
            if begin >= len(blob):
                return web.Response(status=416)
            status = 206
            headers["Content-Range"] = f"bytes {begin}-{len(blob) - 1}/{len(blob)}"
        if self.rate is None:
            return web.Response(body=blob[begin:], status=status, headers=headers)
        return await self._slowly(
            request, blob[begin:], web.StreamResponse(status=status, headers=headers)
        )

    async def _slowly(
        self, request: web.Request, body: bytes, answer: web.StreamResponse
    ) -> web.StreamResponse:
        assert self.rate is not None
        answer.content_length = len(body)
        await answer.prepare(request)
        clock = asyncio.get_running_loop().time
        begin = clock()
        for at in range(0, len(body), _CHUNK):
            await asyncio.sleep(max(0.0, begin + at / self.rate - clock()))
            await answer.write(body[at : at + _CHUNK])
        await answer.write_eof()
        return answer
