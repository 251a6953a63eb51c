"""Keeps book of the pulls: starts and cancels them, and tells how each stands."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Literal, Protocol

from tui.backend.errors import BackendError
from tui.state.models import Image
from tui.state.progress import PullPhase, PullProgress
from tui.state.pulls import PullRequest, PullState

_log = logging.getLogger(__name__)

KEPT = 20
"""Pulls that are over and were not looked at yet; older ones are forgotten."""
UNEXPECTED = "The pull ended by an unexpected error; the log has all of it."


class Puller(Protocol):
    """What pulls an image; the service."""

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
        """Pull an image and return it; when cancelled, take back what was begun.

        Raises:
            BackendError: It could not be pulled.
        """
        ...


Reread = Callable[[Literal["image"], str], Awaitable[None]]


def full_reference(text: str) -> str:
    """Return a reference as Docker and containerd read it, ``docker.io/library/nginx:latest``.

    Raises:
        ValueError: It is none; the text says why in one sentence.
    """
    from tui.backend.reference import parse  # only who pulls needs it

    try:
        return str(parse(text))
    except BackendError as error:
        raise ValueError(str(error)) from None


class Pulls:
    """The pulls of one run, each in a task of its own.

    Args:
        service: Does the pulling.
        reread: Reads an image again that was pulled: its event may be lost.
        publish: Is told how all of them stand whenever that changes.
        ended: Is told of each one that is over.
        clock: Tells the time.
    """

    def __init__(
        self,
        service: Puller,
        reread: Reread,
        publish: Callable[[tuple[PullState, ...]], None],
        ended: Callable[[PullState], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._service, self._reread = service, reread
        self._publish, self._ended, self._clock = publish, ended, clock
        self._states: dict[int, PullState] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._last = 0
        self._closed = False

    @property
    def states(self) -> tuple[PullState, ...]:
        """All that run, and those over that were not looked at, in the order of their start."""
        return tuple(self._states.values())

    def start(self, request: PullRequest) -> PullState:
        """Start a pull, or return the one that does the same already.

        One of the same image that does something else, or is being cancelled, is
        waited for: what it leaves, the next one finds.
        """
        for state in self._states.values():
            if state.running and not state.cancelling and state.request == request:
                return state
        before = {
            self._tasks[state.id]
            for state in self._states.values()
            if state.running and state.id in self._tasks and _same_name(state.request, request)
        }
        self._last += 1
        progress = PullProgress(request.reference, request.namespace)
        state = PullState(self._last, request, progress, self._clock())
        self._tasks[state.id] = task = asyncio.create_task(self._run(state.id, request, before))
        task.add_done_callback(lambda _: self._done(state.id))
        self._set(state)
        return state

    def cancel(self, number: int) -> None:
        """Have a pull stop and clean up after itself; it runs until it has."""
        state = self._states.get(number)
        # A second request would cut its clean-up short.
        if state is not None and state.running and not state.cancelling:
            self._set(replace(state, cancelling=True))
            self._tasks[number].cancel()

    def forget(self, numbers: Collection[int]) -> None:
        """Drop those of these pulls that are over: somebody has looked at them."""
        states = [self._states[each] for each in numbers if each in self._states]
        gone = [state.id for state in states if not state.running]
        for number in gone:
            del self._states[number]
        if gone:
            self._publish(self.states)

    async def close(self, seconds: float) -> None:
        """Cancel what runs, and wait for its clean-up, but not for longer than this."""
        self._closed = True
        for number, task in self._tasks.items():
            if number in self._states and self._states[number].running:
                self.cancel(number)
            else:  # it is read again, which nobody needs any more
                task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=seconds)

    async def _run(
        self, number: int, request: PullRequest, before: set[asyncio.Task[None]]
    ) -> None:
        """Pull, and note how it ended."""
        phase, error = PullPhase.DONE, ""
        try:
            if before:
                await asyncio.wait(before)
            await self._service.pull_image(
                request.reference,
                request.unpack,
                request.snapshotter,
                request.platform,
                lambda progress: self._progress(number, progress),
                namespace=request.namespace,
            )
        except asyncio.CancelledError:
            phase = PullPhase.CANCELLED
        except BackendError as failure:
            phase, error = PullPhase.FAILED, str(failure)
        except Exception:
            _log.exception("unexpected error of a pull")
            phase, error = PullPhase.FAILED, UNEXPECTED
        self._end(number, phase, error)
        if phase is PullPhase.DONE and not self._closed:
            await self._confirm(request.reference)

    async def _confirm(self, reference: str) -> None:
        # The watcher tells of a lost connection, and its sweep heals the rest.
        with suppress(BackendError):
            await self._reread("image", reference)

    def _progress(self, number: int, progress: PullProgress) -> None:
        state = self._states.get(number)
        if state is not None and state.running:
            self._set(replace(state, progress=progress))

    def _end(self, number: int, phase: PullPhase, error: str) -> None:
        state = self._states[number]
        progress = replace(state.progress, phase=phase, rate=None, left=None)
        state = replace(state, progress=progress, ended=self._clock(), error=error)
        over = [each.id for each in self._states.values() if not each.running]
        for oldest in over[: max(0, len(over) - KEPT + 1)]:
            del self._states[oldest]
        self._set(state)
        if not self._closed:
            self._ended(state)

    def _done(self, number: int) -> None:
        """Let go of a task; one that was cancelled before its first step has noted nothing."""
        del self._tasks[number]
        state = self._states.get(number)
        if state is not None and state.running:
            self._end(number, PullPhase.CANCELLED, "")

    def _set(self, state: PullState) -> None:
        self._states[state.id] = state
        self._publish(self.states)


def _same_name(one: PullRequest, other: PullRequest) -> bool:
    return (one.reference, one.namespace) == (other.reference, other.namespace)
