"""The pulls of this run: what was asked for, how each stands, how it ended."""

from dataclasses import dataclass
from datetime import datetime

from tui.state.progress import PullPhase, PullProgress


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What a pull was asked for."""

    reference: str
    """Fully qualified, ``docker.io/library/nginx:latest``."""
    namespace: str
    unpack: bool = True
    snapshotter: str | None = None
    """None for the one of the settings."""
    platform: str | None = None
    """``linux/arm64``, None for the one of the daemon's host."""


@dataclass(frozen=True, slots=True)
class PullState:
    """One pull as it stands."""

    id: int
    """From 1 up, in the order in which they were asked for."""
    request: PullRequest
    progress: PullProgress
    started: datetime
    ended: datetime | None = None
    """When it was over, its clean-up included; None while it runs."""
    error: str = ""
    """One sentence about why it failed."""
    cancelling: bool = False
    """It was told to stop and is taking back what it began."""

    @property
    def running(self) -> bool:
        """Whether it is under way, its clean-up included."""
        return self.ended is None

    @property
    def done(self) -> bool:
        """Whether the image is there."""
        return self.progress.phase is PullPhase.DONE and not self.running

    @property
    def failed(self) -> bool:
        """Whether it came to nothing, and not because somebody cancelled it."""
        return self.progress.phase is PullPhase.FAILED and not self.running

    @property
    def seconds(self) -> float:
        """How long it took; 0 while it runs."""
        return (self.ended - self.started).total_seconds() if self.ended else 0.0
