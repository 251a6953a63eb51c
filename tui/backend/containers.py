"""Containers: the records, whether anything of them runs or not."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask

from protos import containers_pb2
from tui.backend import convert
from tui.backend.verbs import Verbs, named, quoted
from tui.state.models import Container

# A thousand records are megabytes: their list may take longer than a call.
_LIST_SECONDS = 60.0


class Containers(Verbs):
    """Verbs about container records."""

    async def list_containers(
        self, filters: Sequence[str] = (), *, namespace: str | None = None
    ) -> list[Container]:
        """Return the container records, in the daemon's order.

        Args:
            filters: in containerd's filter language; one of them must match.
            namespace: None means the service's.

        Raises:
            InvalidArgument: a filter is broken.
        """
        where = self._ns(namespace)
        records = self._records(filters, where)
        async with aclosing(records):
            return [convert.container(record, where) async for record in records]

    async def list_containers_by_label(
        self, key: str, value: str = "", *, namespace: str | None = None
    ) -> list[Container]:
        """Return the container records with a label.

        Args:
            key: of the label.
            value: that it has; an empty one means any.
            namespace: None means the service's.

        Raises:
            InvalidArgument: the key is empty.
        """
        selector = f"labels.{quoted(named('label', key))}"
        if value:
            selector += f"=={quoted(value)}"
        return await self.list_containers([selector], namespace=namespace)

    async def get_container(self, container_id: str, *, namespace: str | None = None) -> Container:
        """Return one container record.

        Raises:
            InvalidArgument: the id is empty.
            NotFound: there is none.
        """
        record = await self._record(container_id, namespace)
        return convert.container(record, self._ns(namespace))

    async def container_spec(
        self, container_id: str, *, namespace: str | None = None
    ) -> dict[str, Any]:
        """Return the OCI runtime spec of a container; empty where it has none that can be read.

        Raises:
            InvalidArgument: the id is empty.
            NotFound: there is no such container.
        """
        record = await self._record(container_id, namespace)
        return convert.json_object(record.spec.value)

    async def _record(self, container_id: str, namespace: str | None) -> containers_pb2.Container:
        request = containers_pb2.GetContainerRequest(id=named("container id", container_id))
        response = await self.client.call(
            self.client.containers.Get, request, namespace=self._ns(namespace)
        )
        return response.container

    async def _records(
        self, filters: Sequence[str], namespace: str
    ) -> AsyncGenerator[containers_pb2.Container, None]:
        # The unary List fails in the server when the records exceed 16 MiB.
        request = containers_pb2.ListContainersRequest(filters=filters)
        stream = self.client.stream(
            self.client.containers.ListStream, request, namespace=namespace, timeout=_LIST_SECONDS
        )
        async with aclosing(stream):
            async for message in stream:
                yield message.container

    async def _snapshot_user(self, snapshotter: str, key: str, namespace: str) -> str:
        """Return the id of a container whose file system a snapshot is, "" if there is none."""
        records = self._records((), namespace)
        async with aclosing(records):
            async for record in records:
                if record.snapshot_key == key and record.snapshotter == snapshotter:
                    return record.id
        return ""

    async def _set_labels(
        self, container_id: str, labels: Mapping[str, str], namespace: str
    ) -> None:
        """Set some labels of a container and leave the others; an empty value removes one."""
        if not labels:
            return
        request = containers_pb2.UpdateContainerRequest(
            container=containers_pb2.Container(id=container_id, labels=labels),
            update_mask=FieldMask(paths=[f"labels.{key}" for key in labels]),
        )
        await self.client.call(self.client.containers.Update, request, namespace=namespace)
