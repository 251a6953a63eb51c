"""Namespaces: the tenants of the daemon."""

from protos import namespaces_pb2
from tui.backend import convert
from tui.backend.verbs import Verbs
from tui.state.models import Namespace


class Namespaces(Verbs):
    """Verbs about namespaces."""

    async def list_namespaces(self) -> list[Namespace]:
        """Return all namespaces, by name.

        Raises:
            BackendError: the daemon does not answer.
        """
        request = namespaces_pb2.ListNamespacesRequest()
        response = await self.client.call(self.client.namespaces.List, request)
        return sorted(map(convert.namespace, response.namespaces), key=lambda each: each.name)
