"""What a pull says of its progress, in the words and at the pace of containerd 2.1."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from protos import transfer_types_pb2 as pb
from tui.demo.bundle import Blob
from tui.demo.clock import Timer
from tui.demo.store import Space, Store

Say = Callable[[pb.Progress], None]
_PACE = 0.3
"""Seconds between two looks at what has come."""


@dataclass(slots=True, eq=False)
class _Job:
    blob: Blob
    parents: list[str]
    progress: int = 0
    complete: bool = False


class Tracker:
    """Watches the blobs of one pull; it looks at the ingests, as anybody could.

    Args:
        store: whose clock it goes by.
        space: where the pull goes to.
        name: the image's, which is the parent of its topmost blob.
        say: takes each message.
    """

    def __init__(self, store: Store, space: Space, name: str, say: Say) -> None:
        self._clock = store.clock
        self._space = space
        self._name = name
        self._say = say
        self._jobs: dict[str, _Job] = {}
        self._parents: dict[str, list[str]] = {}
        self._timer: Timer = self._clock.call_later(_PACE, self._look)

    def add(self, blob: Blob) -> None:
        """Begin to watch a blob."""
        if blob.digest not in self._jobs:
            job = _Job(blob, self._parents.get(blob.digest, [self._name]))
            self._jobs[blob.digest] = job
            self._tell("waiting", job, 0)

    def family(self, parent: Blob, children: Sequence[Blob]) -> None:
        """Note which blob named which others."""
        for child in children:
            self._parents.setdefault(child.digest, []).append(parent.ref)

    def exists(self, blob: Blob) -> None:
        """Say that nothing has to be fetched."""
        job = self._jobs[blob.digest]
        job.complete = True
        self._tell("already exists", job, blob.size, parents=False)

    def close(self) -> None:
        """Have a last look."""
        self._timer.cancel()
        self._update()

    def _look(self) -> None:
        self._update()
        self._timer = self._clock.call_later(_PACE, self._look)

    def _update(self) -> None:
        for job in self._jobs.values():
            if job.complete:
                continue
            ingest = self._space.ingests.get(job.blob.ref)
            if ingest is not None:
                if ingest.offset > job.progress:
                    job.progress = ingest.offset
                    self._tell("downloading", job, ingest.offset)
            elif job.blob.digest in self._space.content:
                job.complete = True
                self._tell("complete", job, job.blob.size)

    def _tell(self, event: str, job: _Job, progress: int, *, parents: bool = True) -> None:
        self._say(
            pb.Progress(
                event=event,
                name=job.blob.ref,
                parents=job.parents if parents else (),
                progress=progress,
                total=job.blob.size,
                desc=job.blob.descriptor,
            )
        )
