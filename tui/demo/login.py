"""Asking a client who it is, for images that are not for everybody."""

import asyncio

from google.protobuf.message import DecodeError

from protos import transfer_types_pb2 as pb
from tui.demo.refusals import shim
from tui.demo.registry import Reference
from tui.demo.streams import Stream

PASSWORD = "demo"
_TRIES = 5
_PATIENCE = 30.0
"""Seconds that a client has for an answer."""


async def login(reference: str, stream: Stream | None) -> None:
    """Have the client name itself, as often as a daemon asks.

    Raises:
        Refusal: it says nothing (401), or not what the registry wants to hear (403).
    """
    parsed = Reference.parse(reference)
    url = f"failed to resolve image: unexpected status from HEAD request to {parsed.url}"
    if stream is None:
        raise shim(f"{url}: 401 Unauthorized")
    for _ in range(_TRIES):
        answer = await _answer(parsed, stream)
        if answer is None or not answer.secret:
            raise shim(f"{url}: 401 Unauthorized")
        if answer.secret == PASSWORD:
            return
    raise shim(f"{url}: 403 Forbidden")


async def _answer(reference: Reference, stream: Stream) -> pb.AuthResponse | None:
    """Ask once; None for no answer."""
    stream.send(pb.AuthRequest(host=reference.host, reference=reference.text))
    try:
        async with asyncio.timeout(_PATIENCE):
            message = await stream.receive()
        return None if message is None else pb.AuthResponse.FromString(message.value)
    except (TimeoutError, DecodeError):
        return None
