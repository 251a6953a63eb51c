"""Fills a daemon over its own API: the same calls for the demo engine and for the real ones."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.field_mask_pb2 import FieldMask

from protos import (
    containers_pb2,
    content_pb2,
    diff_pb2,
    images_pb2,
    leases_pb2,
    snapshots_pb2,
    types_pb2,
)
from tests.support.image import BuiltImage, chain_ids
from tests.support.seed_clean import empty
from tests.support.seed_spec import spec
from tui.backend.client import Client
from tui.backend.errors import AlreadyExists, NotFound

SPEC_URL = "types.containerd.io/opencontainers/runtime-spec/1/Spec"
RUNTIME = "io.containerd.runc.v2"
_GC = "containerd.io/gc.ref."


@dataclass
class Seed:
    """One namespace of one daemon, filled by hand and emptied at the end."""

    client: Client
    namespace: str
    snapshotter: str = "overlayfs"
    images: dict[str, BuiltImage] = field(default_factory=dict)

    async def image(self, image: BuiltImage, name: str = "") -> str:
        """Imports an image of one platform, unpacks it and returns its name."""
        name = name or image.reference
        async with self.lease() as lease:
            await self._content(image, lease)
            target = types_pb2.Descriptor(
                media_type=image.target.media_type,
                digest=image.target.digest,
                size=image.target.size,
            )
            await self.name(name, target)
        self.images[name] = image
        return name

    async def _content(self, image: BuiltImage, lease: str) -> None:
        manifest = image.manifest()
        config, layers = manifest["config"], manifest["layers"]
        for number, layer in enumerate(layers):
            await self.blob(layer["digest"], image.blobs[layer["digest"]], lease)
            await self._unpack(image, number, layer, lease)
        top = f"{_GC}snapshot.{self.snapshotter}"
        await self.blob(
            config["digest"],
            image.blobs[config["digest"]],
            lease,
            {top: chain_ids(image)[-1]},
        )
        edges = {f"{_GC}content.config": config["digest"]}
        edges |= {f"{_GC}content.l.{i}": layer["digest"] for i, layer in enumerate(layers)}
        await self.blob(image.target.digest, image.blobs[image.target.digest], lease, edges)

    async def name(self, name: str, target: types_pb2.Descriptor) -> None:
        """Creates an image record alone."""
        record = images_pb2.Image(name=name, target=target)
        await self._call("images", "Create", images_pb2.CreateImageRequest(image=record))

    async def blob(
        self, digest: str, data: bytes, lease: str, labels: Mapping[str, str] | None = None
    ) -> None:
        """Writes a blob that fits into one message."""
        message = content_pb2.WriteContentRequest(
            action=content_pb2.COMMIT,
            ref=f"seed-{uuid.uuid4().hex}",
            total=len(data),
            expected=digest,
            data=data,
            labels=labels,
        )
        call = self.client.content.Write(self._once(message), metadata=self._metadata(lease))
        try:
            async for _ in call:
                pass
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
                raise

    async def ingest(self, ref: str, data: bytes, total: int) -> Any:
        """Begins to write a blob and returns the call, which holds it until it is cancelled."""
        call = self.client.content.Write(metadata=self._metadata(""))
        request = content_pb2.WriteContentRequest(
            action=content_pb2.WRITE, ref=ref, total=total, data=data
        )
        await call.write(request)
        await call.read()
        return call

    async def prepare(self, key: str, parent: str = "", **labels: str) -> None:
        """Makes an active snapshot that the collector leaves alone."""
        request = snapshots_pb2.PrepareSnapshotRequest(
            snapshotter=self.snapshotter,
            key=key,
            parent=parent,
            labels={"containerd.io/gc.root": "test", **labels},
        )
        await self._call("snapshots", "Prepare", request)

    async def container(
        self,
        container_id: str,
        image: str,
        args: Sequence[str] = ("sleep", "3600"),
        *,
        labels: Mapping[str, str] | None = None,
        script: str = "",
        terminal: bool = False,
    ) -> str:
        """Creates a container with its snapshot and returns its id.

        Args:
            container_id: of the container, and the key of its snapshot.
            image: a name that `image` returned.
            args: the command.
            labels: of the container.
            script: what the demo engine plays instead of the command.
            terminal: whether the process gets one.
        """
        prepare = snapshots_pb2.PrepareSnapshotRequest(
            snapshotter=self.snapshotter,
            key=container_id,
            parent=chain_ids(self.images[image])[-1],
        )
        cgroup = f"/{self.namespace}/{container_id}"
        document = spec(args, cgroup, script=script, terminal=terminal)
        record = containers_pb2.Container(
            id=container_id,
            image=image,
            labels=labels,
            runtime=containers_pb2.Container.Runtime(name=RUNTIME),
            spec=AnyMessage(type_url=SPEC_URL, value=json.dumps(document).encode()),
            snapshotter=self.snapshotter,
            snapshot_key=container_id,
        )
        create = containers_pb2.CreateContainerRequest(container=record)
        async with self.lease() as lease:
            await self._call("snapshots", "Prepare", prepare, lease=lease)
            await self._call("containers", "Create", create)
        return container_id

    async def record_without_snapshot(self, container_id: str) -> None:
        """Creates a container record as dockerd does: its file system is nobody else's affair."""
        document = spec(["sleep", "3600"], f"/{self.namespace}/{container_id}")
        document["root"]["path"] = "/nonexistent/merged"
        record = containers_pb2.Container(
            id=container_id,
            runtime=containers_pb2.Container.Runtime(name=RUNTIME),
            spec=AnyMessage(type_url=SPEC_URL, value=json.dumps(document).encode()),
        )
        await self._call(
            "containers", "Create", containers_pb2.CreateContainerRequest(container=record)
        )

    async def has_blob(self, digest: str) -> bool:
        """Whether the namespace has a blob."""
        try:
            await self._call("content", "Info", content_pb2.InfoRequest(digest=digest))
        except NotFound:
            return False
        return True

    async def leases(self) -> list[str]:
        """Returns the ids of the leases that there are."""
        response = await self._call("leases", "List", leases_pb2.ListRequest())
        return [lease.id for lease in response.leases]

    async def clean(self) -> None:
        """Removes everything in the namespace, and the namespace."""
        await empty(self.client, self.namespace)

    async def _unpack(
        self, image: BuiltImage, number: int, layer: Mapping[str, Any], lease: str
    ) -> None:
        chain = chain_ids(image)
        key = f"extract-{uuid.uuid4().hex} {chain[number]}"
        prepare = snapshots_pb2.PrepareSnapshotRequest(
            snapshotter=self.snapshotter, key=key, parent=chain[number - 1] if number else ""
        )
        prepared = await self._call("snapshots", "Prepare", prepare, lease=lease)
        descriptor = types_pb2.Descriptor(
            media_type=layer["mediaType"], digest=layer["digest"], size=layer["size"]
        )
        request = diff_pb2.ApplyRequest(diff=descriptor, mounts=prepared.mounts)
        applied = await self._call("diff", "Apply", request, lease=lease)
        assert applied.applied.digest == image.diff_ids()[number]
        commit = snapshots_pb2.CommitSnapshotRequest(
            snapshotter=self.snapshotter, name=chain[number], key=key
        )
        try:
            await self._call("snapshots", "Commit", commit, lease=lease)
        except AlreadyExists:
            remove = snapshots_pb2.RemoveSnapshotRequest(snapshotter=self.snapshotter, key=key)
            await self._call("snapshots", "Remove", remove)
        info = content_pb2.Info(
            digest=layer["digest"], labels={"containerd.io/uncompressed": applied.applied.digest}
        )
        mask = FieldMask(paths=["labels.containerd.io/uncompressed"])
        await self._call(
            "content", "Update", content_pb2.UpdateRequest(info=info, update_mask=mask)
        )

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[str]:
        """Holds what is made during a block off the collector."""
        lease = f"seed-{uuid.uuid4().hex}"
        labels = {"containerd.io/gc.expire": "2100-01-01T00:00:00Z"}
        await self._call("leases", "Create", leases_pb2.CreateRequest(id=lease, labels=labels))
        try:
            yield lease
        finally:
            await self._call("leases", "Delete", leases_pb2.DeleteRequest(id=lease))

    async def _call(self, service: str, method: str, request: Any, *, lease: str = "") -> Any:
        callable_ = getattr(getattr(self.client, service), method)
        return await self.client.call(
            callable_, request, namespace=self.namespace, lease=lease, timeout=60.0
        )

    def _metadata(self, lease: str) -> tuple[tuple[str, str], ...]:
        metadata = (("containerd-namespace", self.namespace),)
        return (*metadata, ("containerd-lease", lease)) if lease else metadata

    @staticmethod
    async def _once(message: Any) -> AsyncIterator[Any]:
        yield message
