"""containerd.services.namespaces.v1."""

from google.protobuf.empty_pb2 import Empty

from protos import event_payloads_pb2 as payloads
from protos import namespaces_pb2 as pb
from tui.demo.refusals import already_exists, not_found
from tui.demo.router import Call
from tui.demo.services.base import EMPTY, Service, required
from tui.demo.store import Space, checked_empty, checked_identifier, checked_labels, update_labels


class Namespaces(Service):
    """The tenants."""

    def Get(self, request: pb.GetNamespaceRequest, _call: Call) -> pb.GetNamespaceResponse:
        """One namespace."""
        return pb.GetNamespaceResponse(namespace=_message(self._find(request.name)))

    def List(self, _request: pb.ListNamespacesRequest, _call: Call) -> pb.ListNamespacesResponse:
        """All namespaces; a daemon takes no notice of the filter."""
        spaces = sorted(self.store.spaces.values(), key=lambda space: space.name)
        return pb.ListNamespacesResponse(namespaces=[_message(space) for space in spaces])

    def Create(self, request: pb.CreateNamespaceRequest, _call: Call) -> pb.CreateNamespaceResponse:
        """Make a namespace."""
        required(request, "namespace")
        name = checked_identifier(request.namespace.name)
        checked_labels(request.namespace.labels)
        if name in self.store.spaces:
            raise already_exists(f'namespace "{name}"')
        space = self.store.written(name)
        space.labels.update(request.namespace.labels)
        self.publish(
            space, "/namespaces/create", payloads.NamespaceCreate(name=name, labels=space.labels)
        )
        return pb.CreateNamespaceResponse(namespace=_message(space))

    def Update(self, request: pb.UpdateNamespaceRequest, _call: Call) -> pb.UpdateNamespaceResponse:
        """Change labels; without a mask those given are set and the others stay."""
        required(request, "namespace")
        space = self._find(request.namespace.name)
        given = request.namespace.labels
        for path in request.update_mask.paths or [f"labels.{key}" for key in given]:
            update_labels(space.labels, given, path)
        self.publish(
            space,
            "/namespaces/update",
            payloads.NamespaceUpdate(name=space.name, labels=space.labels),
        )
        return pb.UpdateNamespaceResponse(namespace=_message(space))

    def Delete(self, request: pb.DeleteNamespaceRequest, _call: Call) -> Empty:
        """Remove an empty namespace."""
        space = self._find(request.name)
        checked_empty(space)
        del self.store.spaces[space.name]
        self.publish(space, "/namespaces/delete", payloads.NamespaceDelete(name=space.name))
        return EMPTY

    def _find(self, name: str) -> Space:
        if name not in self.store.spaces:
            raise not_found(f'namespace "{name}"')
        return self.store.spaces[name]


def _message(space: Space) -> pb.Namespace:
    return pb.Namespace(name=space.name, labels=space.labels)
