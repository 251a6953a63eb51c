"""containerd.services.streaming.v1: streams that other calls name by their ids."""

import asyncio
from collections.abc import AsyncIterator

from google.protobuf.any_pb2 import Any
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError

from protos import streaming_pb2 as pb
from tui.demo.refusals import invalid_argument
from tui.demo.router import Call
from tui.demo.services.base import Service
from tui.demo.streams import Stream, packed


class Streaming(Service):
    """Streams between a client and whoever in the engine is told their ids."""

    async def Stream(self, requests: AsyncIterator[Any], call: Call) -> AsyncIterator[Any]:
        """Register a stream, say so, then carry messages until either side ends it."""
        stream_id = await _introduced(requests)
        with self.engine.streams.opened(call.namespace, stream_id) as stream:
            reader = asyncio.create_task(_read(requests, stream))
            try:
                yield packed(Empty())
                async for message in stream.sent():
                    yield message
            finally:
                reader.cancel()


async def _introduced(requests: AsyncIterator[Any]) -> str:
    """Read the first message, which tells the id."""
    async for first in requests:
        if first.type_url.rpartition("/")[2] != pb.StreamInit.DESCRIPTOR.full_name:
            break
        try:
            init = pb.StreamInit.FromString(first.value)
        except DecodeError:
            break
        if init.id:
            return init.id
        break
    raise invalid_argument("the first message of a stream must name its id")


async def _read(requests: AsyncIterator[Any], stream: Stream) -> None:
    """Hand on what the client says; its last word need not be the engine's."""
    async for message in requests:
        stream.take(message)
    stream.hang_up()
