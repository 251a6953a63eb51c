"""What the command line, the environment and the defaults settled on."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_ADDRESS = "/run/containerd/containerd.sock"
DEFAULT_NAMESPACE = "default"
DEFAULT_SNAPSHOTTER = "overlayfs"
DEFAULT_REFRESH = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one run."""

    address: str = DEFAULT_ADDRESS
    """Path of the daemon's Unix socket, without ``unix://``."""
    namespace: str = DEFAULT_NAMESPACE
    snapshotter: str = DEFAULT_SNAPSHOTTER
    demo: bool = False
    """Whether the address is an embedded demo engine of our own."""
    read_only: bool = False
    refresh: float = DEFAULT_REFRESH
    """Seconds between two metric samples of the visible rows."""
    log_file: Path | None = None
    ascii: bool = False
    """Draw with ASCII glyphs only."""
    diff_display: bool = True
    """Send only the cells that differ from what the terminal shows."""


_IDENTIFIER = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*\Z")
_IDENTIFIER_LENGTH = 76


def names_namespace(name: str) -> bool:
    """Whether containerd would take this as the name of a namespace."""
    return len(name) <= _IDENTIFIER_LENGTH and bool(_IDENTIFIER.match(name))


def socket_path(address: str) -> str:
    """Return the path of a ``unix://`` address, or the address itself."""
    for prefix in ("unix://", "unix:"):
        if address.startswith(prefix):
            return address[len(prefix) :]
    return address


def state_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for logs and remembered state, ``$XDG_STATE_HOME/c9d``."""
    base = environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "c9d"
