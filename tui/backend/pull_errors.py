"""What the daemon says of a pull that failed, in a sentence for people."""

import re

from tui.backend.errors import (
    BackendError,
    DiskFull,
    NotFound,
    PermissionDenied,
    Timeout,
    Unavailable,
    safe,
)
from tui.backend.registry_errors import WrongContent

_OURS = "Could not pull image"
_NAMES = re.compile(r"sha(?:256|512):[0-9a-f]+|https?://[^\s\"]+")
_KINDS: tuple[tuple[tuple[str, ...], type[BackendError], str], ...] = (
    (("no space left",), DiskFull, "the disk of the daemon is full: free some room, pull again"),
    (
        ("no such host", "server misbehaving", "name resolution"),
        Unavailable,
        "there is no such host: check the name, or the daemon's DNS",
    ),
    (
        ("connection refused",),
        Unavailable,
        "its registry refuses the connection: see whether it runs",
    ),
    (
        ("x509", "certificate", "tls"),
        Unavailable,
        "its registry's certificate is not trusted: put its CA into containerd's certs.d",
    ),
    (
        ("401", "403", "unauthorized", "authorization failed", "insufficient_scope", "denied"),
        PermissionDenied,
        "its registry does not let us: log in with docker login, or check the name",
    ),
    (
        ("digest", "failed size validation", "unexpected commit"),
        WrongContent,
        "what came is not what its digest says: pull again, or tell who runs the registry",
    ),
    (("not found", "404"), NotFound, "its registry has no such image: check name and tag"),
    (("deadline", "timeout", "no answer"), Timeout, "its registry does not answer"),
)


def reworded(error: BackendError, name: str) -> BackendError:
    """Say why a pull by the daemon failed.

    Args:
        error: what the call ended with; most of its text is the daemon's.
        name: of the image.
    """
    # Neither the name nor a digest says anything of why, whatever it contains.
    text = _NAMES.sub("", str(error).replace(name, "")).lower()
    for marks, kind, sentence in _KINDS:
        if any(re.search(rf"\b{mark}\b", text) for mark in marks):
            return kind(f"Could not pull {safe(name)}: {sentence}.")
    said = str(error)
    head, _, why = said.partition(": ")
    # What the client put before the daemon's words says nothing that the name does not.
    return type(error)(f"Could not pull {safe(name)}: {why if head.startswith(_OURS) else said}")
