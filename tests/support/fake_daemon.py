"""A gRPC server that does on demand what a daemon never would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio

from protos import (
    events_pb2,
    events_pb2_grpc,
    images_pb2,
    images_pb2_grpc,
    types_pb2,
)


class FakeImages(images_pb2_grpc.ImagesServicer):
    """Answers Get by what the name says and counts who is inside."""

    def __init__(self) -> None:
        self.metadata: dict[str, str] = {}
        self.inside = 0
        self.most = 0
        self.release = asyncio.Event()

    async def Get(
        self, request: images_pb2.GetImageRequest, context: Any
    ) -> images_pb2.GetImageResponse:
        self.metadata = {key: str(value) for key, value in context.invocation_metadata()}
        if request.name.startswith("fail "):
            code = getattr(grpc.StatusCode, request.name.split()[1])
            await context.abort(code, "it is so: unknown")
        if request.name == "hold":
            self.inside += 1
            self.most = max(self.most, self.inside)
            try:
                await self.release.wait()
            finally:
                self.inside -= 1
        return images_pb2.GetImageResponse(image=images_pb2.Image(name=request.name))


class FakeEvents(events_pb2_grpc.EventsServicer):
    """Sends two events and then waits until the client goes."""

    def __init__(self) -> None:
        self.open = 0

    async def Subscribe(
        self, request: events_pb2.SubscribeRequest, context: Any
    ) -> AsyncIterator[types_pb2.Envelope]:
        self.open += 1
        try:
            for number in range(2):
                yield types_pb2.Envelope(topic=f"/{number}")
            await asyncio.Event().wait()
        finally:
            self.open -= 1


class Fake:
    """The server, its socket and its services."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.images = FakeImages()  # type: ignore[abstract]
        self.events = FakeEvents()  # type: ignore[abstract]

    async def start(self) -> grpc.aio.Server:
        server = grpc.aio.server()
        images_pb2_grpc.add_ImagesServicer_to_server(self.images, server)
        events_pb2_grpc.add_EventsServicer_to_server(self.events, server)
        server.add_insecure_port(f"unix:{self.path}")
        await server.start()
        return server


def image(name: str) -> images_pb2.GetImageRequest:
    return images_pb2.GetImageRequest(name=name)
