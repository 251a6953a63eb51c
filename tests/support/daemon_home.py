"""The folder of a private containerd: its configuration and who owns it."""

from __future__ import annotations

import fcntl
import tempfile
from pathlib import Path
from typing import IO

from tests.support.remains import remove_remains

HOME_PREFIX = "c9d-engine-"
# A path in a Unix socket address has 107 bytes at most, so not below TMPDIR.
HOMES = Path("/tmp")

_DISABLED_PLUGINS = (
    # It listens below /run for everybody.
    "io.containerd.nri.v1.nri",
    "io.containerd.grpc.v1.cri",
    "io.containerd.cri.v1.runtime",
    "io.containerd.cri.v1.images",
    "io.containerd.podsandbox.controller.v1.podsandbox",
    "io.containerd.internal.v1.tracing",
    "io.containerd.tracing.processor.v1.otlp",
)


def new_home() -> tuple[Path, IO[str]]:
    """Makes a folder for one daemon.

    Returns:
        The folder and its lock, which says that the owner is alive until it
        is closed; the kernel also drops it when the owner dies.
    """
    home = Path(tempfile.mkdtemp(prefix=HOME_PREFIX, dir=HOMES))
    owner = (home / "owner.new").open("w", encoding="utf-8")
    fcntl.flock(owner, fcntl.LOCK_EX)
    # It appears locked, so that no sweep can take a new folder for an old one.
    (home / "owner.new").rename(home / "owner")
    return home, owner


def sweep() -> None:
    """Removes what test runs left that were killed before they could clean up."""
    for home in HOMES.glob(f"{HOME_PREFIX}*"):
        try:
            owner = (home / "owner").open("r+", encoding="utf-8")
        except OSError:
            continue
        with owner:
            try:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            remove_remains(home)


def write_config(home: Path, version: int) -> None:
    """Writes config.toml, in which every path lies below the folder.

    Args:
        home: the folder.
        version: of the configuration's format; 2 for containerd 1.x, 3 for 2.x.
    """
    (home / "tmp").mkdir()
    plugins = ", ".join(f'"{plugin}"' for plugin in _DISABLED_PLUGINS)
    config = f"""\
version = {version}
root = "{home}/root"
state = "{home}/state"
imports = []
disabled_plugins = [{plugins}]
[grpc]
address = "{home}/containerd.sock"
[ttrpc]
address = "{home}/containerd.sock.ttrpc"
[debug]
level = "info"
[plugins."io.containerd.internal.v1.opt"]
path = "{home}/opt"
"""
    (home / "config.toml").write_text(config, encoding="utf-8")
