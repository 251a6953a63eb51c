"""Pulls as they stand at some moment, and a service whose pulls go as a test says."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.support.world import MIB, NOW, ago, digest
from tui.backend.errors import BackendError
from tui.state.models import Image
from tui.state.progress import LayerPhase, LayerProgress, PullPhase, PullProgress
from tui.state.pulls import PullRequest, PullState

NGINX = "docker.io/library/nginx:1.28"


def layers(count: int, mib: float = 4.0) -> tuple[LayerProgress, ...]:
    """Return layers in all phases, the lowest ones furthest, the last ones waiting."""
    size = int(mib * MIB)
    stages = (
        (LayerPhase.EXISTS, size),
        (LayerPhase.DONE, size),
        (LayerPhase.UNPACKING, size),
        (LayerPhase.DOWNLOADED, size),
        (LayerPhase.DOWNLOADING, size * 61 // 100),
        (LayerPhase.WAITING, 0),
    )
    return tuple(
        LayerProgress(digest(f"layer {each}"), size, offset, phase)
        for each in range(count)
        for phase, offset in [stages[each * len(stages) // count]]
    )


def downloading(reference: str = NGINX, namespace: str = "default", count: int = 9) -> PullProgress:
    """Return a pull in the middle of its download."""
    return PullProgress(
        reference, namespace, PullPhase.DOWNLOADING, layers(count), 7.1 * MIB, 2.0, 10 * MIB
    )


def pull(
    progress: PullProgress | None = None, number: int = 1, *, ended: bool = False, error: str = ""
) -> PullState:
    """Return a pull that began twelve seconds ago, and ended now if it did."""
    progress = progress or downloading()
    request = PullRequest(progress.reference, progress.namespace)
    return PullState(number, request, progress, ago(seconds=12), NOW if ended else None, error)


def ended(phase: PullPhase, error: str = "", refetched: int = 0) -> PullState:
    """Return a pull that is over."""
    progress = replace(downloading(), phase=phase, rate=None, left=None, fetched=45 * MIB)
    return pull(replace(progress, refetched=refetched), ended=True, error=error)


@dataclass
class Running:
    """A pull that the service was asked for and that the test drives."""

    reference: str
    namespace: str
    asked: dict[str, object]
    tell: Callable[[PullProgress], None]
    end: asyncio.Future[None]
    clean_up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set to let the clean-up of a cancelled pull come to its end."""
    cancelled: bool = False

    def progress(self, progress: PullProgress | None = None) -> None:
        """Report how it stands."""
        self.tell(progress or downloading(self.reference, self.namespace))

    def succeed(self) -> None:
        """End well."""
        self.end.set_result(None)

    def fail(self, sentence: str) -> None:
        """End with an error of the back end."""
        self.end.set_exception(BackendError(sentence))


class PullService:
    """Offers `pull_image` and nothing else."""

    def __init__(self) -> None:
        self.pulls: list[Running] = []
        self.quick_to_clean_up = True

    async def pull_image(
        self,
        ref: str,
        unpack: bool = True,
        snapshotter: str | None = None,
        platform: str | None = None,
        on_progress: Callable[[PullProgress], None] | None = None,
        *,
        namespace: str | None = None,
    ) -> Image:
        """Pull until the test says how it ends."""
        assert on_progress is not None
        assert namespace is not None
        asked: dict[str, object] = {
            "unpack": unpack,
            "snapshotter": snapshotter,
            "platform": platform,
        }
        end = asyncio.get_running_loop().create_future()
        running = Running(ref, namespace, asked, on_progress, end)
        self.pulls.append(running)
        try:
            await end
        except asyncio.CancelledError:
            running.cancelled = True
            if not self.quick_to_clean_up:
                await running.clean_up.wait()
            raise
        return Image(namespace=namespace, name=ref, digest=digest(ref))
