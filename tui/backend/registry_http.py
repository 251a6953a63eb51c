"""HTTP with registries: aiohttp, its connections, its errors; loaded when a pull starts."""

import asyncio
import ssl
import urllib.request
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from types import TracebackType
from typing import Self

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from tui.backend import registry_tls
from tui.backend.errors import BackendError, Unsupported, safe
from tui.backend.registry_failures import in_sentences, name_of, too_slow
from tui.backend.registry_host import Host, Patience, is_loopback

_BUFFER = 1 << 20


class Answer:
    """The answer to one request: its head, and its body if somebody wants it."""

    def __init__(self, http: "Http", host: Host, response: aiohttp.ClientResponse) -> None:
        self._http = http
        self._host = host
        self._response = response

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back, or end it where a body is still to come."""
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()

    @property
    def status(self) -> int:
        """The number that HTTP has for how it went."""
        return self._response.status

    @property
    def url(self) -> URL:
        """What was asked."""
        return self._response.url

    @property
    def length(self) -> int | None:
        """The bytes of the body as the head says, None where it does not."""
        return self._response.content_length

    def header(self, name: str) -> str:
        """Return a header, empty where there is none."""
        return self._response.headers.get(name, "")

    def headers(self, name: str) -> list[str]:
        """Return a header that may come several times."""
        return self._response.headers.getall(name, [])

    async def read(self, limit: int, patience: float) -> bytes:
        """Return the whole body, or one byte more than the limit where it is longer.

        Args:
            limit: in bytes.
            patience: seconds for all of it.

        Raises:
            BackendError: it did not arrive.
        """
        body = bytearray()
        try:
            async with asyncio.timeout(patience):
                async with aclosing(self.parts()) as parts:
                    async for part in parts:
                        body += part
                        if len(body) > limit:
                            break
        except TimeoutError:
            raise too_slow(self._response.url) from None
        return bytes(body[: limit + 1])

    async def start(self, limit: int, patience: float) -> bytes:
        """Return the beginning of the body, whatever happens behind that; for error texts."""
        try:
            async with asyncio.timeout(patience):
                with in_sentences(self._response.url, self._host):
                    return await self._response.content.read(limit)
        except (TimeoutError, BackendError):
            return b""

    async def parts(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives.

        Raises:
            BackendError: it broke off, or nothing came for too long.
        """
        while True:
            with in_sentences(self._response.url, self._host):
                part = await self._response.content.readany()
            if not part:
                return
            self._http.fetched += len(part)
            yield part


class Http:
    """The connections to all hosts of one pull.

    Args:
        patience: how long they may take.
    """

    def __init__(self, patience: Patience) -> None:
        self.fetched = 0
        self._patience = patience
        self._contexts: dict[tuple[Host, bool], ssl.SSLContext] = {}
        # The reading of the environment is ours: aiohttp would also take passwords from
        # ~/.netrc. Bodies stay as they travel: digests are over that.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            read_bufsize=_BUFFER,
            timeout=aiohttp.ClientTimeout(
                total=None,
                connect=3 * patience.connect,
                sock_connect=patience.connect,
                sock_read=patience.read,
            ),
        )

    async def close(self) -> None:
        """End all connections."""
        await self._session.close()

    async def send(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        host: Host,
        *,
        own: bool = True,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and return the head of the answer; redirects are not followed.

        Args:
            method: such as ``GET``.
            url: with everything encoded.
            headers: beside the usual ones.
            host: whose configuration counts.
            own: whether the URL is on that host.
            form: what a POST carries.

        Raises:
            BackendError: there is no answer.
        """
        context = await self._context(host, own) if url.scheme == "https" else True
        wanted = CIMultiDict(headers)
        wanted["Accept-Encoding"] = "identity"
        wanted["User-Agent"] = "c9d"
        if own:
            for name, values in host.headers.items():
                wanted.popall(name, None)
                for value in values:
                    wanted.add(name, value)
        with in_sentences(url, host):
            response = await self._session.request(
                method, url, headers=wanted, data=form, allow_redirects=False, ssl=context,
                proxy=_proxy(url),
            )  # fmt: skip
        return Answer(self, host, response)

    async def _context(self, host: Host, own: bool) -> ssl.SSLContext:
        key = (host, own)
        if key not in self._contexts:
            made = await asyncio.to_thread(registry_tls.context, host, own=own)
            self._contexts[key] = made
        return self._contexts[key]


def _proxy(url: URL) -> str | None:
    """Return the proxy that the environment names for a URL."""
    if is_loopback(name_of(url)) or urllib.request.proxy_bypass(url.raw_host or ""):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy:
        return None
    # As curl does, which has most people set it.
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        kind = safe(proxy.partition(":")[0])
        raise Unsupported(f"The environment names a proxy of the kind {kind}: only http will do.")
    return proxy
