"""One host of a registry: requests with what lets us in, to where it sends us."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from yarl import URL

from tui.backend import docker_config, registry_challenge
from tui.backend.docker_config import Credentials
from tui.backend.errors import BackendError, safe
from tui.backend.reference import DOCKER_IO, Reference
from tui.backend.registry_auth import Gatekeeper
from tui.backend.registry_errors import (
    Broken,
    NotHttp,
    NotTls,
    Refused,
    WrongContent,
    could_not,
    denied,
    failed,
    not_found,
    throttled,
)
from tui.backend.registry_host import DOCKER_HUB, Host, Patience
from tui.backend.registry_http import Answer, Http
from tui.backend.registry_wait import retry_after

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_ERROR_BODY = 64 << 10
_URL_SIGNS = "%/:?#[]@!$&'()*+,;=-._~"


class Endpoint:
    """One host, asked for one repository.

    Args:
        http: that sends.
        host: that is asked.
        reference: that is pulled.
        patience: for answers.
        docker_config: docker's configuration if it is not the usual one.
    """

    def __init__(
        self,
        http: Http,
        host: Host,
        reference: Reference,
        patience: Patience,
        docker_config: Path | None,
    ) -> None:
        self.host = host
        self._http = http
        self._reference = reference
        self._patience = patience
        self._docker_config = docker_config
        self._gate = Gatekeeper(http, host, reference, patience, self._credentials)
        self._base = host.base
        self._proven = host.scheme == "http" or not host.plain_allowed

    @property
    def name(self) -> str:
        """What sentences and `docker login` call the host."""
        return DOCKER_IO if self.host.name == DOCKER_HUB else self.host.name

    async def open(
        self, method: str, kind: str, name: str, headers: Mapping[str, str]
    ) -> Answer:  # fmt: skip
        """Send one request, with what lets us in, and return an answer of any status.

        Args:
            method: ``GET`` or ``HEAD``.
            kind: ``manifests`` or ``blobs``.
            name: the tag or digest.
            headers: beside the usual ones.

        Raises:
            BackendError: there is no answer.
        """
        authorization = await self._gate.header()
        answer = await self._first(method, f"{kind}/{name}", headers, authorization)
        if answer.status != 401:
            return answer
        challenges = registry_challenge.parse(answer.headers("WWW-Authenticate"))
        if answer.url.origin() != URL(self._base).origin():
            # Who we were sent to is not who our credentials are for.
            return answer
        answer.close()
        again = await self._gate.answer(challenges, answer.url, authorization)
        if not again:
            raise denied(self._reference, self.name, status=401, sent=self._gate.sent)
        return await self._follow(self._base, f"{kind}/{name}", method, headers, again)

    async def refusal(self, answer: Answer, what: str) -> BackendError:
        """Return the error for an answer that is not what was wanted.

        Args:
            answer: with its status.
            what: was asked for, as sentences name it.
        """
        body = await answer.start(_ERROR_BODY, self._patience.read)
        status = answer.status
        if status == 404:
            return not_found(self._reference, self.name, what, body)
        if status in (401, 403):
            sent = self._gate.sent
            return denied(self._reference, self.name, status=status, sent=sent, body=body)
        if status == 429:
            seconds = retry_after(answer.header("Retry-After"))
            return throttled(self._reference, self.name, seconds)
        return failed(self._reference, self.name, status, body)

    async def _credentials(self) -> Credentials | None:
        return await docker_config.find(self.name, self._docker_config)

    async def _first(
        self, method: str, path: str, headers: Mapping[str, str], authorization: str
    ) -> Answer:  # fmt: skip
        """Send a request; where TLS is not sure to be spoken, find out."""
        base = self._base
        try:
            answer = await self._follow(base, path, method, headers, authorization)
        except (NotTls, Broken, Refused) as error:
            # Of several requests at once another one may have found out already.
            if base == self._base and not self._may_be_plain(error):
                raise
            plain = base.replace("https://", "http://", 1)
            try:
                answer = await self._follow(plain, path, method, headers, authorization)
            except (Broken, Refused, NotHttp):
                raise error from None
            if answer.status == 400:
                # So a server of TLS answers to those who do not speak it.
                answer.close()
                raise error from None
            self._base = plain
        self._proven = True
        return answer

    def _may_be_plain(self, error: BackendError) -> bool:
        """Whether a request over TLS that failed may go well without it."""
        has_port = URL(self._base).explicit_port is not None
        return not self._proven and not (isinstance(error, Refused) and has_port)

    async def _follow(
        self, base: str, path: str, method: str, headers: Mapping[str, str], authorization: str
    ) -> Answer:  # fmt: skip
        """Send a request, and again where the answer says that it is elsewhere."""
        url = URL(f"{base}/{self._reference.path}/{path}", encoded=True)
        if self.name != self._reference.domain:
            # It serves more registries than one.
            url = url.with_query({"ns": self._reference.domain})
        home = url.origin()
        for _ in range(_MOST_REDIRECTS + 1):
            own = url.origin() == home
            sent = dict(headers)
            if own and authorization:
                sent["Authorization"] = authorization
            answer = await self._http.send(method, url, sent, self.host, own=own)
            if answer.status not in _REDIRECTS:
                return answer
            answer.close()
            url = self._next(url, answer.header("Location"))
        raise self._wrong(f"redirects us more than {_MOST_REDIRECTS} times")

    def _next(self, url: URL, location: str) -> URL:
        if not location:
            raise self._wrong("redirects us without saying where to")
        text = quote(location, safe=_URL_SIGNS, errors="surrogateescape")
        try:
            there = url.join(URL(text, encoded=True))
            known = bool(there.raw_host) and there.explicit_port != 0
        except ValueError:
            known = False
        if not known:
            raise self._wrong("redirects us to what is no URL")
        if there.scheme != url.scheme:
            schemes = f"from {url.scheme} to {safe(there.scheme)}"
            raise self._wrong(f"redirects us {schemes}; a redirect to another scheme is refused")
        # A password in it would become a header.
        return there.with_user(None)

    def _wrong(self, what: str) -> WrongContent:
        return WrongContent(could_not(self._reference, f"{safe(self.name)} {what}"))
