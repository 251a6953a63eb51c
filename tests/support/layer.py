"""Layers of images: what they contain, and the tar file with that."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tests.engines.layout import HOW, TOOLS

# fmt: off
_APPLETS = (
    "[", "ash", "awk", "base64", "basename", "cat", "chmod", "chown", "cp", "cut", "date", "dd",
    "df", "dirname", "du", "echo", "env", "expr", "false", "find", "grep", "gzip", "head",
    "hostname", "httpd", "id", "kill", "ln", "ls", "mkdir", "mknod", "mount", "mv", "nc", "nproc",
    "od", "ping", "printf", "ps", "pwd", "readlink", "rm", "rmdir", "sed", "seq", "sh",
    "sha256sum", "sleep", "sort", "stat", "stty", "sync", "tail", "tar", "tee", "test", "timeout",
    "top", "touch", "tr", "true", "umount", "uname", "uniq", "usleep", "vi", "wc", "wget",
    "which", "xargs", "yes",
)
# fmt: on


@dataclass(frozen=True)
class Symlink:
    """A symbolic link in a layer."""

    target: str


@dataclass(frozen=True)
class HardLink:
    """Another name of a file of the same layer."""

    target: str


@dataclass(frozen=True)
class Directory:
    """A folder in a layer that needs to be named; parents of files come by themselves."""

    mode: int = 0o755


Entry = tuple[bytes, int] | Symlink | HardLink | Directory
Layer = Mapping[str, Entry]
"""What a layer adds, by path without a leading slash; `dir/.wh.name` deletes `dir/name`."""


@cache
def busybox_layer() -> Layer:
    """Returns the layer with busybox, its commands as links, and the root user."""
    try:
        binary = (TOOLS / "busybox").read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"busybox is not under .engines/: {HOW}") from None
    return {
        "bin/busybox": (binary, 0o755),
        **{f"bin/{applet}": Symlink("busybox") for applet in _APPLETS},
        "etc/passwd": (b"root:x:0:0:root:/root:/bin/sh\n", 0o644),
        "etc/group": (b"root:x:0:\n", 0o644),
        "root": Directory(0o700),
        "tmp": Directory(0o1777),
    }


def tar_of(layer: Layer) -> bytes:
    """Returns the uncompressed tar file, all times and owners zero."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        # A link comes behind what it names.
        for path, entry in sorted(_with_parents(layer).items(), key=_place):
            member = tarfile.TarInfo(path)
            content = b""
            if isinstance(entry, Directory):
                member.type, member.mode = tarfile.DIRTYPE, entry.mode
            elif isinstance(entry, Symlink):
                member.type, member.mode, member.linkname = tarfile.SYMTYPE, 0o777, entry.target
            elif isinstance(entry, HardLink):
                member.type, member.linkname = tarfile.LNKTYPE, entry.target
            else:
                content, member.mode = entry
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _place(item: tuple[str, Entry]) -> tuple[bool, str]:
    path, entry = item
    return isinstance(entry, HardLink), path


def _with_parents(layer: Layer) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for path in layer:
        parts = path.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            entries["/".join(parts[:depth])] = Directory()
    return entries | dict(layer)
