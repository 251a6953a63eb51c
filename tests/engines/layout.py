"""Where the real engines lie and which of them are there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / ".engines"
"""The folder that holds every engine; git ignores it."""

HOW = "get them with `make engines` as root on Debian"


@dataclass(frozen=True)
class EngineSpec:
    """One containerd release line and the Debian suite that carries it."""

    id: str
    suite: str
    prefix: str
    config_version: int

    @property
    def home(self) -> Path:
        """The folder of this engine, complete whenever it exists."""
        return ROOT / self.id

    @property
    def bin(self) -> Path:
        """The folder that goes first into the daemon's PATH."""
        return self.home / "bin"


ENGINES = (
    EngineSpec("1.6", "bookworm", "1.6.", config_version=2),
    EngineSpec("1.7", "trixie", "1.7.", config_version=2),
    EngineSpec("2.x", "sid", "2.", config_version=3),
)
ENGINE_IDS = tuple(engine.id for engine in ENGINES)
TOOLS = ROOT / "tools"


def engine(engine_id: str) -> EngineSpec:
    """Returns the engine of that id.

    Raises:
        KeyError: no engine has this id.
    """
    for candidate in ENGINES:
        if candidate.id == engine_id:
            return candidate
    raise KeyError(engine_id)


def recorded_version(home: Path) -> str | None:
    """Returns the version noted beside an unpacked engine, None if it is not there."""
    try:
        return (home / "version").read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def why_missing(engine_id: str) -> str | None:
    """Returns in one line why an engine cannot run here, None if it can."""
    if os.geteuid() != 0:
        return f"containerd {engine_id} cannot run without root: {HOW}"
    for home in (engine(engine_id).home, TOOLS):
        if recorded_version(home) is None:
            return f"containerd {engine_id} is not under .engines/: {HOW}"
    return None
