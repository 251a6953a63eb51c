"""containerd.services.introspection.v1: the plugins and the server's identity."""

import os
import platform
import uuid

from google.protobuf.empty_pb2 import Empty

from protos import introspection_pb2, rpc_status_pb2, types_pb2
from tui.demo.filters import compile_filters, fields
from tui.demo.refusals import not_found
from tui.demo.router import Call
from tui.demo.store import ROOT

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}
_GRPC = "io.containerd.grpc.v1"
_SERVICES = (
    "containers", "content", "diff", "events", "healthcheck", "images", "introspection", "leases",
    "namespaces", "snapshots", "streaming", "tasks", "transfer", "version",
)  # fmt: skip
_SKIPPED = {
    "btrfs": "path must be a btrfs filesystem to be used with the btrfs snapshotter: skip plugin",
    "devmapper": "devmapper not configured: skip plugin",
    "zfs": "path must be a zfs filesystem to be used with the zfs snapshotter: skip plugin",
}


def architecture() -> str:
    """The host's architecture in Go's words."""
    machine = platform.machine()
    return _ARCHITECTURES.get(machine, machine)


class Introspection:
    """What is loaded, and who serves it."""

    def __init__(self, seed: int) -> None:
        self._uuid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"c9d-demo-{seed}"))
        self._plugins = _plugins()

    def Server(self, _request: Empty, _call: Call) -> introspection_pb2.ServerResponse:
        """The engine's identity and process."""
        namespace = os.stat("/proc/self/ns/pid").st_ino if os.path.exists("/proc/self/ns") else 0
        return introspection_pb2.ServerResponse(uuid=self._uuid, pid=os.getpid(), pidns=namespace)

    def Plugins(
        self, request: introspection_pb2.PluginsRequest, _call: Call
    ) -> introspection_pb2.PluginsResponse:
        """The plugins that pass the filters."""
        wanted = compile_filters(request.filters)
        return introspection_pb2.PluginsResponse(
            plugins=[p for p in self._plugins if wanted(fields({"type": p.type, "id": p.id}))]
        )

    def PluginInfo(
        self, request: introspection_pb2.PluginInfoRequest, _call: Call
    ) -> introspection_pb2.PluginInfoResponse:
        """One plugin."""
        for plugin in self._plugins:
            if (plugin.type, plugin.id) == (request.type, request.id):
                return introspection_pb2.PluginInfoResponse(plugin=plugin)
        raise not_found(f"plugin {request.type}.{request.id}")


def _plugins() -> list[introspection_pb2.Plugin]:
    plugin = introspection_pb2.Plugin
    here = [types_pb2.Platform(os="linux", architecture=architecture())]
    content = f"{ROOT}/io.containerd.content.v1.content"
    thresholds = {"deletion_threshold": "0", "mutation_threshold": "100", "pause_threshold": "0.02"}
    found = [
        plugin(type="io.containerd.content.v1", id="content", exports={"root": content}),
        plugin(type="io.containerd.event.v1", id="exchange"),
    ]
    for name, capabilities in (("native", ["sharedfs"]), ("overlayfs", ["remap-ids"])):
        root = f"{ROOT}/io.containerd.snapshotter.v1.{name}"
        found.append(
            plugin(
                type="io.containerd.snapshotter.v1",
                id=name,
                platforms=here,
                exports={"root": root},
                capabilities=capabilities,
            )
        )
    for name, reason in _SKIPPED.items():
        found.append(
            plugin(
                type="io.containerd.snapshotter.v1",
                id=name,
                platforms=here,
                init_err=rpc_status_pb2.Status(code=2, message=reason),
            )
        )
    policies = ["no", "always", "on-failure", "unless-stopped"]
    found += [
        plugin(type="io.containerd.metadata.v1", id="bolt", exports={"policy": "shared"}),
        plugin(type="io.containerd.gc.v1", id="scheduler", exports=thresholds),
        plugin(type="io.containerd.differ.v1", id="walking", platforms=here),
        plugin(type="io.containerd.lease.v1", id="manager"),
        plugin(type="io.containerd.runtime.v2", id="task", platforms=here),
        plugin(type="io.containerd.streaming.v1", id="manager"),
        plugin(type="io.containerd.transfer.v1", id="local"),
        plugin(type="io.containerd.monitor.container.v1", id="restart", capabilities=policies),
        plugin(type="io.containerd.monitor.task.v1", id="cgroups", platforms=here),
    ]
    return found + [plugin(type=_GRPC, id=name) for name in _SERVICES]
