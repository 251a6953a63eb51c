"""containerd.services.leases.v1: what holds things that nothing refers to yet."""

from google.protobuf.empty_pb2 import Empty

from protos import leases_pb2 as pb
from tui.demo.filters import compile_filters, fields
from tui.demo.refusals import already_exists, invalid_argument, not_found, unimplemented
from tui.demo.router import Call
from tui.demo.services.base import EMPTY, Service, required
from tui.demo.store import Lease, Space, checked_labels


class Leases(Service):
    """The leases of a namespace."""

    def Create(self, request: pb.CreateRequest, call: Call) -> pb.CreateResponse:
        """Make a lease."""
        if not request.id:
            raise invalid_argument("lease id must be provided")
        checked_labels(request.labels)
        space = self.store.written(call.namespace)
        if request.id in space.leases:
            raise already_exists(f'lease "{request.id}"')
        lease = pb.Lease(id=request.id, labels=request.labels, created_at=self.clock.stamp())
        space.leases[lease.id] = Lease(lease)
        return pb.CreateResponse(lease=lease)

    def Delete(self, request: pb.DeleteRequest, call: Call) -> Empty:
        """End a lease; what it alone held goes soon, or at once when `sync`."""
        space = self.store.space(call.namespace)
        _find(space, request.id)
        del space.leases[request.id]
        if request.sync:
            self.engine.collector.run()
        else:
            self.engine.collector.soon()
        return EMPTY

    def List(self, request: pb.ListRequest, call: Call) -> pb.ListResponse:
        """The leases that pass the filters, by id."""
        wanted = compile_filters(request.filters)
        leases = [item.lease for _, item in sorted(self.store.space(call.namespace).leases.items())]
        return pb.ListResponse(
            leases=[
                lease
                for lease in leases
                if wanted(fields({"id": lease.id}, {"labels": lease.labels}))
            ]
        )

    def AddResource(self, request: pb.AddResourceRequest, call: Call) -> Empty:
        """Have a lease hold something."""
        required(request, "resource")
        space = self.store.space(call.namespace)
        _find(space, request.id).resources.add(_resource(space, request.resource))
        return EMPTY

    def DeleteResource(self, request: pb.DeleteResourceRequest, call: Call) -> Empty:
        """Have a lease let go of something."""
        required(request, "resource")
        space = self.store.space(call.namespace)
        _find(space, request.id).resources.discard(_resource(space, request.resource))
        return EMPTY

    def ListResources(
        self, request: pb.ListResourcesRequest, call: Call
    ) -> pb.ListResourcesResponse:
        """What a lease holds."""
        resources = sorted(_find(self.store.space(call.namespace), request.id).resources)
        return pb.ListResourcesResponse(
            resources=[pb.Resource(type=kind, id=key) for kind, key in resources]
        )


def _find(space: Space, lease_id: str) -> Lease:
    if lease_id not in space.leases:
        raise not_found(f'lease "{lease_id}"')
    return space.leases[lease_id]


def _resource(space: Space, resource: pb.Resource) -> tuple[str, str]:
    kind, _, snapshotter = resource.type.partition("/")
    if kind == "snapshots":
        space.tree(snapshotter)
    elif resource.type not in ("content", "ingests", "images"):
        raise unimplemented(f"resource type {resource.type} not supported yet")
    return resource.type, resource.id
