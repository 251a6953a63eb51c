"""containerd.services.containers.v1: container records."""

from collections.abc import Iterator

from google.protobuf.empty_pb2 import Empty

from protos import containers_pb2 as pb
from protos import event_payloads_pb2 as payloads
from tui.demo.filters import Fields, compile_filters, fields
from tui.demo.refusals import Refusal, already_exists, invalid_argument, not_found
from tui.demo.router import Call
from tui.demo.services.base import EMPTY, Service, required
from tui.demo.store import checked_identifier, checked_labels, update_labels

_ALL_PATHS = ("labels", "spec", "extensions", "image", "snapshotkey")


class Containers(Service):
    """What may be run: a spec, a snapshot and labels; whether it runs is its task's affair."""

    def Get(self, request: pb.GetContainerRequest, call: Call) -> pb.GetContainerResponse:
        """One container."""
        space = self.store.space(call.namespace)
        return pb.GetContainerResponse(container=space.container(request.id))

    def List(self, request: pb.ListContainersRequest, call: Call) -> pb.ListContainersResponse:
        """The containers that pass the filters, by id."""
        return pb.ListContainersResponse(containers=self._found(request, call))

    def ListStream(
        self, request: pb.ListContainersRequest, call: Call
    ) -> Iterator[pb.ListContainerMessage]:
        """The same, one message each."""
        for container in self._found(request, call):
            yield pb.ListContainerMessage(container=container)

    def Create(self, request: pb.CreateContainerRequest, call: Call) -> pb.CreateContainerResponse:
        """Make a container record."""
        required(request, "container")
        given = request.container
        checked_identifier(given.id)
        checked_labels(given.labels)
        if not given.runtime.name:
            raise invalid_argument("container.Runtime.Name must be set")
        required(given, "spec")
        space = self.store.written(call.namespace)
        space.checked_lease(call.lease)
        if given.snapshot_key and not given.snapshotter:
            raise invalid_argument("container.Snapshotter must be set if container.SnapshotKey is")
        if given.id in space.containers:
            raise already_exists(f'container "{given.id}"')
        container = pb.Container()
        container.CopyFrom(given)
        container.created_at.CopyFrom(self.clock.stamp())
        container.updated_at.CopyFrom(container.created_at)
        space.containers[container.id] = container
        event = payloads.ContainerCreate(
            id=container.id,
            image=container.image,
            runtime=payloads.ContainerCreate.Runtime(
                name=container.runtime.name, options=container.runtime.options
            ),
        )
        self.publish(space, "/containers/create", event)
        self.engine.runtime.monitor.look(space, container.id)
        return pb.CreateContainerResponse(container=container)

    def Update(self, request: pb.UpdateContainerRequest, call: Call) -> pb.UpdateContainerResponse:
        """Change what the mask names; without one everything that may be changed."""
        required(request, "container")
        given = request.container
        space = self.store.space(call.namespace)
        container = space.container(given.id)
        paths = list(request.update_mask.paths)
        if not paths:
            _check_immutable(container, given)
        changed = pb.Container()
        changed.CopyFrom(container)
        for path in paths or _ALL_PATHS:
            _apply(changed, given, path)
        changed.updated_at.CopyFrom(self.clock.stamp())
        space.containers[given.id] = changed
        event = payloads.ContainerUpdate(
            id=changed.id,
            image=changed.image,
            labels=changed.labels,
            snapshot_key=changed.snapshot_key,
        )
        self.publish(space, "/containers/update", event)
        self.engine.runtime.monitor.look(space, changed.id)
        return pb.UpdateContainerResponse(container=changed)

    def Delete(self, request: pb.DeleteContainerRequest, call: Call) -> Empty:
        """Remove a record, even of a container that runs."""
        space = self.store.space(call.namespace)
        if request.id not in space.containers:
            raise not_found(f"container {request.id}")
        del space.containers[request.id]
        self.publish(space, "/containers/delete", payloads.ContainerDelete(id=request.id))
        self.engine.collector.soon()
        return EMPTY

    def _found(self, request: pb.ListContainersRequest, call: Call) -> list[pb.Container]:
        wanted = compile_filters(request.filters)
        containers = self.store.space(call.namespace).containers
        return [containers[key] for key in sorted(containers) if wanted(_fields(containers[key]))]


def _fields(container: pb.Container) -> Fields:
    return fields(
        {
            "id": container.id,
            "image": container.image,
            "runtime.name": container.runtime.name,
            "snapshotter": container.snapshotter,
            "snapshotkey": container.snapshot_key,
        },
        {"labels": container.labels},
    )


def _check_immutable(container: pb.Container, given: pb.Container) -> None:
    if given.snapshotter != container.snapshotter:
        raise _immutable("container.Snapshotter")
    if given.runtime.name != container.runtime.name:
        raise _immutable("container.Runtime.Name")


def _immutable(field: str) -> Refusal:
    return invalid_argument(f"{field} field is immutable")


def _apply(container: pb.Container, given: pb.Container, path: str) -> None:
    """Copy one path of a mask."""
    if update_labels(container.labels, given.labels, path):
        return
    name, _, key = path.partition(".")
    if name == "extensions" and key:
        container.extensions[key].CopyFrom(given.extensions[key])
    elif path == "extensions":
        container.extensions.clear()
        for key, value in given.extensions.items():
            container.extensions[key].CopyFrom(value)
    elif path == "spec":
        container.spec.CopyFrom(given.spec)
    elif path == "image":
        container.image = given.image
    elif path == "snapshotkey":
        container.snapshot_key = given.snapshot_key
    else:
        raise invalid_argument(f'cannot update "{path}" field on "{container.id}"')
