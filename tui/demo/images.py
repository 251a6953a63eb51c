"""The images of the world: real manifests and configs over generated layers, unpacked."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from protos import images_pb2, snapshots_pb2, types_pb2
from tui.demo.clock import rfc3339
from tui.demo.layers import LAYERS, Layer
from tui.demo.store import Space, Store

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_DOCKER = {
    MANIFEST: "application/vnd.docker.distribution.manifest.v2+json",
    CONFIG: "application/vnd.docker.container.image.v1+json",
    LAYER: "application/vnd.docker.image.rootfs.diff.tar.gzip",
}
_GC = "containerd.io/gc.ref"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an image is made."""

    name: str
    layers: tuple[str, ...]
    command: tuple[str, ...] = ("/bin/sh",)
    environment: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    docker: bool = False
    """A single docker manifest for the host's platform instead of an OCI index."""
    complete: bool = False
    """The content of all platforms is there, not the host's alone."""

    @property
    def parts(self) -> list[Layer]:
        """Its layers, from the lowest on."""
        return [LAYERS[name] for name in self.layers]


def chain_ids(diff_ids: list[str]) -> list[str]:
    """The chain IDs of the OCI image specification, from the lowest layer on."""
    chain: list[str] = []
    for diff_id in diff_ids:
        text = f"{chain[-1]} {diff_id}" if chain else ""
        chain.append(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" if text else diff_id)
    return chain


class Installer:
    """Puts images into namespaces as a pull would have."""

    def __init__(self, store: Store, architecture: str) -> None:
        self._store = store
        self._architecture = architecture

    def install(self, space: Space, recipe: Recipe) -> types_pb2.Descriptor:
        """Add the content, the unpacked layers and the image record; return its target."""
        others = [a for a in ("amd64", "arm64") if a != self._architecture]
        platforms = [self._architecture] if recipe.docker else [self._architecture, *others]
        manifests: list[tuple[bytes, str]] = []
        for architecture in platforms:
            here = architecture == self._architecture
            manifests.append(self._manifest(space, recipe, architecture, here or recipe.complete))
        top, top_type = manifests[0][0], manifests[0][1]
        if not recipe.docker:
            top, top_type = _index(manifests, platforms), INDEX
            edges = {f"{_GC}.content.m.{i}": _digest(data) for i, (data, _) in enumerate(manifests)}
            self._add(space, recipe, top, edges)
        self._unpack(space, recipe)
        target = types_pb2.Descriptor(media_type=top_type, digest=_digest(top), size=len(top))
        self.tag(space, recipe.name, target, recipe.labels)
        return target

    def tag(
        self,
        space: Space,
        name: str,
        target: types_pb2.Descriptor,
        labels: Mapping[str, str],
    ) -> None:
        """Give content a name."""
        image = images_pb2.Image(name=name, labels=labels, target=target)
        image.created_at.CopyFrom(self._store.clock.stamp())
        image.updated_at.CopyFrom(image.created_at)
        space.images[name] = image

    def _manifest(
        self, space: Space, recipe: Recipe, architecture: str, present: bool
    ) -> tuple[bytes, str]:
        """Make one platform's manifest and config, and keep them if they are to be there."""
        kinds = _DOCKER if recipe.docker else {kind: kind for kind in (MANIFEST, CONFIG, LAYER)}
        config = _config(recipe, architecture)
        layers = recipe.parts
        manifest = _json(
            {
                "schemaVersion": 2,
                "mediaType": kinds[MANIFEST],
                "config": _descriptor(kinds[CONFIG], _digest(config), len(config)),
                "layers": [_descriptor(kinds[LAYER], part.digest, part.size) for part in layers],
            }
        )
        if present:
            chain = chain_ids([part.diff_id for part in layers])
            self._add(space, recipe, config, {f"{_GC}.snapshot.overlayfs": chain[-1]})
            edges = {f"{_GC}.content.config": _digest(config)}
            edges |= {f"{_GC}.content.l.{i}": part.digest for i, part in enumerate(layers)}
            self._add(space, recipe, manifest, edges)
            for part in layers:
                self._add(space, recipe, part, {"containerd.io/uncompressed": part.diff_id})
        return manifest, kinds[MANIFEST]

    def _add(
        self, space: Space, recipe: Recipe, blob: bytes | Layer, labels: dict[str, str]
    ) -> None:
        registry, _, path = recipe.name.partition("/")
        source = {f"containerd.io/distribution.source.{registry}": path.rpartition(":")[0]}
        digest = blob.digest if isinstance(blob, Layer) else _digest(blob)
        if digest in space.content:
            space.content[digest].labels.update(labels | source)
        else:
            self._store.add_blob(space, blob, labels | source, self._store.clock.now())

    def _unpack(self, space: Space, recipe: Recipe) -> None:
        tree, now, parent = space.tree("overlayfs"), self._store.clock.now(), ""
        chain = chain_ids([part.diff_id for part in recipe.parts])
        for name, part in zip(chain, recipe.parts, strict=True):
            if name not in tree.nodes:
                labels = {"containerd.io/snapshot.ref": name}
                key = f"extract-{int(now * 1e9) % 10**9}-{part.name[:4]} {name}"
                node = tree.add(key, parent, snapshots_pb2.ACTIVE, labels, now)
                node.files.update(part.files)
                tree.commit(key, name, labels, now)
            parent = name


def _config(recipe: Recipe, architecture: str) -> bytes:
    created = rfc3339(1_735_689_600)
    return _json(
        {
            "created": created,
            "architecture": architecture,
            "os": "linux",
            "config": {
                "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", *recipe.environment],
                "Cmd": list(recipe.command),
                "Labels": {"org.opencontainers.image.ref.name": recipe.name, **recipe.labels},
                "WorkingDir": "/",
            },
            "rootfs": {"type": "layers", "diff_ids": [part.diff_id for part in recipe.parts]},
            "history": [
                {"created": created, "created_by": f"ADD {part.name}.tar /"}
                for part in recipe.parts
            ],
        }
    )


def _index(manifests: list[tuple[bytes, str]], platforms: list[str]) -> bytes:
    entries = []
    for (data, kind), architecture in zip(manifests, platforms, strict=True):
        platform = {"architecture": architecture, "os": "linux"}
        if architecture == "arm64":
            platform["variant"] = "v8"
        entries.append(_descriptor(kind, _digest(data), len(data)) | {"platform": platform})
    return _json({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})


def _descriptor(media_type: str, digest: str, size: int) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest, "size": size}


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
