"""The scripted world: its past is lived through quickly, then it goes on by itself."""

import heapq
import random
from collections.abc import Callable, Mapping

from google.protobuf.any_pb2 import Any

from protos import containers_pb2, leases_pb2, snapshots_pb2, tasks_pb2
from tui.demo.bundle import chain_ids
from tui.demo.cast import CLUSTER_IMAGES, DAY, IMAGES, MAIN, Role, extras
from tui.demo.clock import rfc3339
from tui.demo.cluster import docker_containers, pods
from tui.demo.gauges import LOADS, MIB
from tui.demo.images import Installer, host_architecture
from tui.demo.runtime import CGROUP_V1, Runtime
from tui.demo.script import ANNOTATION, LOAD
from tui.demo.specs import spec
from tui.demo.store import Ingest, Lease, Space, Store

_OLDEST = 61 * DAY
_RUNTIME = "io.containerd.runc.v2"


class World:
    """Fills a store.

    Args:
        store: to be filled.
        runtime: runs its tasks.
        seed: makes everything that is made up.
    """

    def __init__(self, store: Store, runtime: Runtime, seed: int) -> None:
        self._store = store
        self._runtime = runtime
        self._seed = seed
        self._installer = Installer(store, host_architecture())
        self._tops = {
            recipe.name: chain_ids([part.diff_id for part in recipe.parts])[-1]
            for recipe in (*IMAGES, *CLUSTER_IMAGES)
        }

    def build(self, containers: int) -> None:
        """Make everything, as of the time the clock shows, with `containers` in ``default``."""
        clock, now = self._store.clock, self._store.clock.now()
        clock.freeze(now - _OLDEST)
        with self._store.bus.muted():
            self._images()
            past: list[tuple[float, int, Callable[[], None]]] = []
            roles = [*MAIN[:containers], *extras(containers - len(MAIN), self._seed)]
            self._enact(past, now, "default", roles)
            for namespace, made in (("k8s.io", pods()), ("moby", docker_containers())):
                for role, decorate in made:
                    self._enact(past, now, namespace, [role], decorate)
            heapq.heappush(past, (now - 3 * DAY, len(past), self._odds_and_ends))
            while past:
                when, _, action = heapq.heappop(past)
                clock.advance(when - clock.now())
                action()
            clock.advance(now - clock.now())

    def _enact(
        self,
        past: list[tuple[float, int, Callable[[], None]]],
        now: float,
        namespace: str,
        roles: list[Role],
        decorate: Callable[[containers_pb2.Container], None] | None = None,
    ) -> None:
        """Note when each container was made, and when its task was."""
        space = self._store.written(namespace)
        for role in roles:
            action = self._action(self.add, space, role, decorate)
            heapq.heappush(past, (now - role.age, len(past), action))
            if role.state != "none":
                begun = now - (role.age - 1 if role.up is None else role.up)
                action = self._action(self.run, space, role)
                heapq.heappush(past, (begun, len(past), action))

    def _action(self, func: Callable[..., None], *args: object) -> Callable[[], None]:
        return lambda: func(*args)

    def add(
        self,
        space: Space,
        role: Role,
        decorate: Callable[[containers_pb2.Container], None] | None = None,
    ) -> None:
        """Make a container record and its snapshot, without a word."""
        now = self._store.clock.now()
        container = containers_pb2.Container(
            id=role.id,
            labels=role.labels,
            image=role.image,
            runtime=containers_pb2.Container.Runtime(
                name=_RUNTIME, options=Any(type_url="containerd.runc.v1.Options")
            ),
            spec=self._spec(space.name, role),
        )
        if role.image in space.images:
            container.snapshotter, container.snapshot_key = "overlayfs", role.id
            tree = space.tree("overlayfs")
            parent = self._tops.get(role.image, "")
            labels: Mapping[str, str] = {}
            node = tree.add(
                role.id, parent if parent in tree.nodes else "", snapshots_pb2.ACTIVE, labels, now
            )
            node.files.update(self._changes(space.name, role.id))
        container.created_at.CopyFrom(self._store.clock.stamp())
        container.updated_at.CopyFrom(container.created_at)
        if decorate is not None:
            decorate(container)
        space.containers[role.id] = container

    def run(self, space: Space, role: Role) -> None:
        """Make its task, and start it."""
        if role.id not in space.containers:
            return
        mounts = []
        container = space.containers[role.id]
        if container.snapshot_key:
            mounts = space.tree(container.snapshotter).mounts(container.snapshot_key)
        request = tasks_pb2.CreateTaskRequest(container_id=role.id, rootfs=mounts)
        self._runtime.create(space, request)
        if role.state != "created":
            self._runtime.start(space, role.id)
        if role.state == "paused":
            clock = self._store.clock
            clock.call_later(role.age * 0.9, lambda: self._runtime.pause(space, role.id))

    def _spec(self, namespace: str, role: Role) -> Any:
        annotations = {ANNOTATION: role.script, LOAD: role.load}
        if role.cgroup_v1:
            annotations[CGROUP_V1] = "true"
        docker = f"/docker/{role.id}" if namespace == "moby" else ""
        return spec(
            namespace,
            role.id,
            role.args or ("/bin/sh",),
            environment=role.environment,
            annotations=annotations,
            memory=LOADS[role.load].limit * MIB,
            cgroups_path=docker,
        )

    def _changes(self, namespace: str, container_id: str) -> dict[str, bytes | int]:
        """What a container has written since it was made."""
        rng = random.Random(f"{self._seed}/{namespace}/{container_id}/changes")
        files: dict[str, bytes | int] = {
            "etc/hostname": f"{container_id[:12]}\n".encode(),
            "etc/hosts": b"127.0.0.1 localhost\n",
            "var/log/app.log": rng.randint(20_000, 9_000_000),
        }
        for number in range(rng.randint(0, 9)):
            files[f"var/lib/app/{number:02}.dat"] = rng.randint(4_000, 2_000_000)
        return files

    def _images(self) -> None:
        main, cluster = self._store.written("default"), self._store.written("k8s.io")
        for recipe in IMAGES:
            self._installer.install(main, recipe)
        for recipe in CLUSTER_IMAGES:
            labels = {"io.cri-containerd.image": "managed"}
            target = self._installer.install(cluster, recipe)
            cluster.images[recipe.name].labels.update(labels)
            # The CRI plugin keeps each image under three names.
            repository = recipe.name.rpartition(":")[0]
            self._installer.tag(cluster, f"{repository}@{target.digest}", target, labels)
            self._installer.tag(cluster, target.digest, target, labels)
        self._store.written("moby").labels["containerd.io/defaults/runtime"] = _RUNTIME

    def _odds_and_ends(self) -> None:
        """What lies about on a host: a forgotten snapshot, a view, a pull that broke off."""
        space, now = self._store.written("default"), self._store.clock.now()
        tree = space.tree("overlayfs")
        root = {"containerd.io/gc.root": rfc3339(now)}
        chain = self._tops["docker.io/library/nginx:1.27"]
        tree.add("web-canary", chain, snapshots_pb2.ACTIVE, root, now).files.update(
            self._changes("default", "web-canary")
        )
        tree.add("inspect-redis", self._tops["docker.io/library/redis:7.4"], snapshots_pb2.VIEW,
                 root, now)  # fmt: skip
        space.tree("native").add("scratch", "", snapshots_pb2.ACTIVE, root, now)
        target = "sha256:" + f"{random.Random(self._seed).getrandbits(256):064x}"
        key = f"extract-804114253-Xq3b {target}"
        labels = {"containerd.io/snapshot.ref": target}
        tree.add(key, "", snapshots_pb2.ACTIVE, labels, now).files["usr/lib/half"] = 7_340_032
        lease = leases_pb2.Lease(
            id=f"{int(now)}-pull",
            created_at=self._store.clock.stamp(),
            labels={"containerd.io/gc.expire": rfc3339(now + 30 * DAY)},
        )
        ref = f"layer-{target}"
        space.leases[lease.id] = Lease(lease, {("snapshots/overlayfs", key), ("ingests", ref)})
        ingest = Ingest(ref, now, now, total=31_201_882, expected=target)
        ingest.add(random.Random(self._seed).randbytes(180_224), now)
        space.ingests[ref] = ingest
