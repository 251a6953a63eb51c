"""A token server on loopback, and a registry that wants its tokens."""

from __future__ import annotations

import secrets
from base64 import b64encode
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.support.fake_registry import FakeRegistry
from tests.support.misbehaviour import error
from tests.support.signed_tokens import SERVICE, Signer


class TokenServer:
    """Gives tokens, and says what it was asked.

    Args:
        user: name and password that a token costs; None gives them to anybody.
        refresh_token: an identity token that will do as well.
        field: what the token is called in the answer.
        lifetime: seconds that an answer promises.
        signer: makes tokens that a real registry believes.
    """

    def __init__(
        self, *, user: tuple[str, str] | None = None, refresh_token: str = "",
        field: str = "token", lifetime: float | None = 300, signer: Signer | None = None,
    ) -> None:  # fmt: skip
        self.valid: set[str] = set()
        self.asked: list[tuple[str, list[tuple[str, str]], str]] = []
        """Method, fields and the header Authorization of each request."""
        self.answer: dict[str, Any] | None = None
        """What it says instead of a token, as a response is made."""
        self._user = user
        self._refresh_token = refresh_token
        self._field = field
        self._lifetime = lifetime
        self._signer = signer
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def realm(self) -> str:
        """The URL that a challenge names."""
        return f"http://127.0.0.1:{self.port}/token"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/token", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def guard(self, registry: FakeRegistry, more: str = "") -> None:
        """Lets a registry answer only those that have a token.

        Args:
            registry: that shall want one.
            more: parameters of the challenge, each with a comma in front.
        """

        async def check(request: web.Request) -> web.StreamResponse | None:
            kind, _, token = request.headers.get("Authorization", "").partition(" ")
            if kind == "Bearer" and token in self.valid:
                return None
            answer = error(401, "UNAUTHORIZED")
            challenge = f'Bearer realm="{self.realm}",service="{SERVICE}"{more}'
            answer.headers["WWW-Authenticate"] = challenge
            return answer

        registry.misbehave("", check)

    async def _serve(self, request: web.Request) -> web.Response:
        form: Any = await request.post() if request.method == "POST" else request.query
        authorization = request.headers.get("Authorization", "")
        self.asked.append((request.method, list(form.items()), authorization))
        if self.answer is not None:
            return web.Response(**self.answer)
        if self._refresh_token and form.get("refresh_token") != self._refresh_token:
            return error(401, "UNAUTHORIZED")
        if self._user and authorization != web_basic(*self._user):
            return error(401, "UNAUTHORIZED")
        token = secrets.token_hex(8)
        if self._signer is not None:
            scopes = form["scope"].split() if request.method == "POST" else form.getall("scope")
            token = self._signer.sign(scopes, lifetime=self._lifetime or 60)
        self.valid.add(token)
        answer: dict[str, Any] = {self._field: token}
        if self._lifetime is not None:
            answer["expires_in"] = self._lifetime
        return web.json_response(answer)


def web_basic(user: str, password: str) -> str:
    """Returns the header that basic authentication has."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"
