"""What an image is made of: a tree of blobs, from the index down to generated layers."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from protos import types_pb2
from tui.demo.clock import rfc3339
from tui.demo.layers import LAYERS, Layer

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_DOCKER = {
    MANIFEST: "application/vnd.docker.distribution.manifest.v2+json",
    CONFIG: "application/vnd.docker.container.image.v1+json",
    LAYER: "application/vnd.docker.image.rootfs.diff.tar.gzip",
}
_EDGE = "containerd.io/gc.ref.content"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How an image is made."""

    name: str
    layers: tuple[str | Layer, ...]
    """From the lowest on; a text names one of the catalogue."""
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
        return [LAYERS[item] if isinstance(item, str) else item for item in self.layers]


@dataclass(frozen=True, slots=True)
class Blob:
    """One blob of an image, and those that it names."""

    kind: Literal["index", "manifest", "config", "layer"]
    media_type: str
    data: bytes | Layer
    children: "tuple[Blob, ...]" = ()
    architecture: str = ""
    """Of a manifest, the platform's."""

    @property
    def digest(self) -> str:
        """The digest of its bytes."""
        return self.data.digest if isinstance(self.data, Layer) else digest_of(self.data)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.data.size if isinstance(self.data, Layer) else len(self.data)

    @property
    def ref(self) -> str:
        """What its ingest is called while it is fetched."""
        return f"{self.kind}-{self.digest}"

    @property
    def descriptor(self) -> types_pb2.Descriptor:
        """How others name it."""
        return types_pb2.Descriptor(media_type=self.media_type, digest=self.digest, size=self.size)

    @property
    def edges(self) -> dict[str, str]:
        """The labels that keep the blobs it names from the collector."""
        if self.kind == "index":
            return {f"{_EDGE}.m.{i}": child.digest for i, child in enumerate(self.children)}
        labels = {f"{_EDGE}.config": child.digest for child in self.children[:1]}
        return labels | {f"{_EDGE}.l.{i}": x.digest for i, x in enumerate(self.children[1:])}

    @property
    def layers(self) -> list[Layer]:
        """Of a manifest, its layers from the lowest on."""
        return [child.data for child in self.children if isinstance(child.data, Layer)]

    @property
    def chain(self) -> list[str]:
        """Of a manifest, the chain IDs of its layers."""
        return chain_ids([layer.diff_id for layer in self.layers])

    @property
    def manifests(self) -> "tuple[Blob, ...]":
        """One for each platform."""
        return self.children if self.kind == "index" else (self,)

    def walk(self) -> "Iterator[Blob]":
        """Yield the blob and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def bundle(recipe: Recipe, architectures: Sequence[str]) -> Blob:
    """Make an image for the given platforms; the first one is the host's."""
    if recipe.docker:
        return _manifest(recipe, architectures[0])
    manifests = tuple(_manifest(recipe, architecture) for architecture in architectures)
    entries = []
    for manifest in manifests:
        platform = {"architecture": manifest.architecture, "os": "linux"}
        if manifest.architecture == "arm64":
            platform["variant"] = "v8"
        entries.append(_entry(manifest) | {"platform": platform})
    data = _json({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
    return Blob("index", INDEX, data, manifests)


def chain_ids(diff_ids: list[str]) -> list[str]:
    """The chain IDs of the OCI image specification, from the lowest layer on."""
    chain: list[str] = []
    for diff_id in diff_ids:
        text = f"{chain[-1]} {diff_id}" if chain else ""
        chain.append(f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" if text else diff_id)
    return chain


def digest_of(data: bytes) -> str:
    """The digest of some bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _manifest(recipe: Recipe, architecture: str) -> Blob:
    kinds = _DOCKER if recipe.docker else {kind: kind for kind in (MANIFEST, CONFIG, LAYER)}
    config = Blob("config", kinds[CONFIG], _config(recipe, architecture))
    layers = [Blob("layer", kinds[LAYER], part) for part in recipe.parts]
    data = _json(
        {
            "schemaVersion": 2,
            "mediaType": kinds[MANIFEST],
            "config": _entry(config),
            "layers": [_entry(layer) for layer in layers],
        }
    )
    return Blob("manifest", kinds[MANIFEST], data, (config, *layers), architecture)


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


def _entry(blob: Blob) -> dict[str, object]:
    return {"mediaType": blob.media_type, "digest": blob.digest, "size": blob.size}


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode()
