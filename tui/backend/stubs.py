"""The services of containerd, each made when it is first used."""

import abc
from functools import cached_property
from typing import cast

import grpc.aio

from protos import (
    containers_pb2_grpc,
    content_pb2_grpc,
    diff_pb2_grpc,
    events_pb2_grpc,
    images_pb2_grpc,
    introspection_pb2_grpc,
    leases_pb2_grpc,
    namespaces_pb2_grpc,
    snapshots_pb2_grpc,
    streaming_pb2_grpc,
    tasks_pb2_grpc,
    transfer_pb2_grpc,
    version_pb2_grpc,
)


class Stubs(abc.ABC):
    """One asyncio stub a service, all on one channel."""

    @abc.abstractmethod
    def _connect(self) -> grpc.aio.Channel:
        """Make the channel; called once, inside the running loop."""

    @cached_property
    def _channel(self) -> grpc.aio.Channel:
        return self._connect()

    @property
    def _connected(self) -> bool:
        """Whether there is a channel, without making one."""
        return "_channel" in self.__dict__

    @cached_property
    def version(self) -> "version_pb2_grpc.VersionAsyncStub":
        """Version: who the daemon is."""
        return cast(
            "version_pb2_grpc.VersionAsyncStub", version_pb2_grpc.VersionStub(self._channel)
        )

    @cached_property
    def introspection(self) -> "introspection_pb2_grpc.IntrospectionAsyncStub":
        """Introspection: what it is made of."""
        return cast(
            "introspection_pb2_grpc.IntrospectionAsyncStub",
            introspection_pb2_grpc.IntrospectionStub(self._channel),
        )

    @cached_property
    def namespaces(self) -> "namespaces_pb2_grpc.NamespacesAsyncStub":
        """Namespaces: the tenants."""
        return cast(
            "namespaces_pb2_grpc.NamespacesAsyncStub",
            namespaces_pb2_grpc.NamespacesStub(self._channel),
        )

    @cached_property
    def images(self) -> "images_pb2_grpc.ImagesAsyncStub":
        """Images: names of content."""
        return cast("images_pb2_grpc.ImagesAsyncStub", images_pb2_grpc.ImagesStub(self._channel))

    @cached_property
    def content(self) -> "content_pb2_grpc.ContentAsyncStub":
        """Content: the blobs."""
        return cast(
            "content_pb2_grpc.ContentAsyncStub", content_pb2_grpc.ContentStub(self._channel)
        )

    @cached_property
    def containers(self) -> "containers_pb2_grpc.ContainersAsyncStub":
        """Containers: the records."""
        return cast(
            "containers_pb2_grpc.ContainersAsyncStub",
            containers_pb2_grpc.ContainersStub(self._channel),
        )

    @cached_property
    def tasks(self) -> "tasks_pb2_grpc.TasksAsyncStub":
        """Tasks: the processes."""
        return cast("tasks_pb2_grpc.TasksAsyncStub", tasks_pb2_grpc.TasksStub(self._channel))

    @cached_property
    def snapshots(self) -> "snapshots_pb2_grpc.SnapshotsAsyncStub":
        """Snapshots: the file systems."""
        return cast(
            "snapshots_pb2_grpc.SnapshotsAsyncStub", snapshots_pb2_grpc.SnapshotsStub(self._channel)
        )

    @cached_property
    def diff(self) -> "diff_pb2_grpc.DiffAsyncStub":
        """Diff: layers from and to file systems."""
        return cast("diff_pb2_grpc.DiffAsyncStub", diff_pb2_grpc.DiffStub(self._channel))

    @cached_property
    def leases(self) -> "leases_pb2_grpc.LeasesAsyncStub":
        """Leases: what holds the collector off."""
        return cast("leases_pb2_grpc.LeasesAsyncStub", leases_pb2_grpc.LeasesStub(self._channel))

    @cached_property
    def events(self) -> "events_pb2_grpc.EventsAsyncStub":
        """Events: what happens."""
        return cast("events_pb2_grpc.EventsAsyncStub", events_pb2_grpc.EventsStub(self._channel))

    @cached_property
    def transfer(self) -> "transfer_pb2_grpc.TransferAsyncStub":
        """Transfer: the daemon's own pulls, since 1.7."""
        return cast(
            "transfer_pb2_grpc.TransferAsyncStub", transfer_pb2_grpc.TransferStub(self._channel)
        )

    @cached_property
    def streaming(self) -> "streaming_pb2_grpc.StreamingAsyncStub":
        """Streaming: what travels beside a transfer."""
        return cast(
            "streaming_pb2_grpc.StreamingAsyncStub",
            streaming_pb2_grpc.StreamingStub(self._channel),
        )
