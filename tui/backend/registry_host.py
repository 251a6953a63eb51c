"""Where a registry is: its own host or a mirror of it, and how to speak with that."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from tui.backend.reference import DOCKER_IO

PULL = "pull"
RESOLVE = "resolve"
DOCKER_HUB = f"registry-1.{DOCKER_IO}"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a registry may take, in seconds."""

    connect: float = 10.0
    read: float = 30.0
    """Without a single byte."""
    document: float = 120.0
    """For a whole manifest, config or token."""
    retry: float = 0.25
    """Before the second try; then twice as long each time."""


@dataclass(frozen=True, slots=True)
class Host:
    """One host that serves a repository."""

    name: str
    """Host and port as in a URL."""
    scheme: str = "https"
    path: str = "/v2"
    """What comes before the repository."""
    capabilities: frozenset[str] = frozenset({PULL, RESOLVE})
    ca: tuple[Path, ...] = ()
    client: tuple[tuple[Path, Path | None], ...] = ()
    """Certificates of our own, each with its key unless that lies in the same file."""
    skip_verify: bool = False
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False, hash=False)
    """Sent to this host alone; they may hold secrets."""
    plain_allowed: bool = False
    """Whether plain HTTP will do where TLS is not spoken."""
    folder: Path | None = None
    """Where its certificates are looked for, for sentences that name it."""

    @property
    def base(self) -> str:
        """The URL up to the repository."""
        return f"{self.scheme}://{self.name}{self.path}"


def api_host(domain: str) -> str:
    """Return the host that serves the images of a domain."""
    return DOCKER_HUB if domain.lower() == DOCKER_IO else domain


def is_loopback(host: str) -> bool:
    """Whether a host, with or without a port, is this machine.

    Args:
        host: as in a URL, IPv6 addresses in brackets.
    """
    name = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def default_host(domain: str) -> Host:
    """Return how to reach a registry that nothing is configured for."""
    name = api_host(domain)
    return Host(name, plain_allowed=is_loopback(name))
