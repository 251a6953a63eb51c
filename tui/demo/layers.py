"""Layer blobs of believable size that need neither disk nor memory: they are made as they are read.

A layer is a gzipped tar whose deflate blocks are stored, not compressed, so that
any byte of it follows from its name and size. Hashing a few hundred megabytes
at every start would take seconds, so the digests stand in a table;
``python -m tui.demo.layers`` writes that table, ``layers.txt``, anew.
"""

import hashlib
import io
import random
import struct
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1 << 16
_PIECE = 4 << 20
_STORED = 65535
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


@dataclass(frozen=True, slots=True)
class Layer:
    """A generated layer: its name, the size of its files in KiB, and what that comes to."""

    name: str
    payload: int
    digest: str = ""
    diff_id: str = ""

    @property
    def files(self) -> dict[str, int]:
        """Its regular files with their sizes, in the order of the tar."""
        left = self.payload * 1024
        files = {f"etc/{self.name}.release": min(left, 96)}
        while left > 0:
            size = min(left, _PIECE)
            files[f"usr/lib/{self.name}/part-{len(files):03}"] = size
            left -= size
        return files

    @property
    def tar_size(self) -> int:
        """Bytes of the uncompressed tar."""
        members = sum(512 + size + -size % 512 for size in self.files.values())
        return members + 1024

    @property
    def size(self) -> int:
        """Bytes of the compressed blob."""
        blocks = -(-self.tar_size // _STORED)
        return len(_GZIP_HEADER) + self.tar_size + 5 * (blocks + 1) + 8

    def tar(self) -> Iterator[bytes]:
        """Yield the uncompressed tar in chunks."""
        block = random.Random(self.name).randbytes(BLOCK)
        for path, size in self.files.items():
            yield _header(path, size)
            for offset in range(0, size, BLOCK):
                yield block[: min(BLOCK, size - offset)]
            yield bytes(-size % 512)
        yield bytes(1024)

    def chunks(self) -> Iterator[bytes]:
        """Yield the compressed blob in chunks."""
        crc, length = 0, 0
        yield _GZIP_HEADER
        for stored in _regrouped(self.tar(), _STORED):
            crc, length = zlib.crc32(stored, crc), length + len(stored)
            yield struct.pack("<BHH", 0, len(stored), len(stored) ^ 0xFFFF)
            yield stored
        yield struct.pack("<BHH", 1, 0, 0xFFFF)
        yield struct.pack("<II", crc, length & 0xFFFFFFFF)

    def measured(self) -> "Layer":
        """Work out the digests by making the whole blob."""
        blob, tar = hashlib.sha256(), hashlib.sha256()
        for chunk in self.chunks():
            blob.update(chunk)
        for chunk in self.tar():
            tar.update(chunk)
        return Layer(
            self.name, self.payload, f"sha256:{blob.hexdigest()}", f"sha256:{tar.hexdigest()}"
        )


def _header(path: str, size: int) -> bytes:
    member = tarfile.TarInfo(path)
    member.size, member.mode = size, 0o644
    return member.tobuf(tarfile.USTAR_FORMAT)


def _regrouped(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    buffer = bytearray()
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= size:
            yield bytes(buffer[:size])
            del buffer[:size]
    if buffer:
        yield bytes(buffer)


def read_layer(layer: Layer, offset: int, size: int) -> Iterator[bytes]:
    """Yield `size` bytes of the blob from `offset` on."""
    position, end = 0, offset + size
    for chunk in layer.chunks():
        start, position = position, position + len(chunk)
        if position > offset:
            yield chunk[max(0, offset - start) : end - start]
        if position >= end:
            return


def gzipped(files: dict[str, bytes | int]) -> tuple[bytes, bytes]:
    """Pack files into a gzipped tar; a number stands for that many zero bytes.

    Returns:
        The gzip stream and the tar in it, the same for the same files.
    """
    buffer = io.BytesIO()
    for path, content in files.items():
        data = bytes(content) if isinstance(content, int) else content
        buffer.write(_header(path, len(data)) + data + bytes(-len(data) % 512))
    buffer.write(bytes(1024))
    tar = buffer.getvalue()
    packer = zlib.compressobj(wbits=31)
    return packer.compress(tar) + packer.flush(), tar


_TABLE = Path(__file__).with_name("layers.txt")

LAYERS = {
    name: Layer(name, int(payload), f"sha256:{digest}", f"sha256:{diff_id}")
    for name, payload, digest, diff_id in (line.split() for line in _TABLE.read_text().splitlines())
}
"""The catalogue, by name."""


def main() -> None:
    """Write the table with digests worked out anew."""
    lines: list[str] = []
    for layer in LAYERS.values():
        fresh = layer.measured()
        digests = fresh.digest.removeprefix("sha256:"), fresh.diff_id.removeprefix("sha256:")
        lines.append(f"{fresh.name} {fresh.payload} {' '.join(digests)}\n")
    _TABLE.write_text("".join(lines))


if __name__ == "__main__":
    main()
