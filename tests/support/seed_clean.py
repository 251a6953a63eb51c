"""Empties a namespace over the API, whatever a test left in it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from protos import content_pb2, leases_pb2, namespaces_pb2
from tui.backend.client import Client
from tui.backend.errors import BackendError, NotFound
from tui.backend.service import Service

_PATIENCE = 100


async def empty(client: Client, namespace: str) -> None:
    """Removes everything in a namespace, and the namespace."""
    service = Service(client, namespace=namespace)
    for task in await service.list_tasks():
        with suppress(BackendError):
            await service.delete_task(task.container_id, force=True)
    for container in await service.list_containers():
        with suppress(BackendError):
            await service.delete_container(container.id, force=True)
    for image in await service.list_images():
        with suppress(NotFound):
            await service.delete_image(image.name, synchronous=True)
    await _remove_leases(client, namespace)
    await _remove_snapshots(service)
    await _remove_namespace(client, namespace)


async def _remove_leases(client: Client, namespace: str) -> None:
    listed = await client.call(client.leases.List, leases_pb2.ListRequest(), namespace=namespace)
    for lease in listed.leases:
        request = leases_pb2.DeleteRequest(id=lease.id, sync=True)
        with suppress(NotFound):
            await client.call(client.leases.Delete, request, namespace=namespace)


async def _remove_snapshots(service: Service) -> None:
    # The leaves go first: those on which nothing is based any more.
    for _ in range(_PATIENCE):
        rows = await service.list_snapshots()
        if not rows:
            return
        for row in rows:
            with suppress(BackendError):
                await service.remove_snapshot(row.key, row.snapshotter)


async def _remove_content(client: Client, namespace: str) -> None:
    request = content_pb2.ListContentRequest()
    digests: list[str] = []
    async for batch in client.stream(client.content.List, request, namespace=namespace):
        digests += [info.digest for info in batch.info]
    for digest in digests:
        with suppress(BackendError):
            delete = content_pb2.DeleteContentRequest(digest=digest)
            await client.call(client.content.Delete, delete, namespace=namespace)


async def _remove_namespace(client: Client, namespace: str) -> None:
    request = namespaces_pb2.DeleteNamespaceRequest(name=namespace)
    # What the collector has still to remove keeps it for a moment.
    for _ in range(_PATIENCE):
        try:
            await client.call(client.namespaces.Delete, request)
            return
        except NotFound:
            return
        except BackendError:
            await _remove_content(client, namespace)
            await asyncio.sleep(0.1)
