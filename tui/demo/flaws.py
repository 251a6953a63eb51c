"""What goes wrong with a pull on request, and the words that a daemon has for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from tui.demo.bundle import Blob
from tui.demo.refusals import Refusal, failed_precondition, invalid_argument, shim

Kind = Literal["digest", "disk", "network", "stall"]
STALL = 60.0
"""Seconds for which a stalled download stands still."""
WORDS: dict[str, Kind] = {
    "broken": "digest",
    "full": "disk",
    "reset": "network",
    "stall": "stall",
}
HOSTS = {
    "nosuch.example": "dial tcp: lookup nosuch.example: no such host",
    "refused.example": "dial tcp 192.0.2.7:443: connect: connection refused",
    "selfsigned.example": (
        "tls: failed to verify certificate: x509: certificate signed by unknown authority"
    ),
}


@dataclass(frozen=True, slots=True)
class Flaw:
    """What goes wrong, and in which layer, from the lowest on."""

    kind: Kind
    layer: int

    @classmethod
    def of(cls, kind: str, layer: int) -> "Flaw":
        """Make one of what a test asks for.

        Raises:
            Refusal: there is no such flaw.
        """
        for known in get_args(Kind):
            if known == kind:
                return cls(known, layer)
        raise invalid_argument(f"no such flaw: {kind}")

    def halt(self, size: int) -> int | None:
        """The offset at which nothing comes any more, None where all bytes come."""
        return None if self.kind == "digest" else size // 2

    def refusal(self, blob: Blob, path: str) -> Refusal:
        """What the daemon says when it has come to this."""
        if self.kind == "disk":
            return shim(f"failed to copy: write {path}: no space left on device")
        if self.kind == "network":
            return shim(
                f"failed to copy: httpReadSeeker: failed open: read {blob.digest}:"
                " connection reset by peer"
            )
        wrong = f"sha256:{blob.digest.removeprefix('sha256:')[::-1]}"
        return failed_precondition(
            f'failed commit on ref "{blob.ref}": unexpected commit digest {wrong},'
            f" expected {blob.digest}"
        )


def flaw_of(words: Sequence[str], layers: int) -> Flaw | None:
    """The flaw that an image is named after, in its middle layer."""
    kinds = [WORDS[word] for word in words if word in WORDS]
    return Flaw(kinds[0], layers // 2) if kinds else None


def unreachable(host: str) -> str:
    """Why a registry cannot be reached, ``""`` where it can."""
    return HOSTS.get(host, "")
