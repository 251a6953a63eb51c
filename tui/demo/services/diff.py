"""containerd.services.diff.v1: layers into snapshots, and changes of a snapshot into layers."""

import asyncio
import hashlib
import io
import tarfile
import zlib

from protos import diff_pb2 as pb
from protos import types_pb2
from tui.demo.layers import Layer, gzipped
from tui.demo.refusals import invalid_argument, not_found, shim, unimplemented
from tui.demo.router import Call
from tui.demo.services.base import Service, required
from tui.demo.store import Space
from tui.demo.tree import Disk, Node, mounted_node
from tui.demo.writer import commit_blob

TAR = "application/vnd.oci.image.layer.v1.tar"
GZIP = f"{TAR}+gzip"
_DOCKER_TAR = "application/vnd.docker.image.rootfs.diff.tar"
_APPLICABLE = {TAR, GZIP, _DOCKER_TAR, f"{_DOCKER_TAR}.gzip"}
UNCOMPRESSED = "containerd.io/uncompressed"
_KEPT = 1 << 16
"""Files up to this size are kept with their content, of larger ones only the size."""


class Diff(Service):
    """The walking differ."""

    async def Apply(self, request: pb.ApplyRequest, call: Call) -> pb.ApplyResponse:
        """Unpack a layer into mounts; return what it is uncompressed."""
        required(request, "diff")
        space = self.store.space(call.namespace)
        digest, media_type = request.diff.digest, request.diff.media_type
        if media_type not in _APPLICABLE:
            raise unimplemented(f"currently unsupported media type: {media_type}")
        if digest not in space.content:
            raise not_found(f"failed to get reader from content store: content digest {digest}")
        node = self._node(list(request.mounts))
        blob = self.store.blobs[digest]
        if isinstance(blob, Layer):
            node.files.update(blob.files)
            applied, size = blob.diff_id, blob.tar_size
        else:
            tar = await asyncio.to_thread(_unpacked, blob)
            node.files.update(_members(tar))
            applied, size = f"sha256:{hashlib.sha256(tar).hexdigest()}", len(tar)
        return pb.ApplyResponse(
            applied=types_pb2.Descriptor(media_type=TAR, digest=applied, size=size)
        )

    def Diff(self, request: pb.DiffRequest, call: Call) -> pb.DiffResponse:
        """Make a layer of what is in the upper directory of the right-hand mounts."""
        media_type = request.media_type or GZIP
        if media_type not in (TAR, GZIP):
            raise unimplemented(f"unsupported diff media type: {media_type}")
        if request.left:
            self._node(list(request.left))
        node = self._node(list(request.right))
        packed, tar = gzipped(node.files)
        labels = dict(request.labels)
        if media_type == GZIP:
            labels[UNCOMPRESSED] = f"sha256:{hashlib.sha256(tar).hexdigest()}"
        descriptor = self._commit(call, packed if media_type == GZIP else tar, labels)
        descriptor.media_type = media_type
        return pb.DiffResponse(diff=descriptor)

    def _commit(self, call: Call, blob: bytes, labels: dict[str, str]) -> types_pb2.Descriptor:
        space: Space = self.store.written(call.namespace)
        space.checked_lease(call.lease)
        digest = f"sha256:{hashlib.sha256(blob).hexdigest()}"
        if digest in space.content:
            space.content[digest].labels.update(labels)
            space.hold(call.lease, "content", digest)
        else:
            commit_blob(self.store, space, blob, labels, call.lease)
        return types_pb2.Descriptor(digest=digest, size=len(blob))

    def _node(self, mounts: list[types_pb2.Mount]) -> Node:
        """Find the snapshot that is mounted."""
        disks: list[Disk] = list(self.store.disks.values())
        for disk in disks:
            node = mounted_node(disk, mounts)
            if node is not None:
                return node
        if not mounts:
            raise invalid_argument("mounts must be given")
        raise shim(f"failed to mount {mounts[0].source}: no such file or directory")


def _unpacked(blob: bytes) -> bytes:
    """Undo gzip where there is any."""
    if blob[:2] != b"\x1f\x8b":
        return blob
    try:
        return zlib.decompress(blob, wbits=31)
    except zlib.error as error:
        raise shim(f"failed to extract layer: {error}") from None


def _members(tar: bytes) -> dict[str, bytes | int]:
    """Read the regular files of a tar, and links as empty ones."""
    files: dict[str, bytes | int] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            for member in archive:
                if member.isdir():
                    continue
                source = archive.extractfile(member) if member.isreg() else None
                small = source is not None and member.size <= _KEPT
                path = member.name.removeprefix("./")
                files[path] = source.read() if source and small else member.size
    except tarfile.TarError as error:
        raise shim(f"failed to extract layer: {error}") from None
    return files
