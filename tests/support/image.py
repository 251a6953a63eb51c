"""Builds images in memory, in pure Python, with the same digests every time."""

from __future__ import annotations

import gzip
import hashlib
import json
import platform as host
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import zstandard

from tests.support.layer import Layer, busybox_layer, tar_of

Kind = Literal["oci", "docker"]

_OCI = "application/vnd.oci.image"
_DOCKER = "application/vnd.docker"
_MEDIA: dict[Kind, dict[str, str]] = {
    "oci": {
        "index": f"{_OCI}.index.v1+json",
        "manifest": f"{_OCI}.manifest.v1+json",
        "config": f"{_OCI}.config.v1+json",
        "tar": f"{_OCI}.layer.v1.tar",
        "tar+gzip": f"{_OCI}.layer.v1.tar+gzip",
        "tar+zstd": f"{_OCI}.layer.v1.tar+zstd",
    },
    "docker": {
        "index": f"{_DOCKER}.distribution.manifest.list.v2+json",
        "manifest": f"{_DOCKER}.distribution.manifest.v2+json",
        "config": f"{_DOCKER}.container.image.v1+json",
        "tar": f"{_DOCKER}.image.rootfs.diff.tar",
        "tar+gzip": f"{_DOCKER}.image.rootfs.diff.tar.gzip",
        "tar+zstd": f"{_DOCKER}.image.rootfs.diff.tar.zstd",
    },
}
_CREATED = "1970-01-01T00:00:00Z"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}


@dataclass(frozen=True)
class Descriptor:
    """Where a blob is: its media type, digest and size in bytes."""

    media_type: str
    digest: str
    size: int
    platform: Mapping[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """Returns the form that manifests and indexes contain."""
        fields = {"mediaType": self.media_type, "digest": self.digest, "size": self.size}
        return fields | ({"platform": dict(self.platform)} if self.platform else {})


@dataclass(frozen=True)
class BuiltImage:
    """An image: what its name points at, and every blob by digest."""

    reference: str
    target: Descriptor
    blobs: Mapping[str, bytes] = field(repr=False)
    manifests: tuple[Descriptor, ...]

    def manifest(self, number: int = 0) -> dict[str, Any]:
        """Returns a manifest; an index has several, a plain image one."""
        return _object(self.blobs[self.manifests[number].digest])

    def config(self, number: int = 0) -> dict[str, Any]:
        """Returns the image configuration that a manifest names."""
        return _object(self.blobs[self.manifest(number)["config"]["digest"]])

    def diff_ids(self, number: int = 0) -> list[str]:
        """Returns the digests of the uncompressed layers, the lowest first."""
        return [str(diff_id) for diff_id in self.config(number)["rootfs"]["diff_ids"]]

    def tar(self) -> bytes:
        """Returns the OCI archive that `ctr images import` takes."""
        named = self.target.as_json()
        named["annotations"] = {
            "io.containerd.image.name": self.reference,
            "org.opencontainers.image.ref.name": self.reference.rpartition(":")[2],
        }
        index = {"schemaVersion": 2, "manifests": [named]}
        files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": _json(index)}
        files |= {f"blobs/{d.replace(':', '/')}": blob for d, blob in self.blobs.items()}
        return tar_of({path: (blob, 0o644) for path, blob in files.items()})


def build_image(
    layers: Sequence[Layer], *, reference: str, cmd: Sequence[str] = (),
    entrypoint: Sequence[str] = (), env: Mapping[str, str] | None = None, workdir: str = "/",
    user: str = "", stop_signal: str = "", labels: Mapping[str, str] | None = None,
    kind: Kind = "oci", compressed: bool | Literal["zstd"] = True, platform: str | None = None,
) -> BuiltImage:  # fmt: skip
    """Builds an image of one platform.

    Args:
        layers: the lowest first.
        reference: the image's name, `host/path:tag`.
        cmd: the default command; with `entrypoint`, its arguments.
        entrypoint: the command that arguments are given to.
        env: the environment; PATH is added if it is not there.
        workdir: the working directory.
        user: `uid[:gid]`, or a name if a layer has /etc/passwd.
        stop_signal: such as `SIGQUIT`.
        labels: the labels in the configuration.
        kind: the media types, OCI's or Docker's schema 2.
        compressed: whether layers are gzipped, or compressed otherwise.
        platform: `os/architecture[/variant]`; this machine's if not given.
    """
    media = _MEDIA[kind]
    blobs: dict[str, bytes] = {}
    diff_ids, layer_descriptors = [], []
    for layer in layers:
        plain = tar_of(layer)
        diff_ids.append(_digest(plain))
        media_type, data = _compressed(plain, compressed)
        layer_descriptors.append(_add(blobs, media[media_type], data).as_json())
    where = _platform(platform or this_platform())
    runs = {
        "Cmd": list(cmd),
        "Entrypoint": list(entrypoint),
        "Env": [f"{k}={v}" for k, v in ({"PATH": "/bin:/usr/bin"} | dict(env or {})).items()],
        "WorkingDir": workdir,
        "User": user,
        "StopSignal": stop_signal,
        "Labels": dict(labels or {}),
    }
    config = where | {
        "created": _CREATED,
        "config": {key: value for key, value in runs.items() if value},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [{"created": _CREATED, "created_by": "c9d tests"} for _ in layers],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": media["manifest"],
        "config": _add(blobs, media["config"], _json(config)).as_json(),
        "layers": layer_descriptors,
    }
    target = _add(blobs, media["manifest"], _json(manifest))
    named = Descriptor(target.media_type, target.digest, target.size, where)
    return BuiltImage(reference, target, blobs, (named,))


def build_index(images: Sequence[BuiltImage], *, reference: str, kind: Kind = "oci") -> BuiltImage:
    """Builds an image of several platforms from images of one platform each."""
    manifests = tuple(manifest for image in images for manifest in image.manifests)
    index = {
        "schemaVersion": 2,
        "mediaType": _MEDIA[kind]["index"],
        "manifests": [manifest.as_json() for manifest in manifests],
    }
    blobs = {digest: blob for image in images for digest, blob in image.blobs.items()}
    return BuiltImage(reference, _add(blobs, _MEDIA[kind]["index"], _json(index)), blobs, manifests)


def busybox_image(
    reference: str = "c9d.test/busybox:1", *, cmd: Sequence[str] = ("sleep", "3600"),
    more: Sequence[Layer] = (), **options: Any,
) -> BuiltImage:  # fmt: skip
    """Builds an image with a shell and the usual commands, which can really run.

    Args:
        reference: the image's name.
        cmd: the default command.
        more: layers on top.
        options: as `build_image` takes them.

    Raises:
        FileNotFoundError: the engines are not there, and busybox with them.
    """
    return build_image([busybox_layer(), *more], reference=reference, cmd=cmd, **options)


def chain_ids(image: BuiltImage, number: int = 0) -> list[str]:
    """Returns the name of the committed snapshot of each layer with all below it."""
    chain: list[str] = []
    for diff_id in image.diff_ids(number):
        chain.append(_digest(f"{chain[-1]} {diff_id}".encode()) if chain else diff_id)
    return chain


def this_platform() -> str:
    """Returns this machine's platform, as `os/architecture`."""
    return f"linux/{_ARCHITECTURES.get(host.machine(), host.machine())}"


def _compressed(plain: bytes, how: bool | Literal["zstd"]) -> tuple[str, bytes]:
    """Returns the kind and the bytes of a layer as it travels."""
    if how == "zstd":
        return "tar+zstd", zstandard.ZstdCompressor().compress(plain)
    if how:
        return "tar+gzip", gzip.compress(plain, compresslevel=6, mtime=0)
    return "tar", plain


def _platform(text: str) -> dict[str, str]:
    return dict(zip(("os", "architecture", "variant"), text.split("/"), strict=False))


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _object(blob: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(blob)
    return value


def _add(blobs: dict[str, bytes], media_type: str, data: bytes) -> Descriptor:
    digest = _digest(data)
    blobs[digest] = data
    return Descriptor(media_type, digest, len(data))
