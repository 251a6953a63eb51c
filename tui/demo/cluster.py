"""Containers that others manage: pods as the CRI plugin keeps them, and dockerd's."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping

from protos import containers_pb2
from tui.demo.cast import COREDNS, DAY, GRAFANA, HOUR, METRICS, PAUSE, Role

Decorate = Callable[[containers_pb2.Container], None]
_CRI = "io.cri-containerd"
_CONTAINER_TYPE = "github.com/containerd/cri/pkg/store/container/Metadata"
_SANDBOX_TYPE = "github.com/containerd/cri/pkg/store/sandbox/Metadata"
_PODS = (
    ("coredns-7db6d8ff4d-4mwqz", "kube-system", "coredns", COREDNS.name, "agent", 9 * DAY),
    ("metrics-server-67c658944b-c2xvr", "kube-system", "metrics-server", METRICS.name, "agent",
     9 * DAY),
    ("grafana-0", "monitoring", "grafana", GRAFANA.name, "api", 26 * HOUR),
)  # fmt: skip


def _identifier(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def pods() -> Iterator[tuple[Role, Decorate]]:
    """Each pod's sandbox and container, with what fills in the CRI plugin's own data."""
    for number, (pod, namespace, name, image, load, age) in enumerate(_PODS):
        uid = _identifier(pod)[:36]
        sandbox_id, container_id = _identifier(f"{pod}/sandbox"), _identifier(f"{pod}/{name}")
        labels = {
            "io.kubernetes.pod.name": pod,
            "io.kubernetes.pod.namespace": namespace,
            "io.kubernetes.pod.uid": uid,
        }
        sandbox = Role(
            sandbox_id,
            PAUSE.name,
            age,
            "idle",
            ("/pause",),
            labels={**labels, f"{_CRI}.kind": "sandbox"},
        )
        yield sandbox, _sandbox_metadata(sandbox_id, pod, namespace, uid, 12 + number)
        container = Role(
            container_id,
            image,
            age - 5,
            load,
            (f"/{name}",),
            labels={**labels, f"{_CRI}.kind": "container", "io.kubernetes.container.name": name},
        )
        yield container, _container_metadata(container_id, sandbox_id, name, pod, namespace, uid)


def docker_containers() -> Iterator[tuple[Role, Decorate]]:
    """What dockerd runs: ids, and next to nothing else."""
    for name, age in (("registry", 12 * DAY), ("gitlab-runner", 4 * HOUR)):
        container_id = _identifier(f"docker/{name}")
        label = {"com.docker/engine.bundle.path": f"/var/run/docker/containerd/{container_id}"}
        yield Role(container_id, "", age, "agent", (name,), labels=label), lambda _: None


def _sandbox_metadata(sandbox_id: str, pod: str, namespace: str, uid: str, number: int) -> Decorate:
    metadata = {
        "ID": sandbox_id,
        "Name": f"{pod}_{namespace}_{uid}_0",
        "Config": {
            "metadata": {"name": pod, "uid": uid, "namespace": namespace},
            "log_directory": f"/var/log/pods/{namespace}_{pod}_{uid}",
        },
        "NetNSPath": f"/var/run/netns/cni-{uid[:8]}",
        "IP": f"10.244.0.{number}",
        "RuntimeHandler": "",
    }

    def decorate(container: containers_pb2.Container) -> None:
        extension = container.extensions[f"{_CRI}.sandbox.metadata"]
        extension.type_url, extension.value = _SANDBOX_TYPE, _versioned(metadata)
        container.sandbox = sandbox_id

    return decorate


def _container_metadata(
    container_id: str, sandbox_id: str, name: str, pod: str, namespace: str, uid: str
) -> Decorate:
    metadata = {
        "ID": container_id,
        "Name": f"{name}_{pod}_{namespace}_{uid}_0",
        "SandboxID": sandbox_id,
        "Config": {"metadata": {"name": name}, "log_path": f"{name}/0.log"},
        "LogPath": f"/var/log/pods/{namespace}_{pod}_{uid}/{name}/0.log",
        "StopSignal": "SIGTERM",
    }

    def decorate(container: containers_pb2.Container) -> None:
        extension = container.extensions[f"{_CRI}.container.metadata"]
        extension.type_url, extension.value = _CONTAINER_TYPE, _versioned(metadata)
        container.sandbox = sandbox_id

    return decorate


def _versioned(metadata: Mapping[str, object]) -> bytes:
    return json.dumps({"Version": "v1", "Metadata": metadata}).encode()
