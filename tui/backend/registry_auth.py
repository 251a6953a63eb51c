"""Getting in: tokens and passwords, each for the host that it was given for."""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from yarl import URL

from tui.backend.docker_config import Credentials
from tui.backend.errors import BackendError, PermissionDenied, safe
from tui.backend.reference import Reference
from tui.backend.registry_challenge import Challenge, scopes
from tui.backend.registry_errors import WrongContent, could_not, denied, failed, throttled
from tui.backend.registry_host import Host, Patience
from tui.backend.registry_http import Answer, Http
from tui.backend.registry_wait import retry_after

_LONGEST = 1 << 20
# What the specification has where a token does not say how long it lives.
_FOREVER = 1 << 31
_LIFETIME = 60.0
# A token that is about to expire does not help a request that is about to be sent.
_EARLY = 5.0


class Gatekeeper:
    """Remembers how one host lets us in, for one repository.

    Args:
        http: that sends.
        host: that is asked.
        reference: that is pulled.
        patience: for a token server.
        find: gives the credentials for that host.
    """

    def __init__(
        self, http: Http, host: Host, reference: Reference, patience: Patience,
        find: Callable[[], Awaitable[Credentials | None]],
    ) -> None:  # fmt: skip
        self._http = http
        self._host = host
        self._reference = reference
        self._patience = patience
        self._find = find
        self._lock = asyncio.Lock()
        self._credentials: Credentials | None = None
        self._asked = False
        self._challenge: tuple[Challenge, URL] | None = None
        self._header = ""
        self._expires = 0.0
        self.sent = False
        """Whether credentials were sent, to the host or to its token server."""

    async def header(self) -> str:
        """Return what the next request carries, empty before the host wants anything."""
        async with self._lock:
            if self._challenge and self._header and time.monotonic() >= self._expires:
                await self._renew(*self._challenge)
            return self._header

    async def answer(self, challenges: list[Challenge], url: URL, failed_with: str) -> str:
        """Return what to try again with, after a 401; empty where there is nothing to try.

        Args:
            challenges: of that answer.
            url: that was asked.
            failed_with: what the request carried.

        Raises:
            BackendError: the token server, or docker's configuration, does not help.
        """
        async with self._lock:
            # Of several requests at once the first one has got a new token already.
            if self._header and self._header != failed_with:
                return self._header
            if not self._asked:
                self._credentials = await self._find()
                self._asked = True
            by_scheme = {each.scheme: each for each in reversed(challenges)}
            if bearer := by_scheme.get("bearer"):
                await self._renew(bearer, url)
            elif "basic" in by_scheme and self._credentials and self._credentials.password:
                self._header = _basic(self._credentials)
                self._expires = float("inf")
                self.sent = True
            return "" if self._header == failed_with else self._header

    async def _renew(self, challenge: Challenge, url: URL) -> None:
        realm = self._realm(challenge, url)
        own = realm.origin() == url.origin()
        async with await self._ask(realm, challenge, own=own) as answer:
            if answer.status != 200:
                raise await self._refusal(answer, realm)
            body = await answer.read(_LONGEST, self._patience.document)
        token, lifetime = self._token(body, realm)
        self._challenge = challenge, url
        self._header = f"Bearer {token}"
        self._expires = time.monotonic() + max(lifetime - _EARLY, lifetime / 2)

    def _realm(self, challenge: Challenge, url: URL) -> URL:
        try:
            realm = URL(challenge.parameters.get("realm", ""))
            usable = realm.scheme in ("http", "https") and bool(realm.raw_host)
        except ValueError:
            usable = False
        if not usable:
            why = f"{safe(self._host.name)} names no token server that can be asked"
            raise WrongContent(could_not(self._reference, why))
        if realm.scheme != url.scheme and realm.scheme != "https":
            why = (
                f"{safe(self._host.name)} sends us to a token server without TLS, "
                "where others could read the credentials"
            )
            raise PermissionDenied(could_not(self._reference, why))
        return realm.with_user(None).with_fragment(None)

    async def _ask(self, realm: URL, challenge: Challenge, *, own: bool) -> Answer:
        wanted = scopes(challenge, self._reference.path)
        service = challenge.parameters.get("service", "")
        known = self._credentials
        if known and known.identity_token:
            form = {
                "grant_type": "refresh_token",
                "service": service,
                "client_id": "c9d",
                "scope": " ".join(wanted),
                "refresh_token": known.identity_token,
            }
            self.sent = True
            return await self._http.send("POST", realm, {}, self._host, own=own, form=form)
        query = [*realm.query.items(), *([("service", service)] if service else [])]
        asked = realm.with_query([*query, *(("scope", scope) for scope in wanted)])
        headers: dict[str, str] = {}
        if known and known.password:
            headers["Authorization"] = _basic(known)
            self.sent = True
        return await self._http.send("GET", asked, headers, self._host, own=own)

    async def _refusal(self, answer: Answer, realm: URL) -> BackendError:
        name = realm.raw_host or ""
        body = await answer.start(_LONGEST, self._patience.read)
        if answer.status in (400, 401, 403):
            return denied(self._reference, self._host.name, status=401, sent=self.sent, body=body)
        if answer.status == 429:
            return throttled(self._reference, name, retry_after(answer.header("Retry-After")))
        return failed(self._reference, f"the token server {name}", answer.status, body)

    def _token(self, body: bytes, realm: URL) -> tuple[str, float]:
        value: Any = None
        try:
            value = json.loads(body[:_LONGEST])
            token = value.get("token") or value.get("access_token")
            lifetime = value.get("expires_in")
        except (ValueError, RecursionError, AttributeError):
            token = lifetime = None
        # It becomes part of a header: no line end, no space.
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            why = f"the token server {safe(realm.raw_host or '')} gave no token"
            raise WrongContent(could_not(self._reference, why))
        is_number = isinstance(lifetime, int | float) and lifetime > 0
        return token.strip(), float(min(lifetime, _FOREVER)) if is_number else _LIFETIME


def _basic(credentials: Credentials) -> str:
    pair = f"{credentials.username}:{credentials.password}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
