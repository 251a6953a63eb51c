"""How a pull stands: the same picture whichever back end moves the bytes."""

from dataclasses import dataclass
from enum import StrEnum


class PullPhase(StrEnum):
    """What a pull is at; the last three are ends."""

    RESOLVING = "resolving"
    DOWNLOADING = "downloading"
    UNPACKING = "unpacking"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class LayerPhase(StrEnum):
    """What happens to one layer."""

    WAITING = "waiting"
    DOWNLOADING = "downloading"
    DOWNLOADED = "downloaded"
    """It is in the content store and waits to be unpacked."""
    UNPACKING = "unpacking"
    EXISTS = "already there"
    """Nothing was fetched: this daemon had it."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class LayerProgress:
    """One layer of the image that is pulled."""

    digest: str
    """Of the blob as it travels, compressed."""
    size: int = 0
    """Bytes of that blob, 0 while unknown."""
    offset: int = 0
    """Bytes of it that the content store has."""
    phase: LayerPhase = LayerPhase.WAITING

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.phase in (LayerPhase.DONE, LayerPhase.EXISTS)


@dataclass(frozen=True, slots=True)
class PullProgress:
    """One pull at one moment."""

    reference: str
    """Fully qualified, ``docker.io/library/nginx:latest``."""
    namespace: str
    phase: PullPhase = PullPhase.RESOLVING
    layers: tuple[LayerProgress, ...] = ()
    """From the lowest up; empty until the manifest was read."""
    rate: float | None = None
    """Bytes a second over the last seconds, None where nothing is downloaded."""
    left: float | None = None
    """Seconds until the last byte at that rate, None where nobody can tell."""
    fetched: int = 0
    """Bytes that came over the network."""
    refetched: int = 0
    """Of these, bytes that an earlier try had fetched already and that were lost."""

    @property
    def offset(self) -> int:
        """Bytes of the layers that the content store has."""
        return sum(layer.offset for layer in self.layers)

    @property
    def total(self) -> int:
        """Bytes of all layers, 0 while unknown."""
        return sum(layer.size for layer in self.layers)

    @property
    def fraction(self) -> float | None:
        """How much is downloaded, 0 to 1; None while nobody can tell."""
        return self.offset / self.total if self.total else None

    @property
    def layers_done(self) -> int:
        """How many layers need nothing more."""
        return sum(layer.complete for layer in self.layers)

    @property
    def ended(self) -> bool:
        """Whether it is over, well or not."""
        return self.phase in (PullPhase.DONE, PullPhase.FAILED, PullPhase.CANCELLED)
