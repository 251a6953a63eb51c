"""What a registry of the tests may do wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

Misbehaviour = Callable[[web.Request], Awaitable[web.StreamResponse | None]]
"""Answers instead of the registry; None lets the registry answer."""


def error(status: int, code: str, message: str = "no") -> web.Response:
    """Returns an answer as the specification has it for errors."""
    return web.json_response({"errors": [{"code": code, "message": message}]}, status=status)


def answers(status: int = 200, body: bytes = b"", **headers: str) -> Misbehaviour:
    """Returns a misbehaviour that always gives the same answer; `_` in headers is `-`."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=named)

    return answer


def breaks(body: bytes, *, length: int | None) -> Misbehaviour:
    """Returns a misbehaviour that breaks off the connection behind some bytes.

    Args:
        body: these bytes.
        length: what the head promises; None for a chunked body.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if length is None:
            response.enable_chunked_encoding()
        else:
            response.content_length = length
        await response.prepare(request)
        await response.write(body)
        assert request.transport is not None
        request.transport.close()
        return response

    return answer


async def resets(request: web.Request) -> web.StreamResponse | None:
    """Breaks off the connection without a word."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def hangs(_request: web.Request) -> web.StreamResponse | None:
    """Never answers."""
    await asyncio.Event().wait()
    return None
