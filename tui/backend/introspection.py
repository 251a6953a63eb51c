"""Introspection and version: who the daemon is and what it is made of."""

from google.protobuf.empty_pb2 import Empty

from protos import introspection_pb2
from tui.backend.errors import NotContainerd, Unsupported
from tui.backend.verbs import Verbs
from tui.state.models import Server

_SNAPSHOTTER = "io.containerd.snapshotter.v1"


class Introspection(Verbs):
    """Verbs about the daemon itself."""

    async def server(self) -> Server:
        """Return who the daemon is and which snapshotters of it work.

        Raises:
            NotContainerd: something else answers at the address.
            Unavailable: nothing does.
            Timeout: it hangs.
        """
        try:
            version = await self.client.call(self.client.version.Version, Empty())
        except Unsupported:
            raise NotContainerd(
                f"What answers at {self.client.address} speaks gRPC, but is not containerd."
            ) from None
        identity = await self.client.call(self.client.introspection.Server, Empty())
        return Server(
            version=version.version,
            revision=version.revision,
            uuid=identity.uuid,
            pid=identity.pid,
            snapshotters=tuple(await self.list_snapshotters()),
        )

    async def list_snapshotters(self) -> list[str]:
        """Return the names of the snapshotters that are loaded and work.

        Raises:
            BackendError: the daemon does not answer.
        """
        request = introspection_pb2.PluginsRequest(filters=[f"type=={_SNAPSHOTTER}"])
        response = await self.client.call(self.client.introspection.Plugins, request)
        return [
            plugin.id
            for plugin in response.plugins
            if plugin.type == _SNAPSHOTTER and not plugin.init_err.code
        ]

    async def _release(self) -> tuple[int, int, int]:
        """Return the leading numbers of the version, which decide how some things are done."""
        response = await self.client.call(self.client.version.Version, Empty())
        return Server(response.version, response.revision, "", 0, ()).release
