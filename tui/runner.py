"""Runs verbs: a few at a time, with the row saying so until the daemon confirms."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType

from tui.backend.errors import BackendError, StillRunning
from tui.format import plural
from tui.targets import Pane, Pending, Place, Target
from tui.text import safe
from tui.verbs import VERBS, Backend, Options, touched

AT_ONCE = 8
"""Objects that one verb is at work on; the others queue."""


@dataclass(slots=True)
class Outcome:
    """What came of a verb."""

    verb: str
    options: Options
    done: list[Target] = field(default_factory=list)
    failed: list[tuple[Target, BackendError]] = field(default_factory=list)

    @property
    def worth_telling(self) -> bool:
        """Whether the rows do not tell it all by themselves."""
        total = len(self.done) + len(self.failed)
        return bool(self.failed) or total > 1 or self.verb == "commit"

    def take_stubborn(self) -> tuple[Target, ...]:
        """Take out and return what did not end when it was asked to stop: it is asked about."""
        found = tuple(target for target, error in self.failed if isinstance(error, StillRunning))
        self.failed = [(target, error) for target, error in self.failed if target not in found]
        return found

    def summary(self) -> str:
        """Return one sentence for people, safe to draw."""
        verb = VERBS[self.verb].done
        if not self.failed:
            one = self.done[0].title if len(self.done) == 1 else ""
            name = f" as {safe(self.options['name'], 60)}" if "name" in self.options else ""
            return f"{verb} {safe(one, 60) if one else plural(len(self.done), 'object')}{name}."
        target, error = self.failed[0]
        sentence = safe(str(error), 300)
        if not re.search(rf"(?<![\w-]){re.escape(target.title)}(?![\w-])", str(error)):
            sentence = f"{safe(target.title, 40)}: {sentence}"
        total = len(self.done) + len(self.failed)
        if total == 1:
            return sentence
        return f"{verb} {len(self.done)} of {total}. {sentence}"


class Runner:
    """Sends verbs to the service and keeps book of those under way."""

    def __init__(self, backend: Backend, publish: Callable[[Pending], None]) -> None:
        """Take the back end, and who is told what is under way whenever that changes."""
        self._backend = backend
        self._publish = publish
        self._pending: dict[Pane, dict[Place, str]] = {pane: {} for pane in Pane}
        # By verb: what waits for tasks to end, or measures, must not hold up the rest.
        self._slots: dict[tuple[str, bool], asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(AT_ONCE)
        )
        self._runs = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, verb: str, targets: tuple[Target, ...], options: Options) -> Outcome:
        """Run a verb on every target and return what came of it."""
        outcome = Outcome(verb, options)
        self._runs += 1
        self._idle.clear()
        try:
            self._mark(verb, targets, VERBS[verb].doing)
            await asyncio.gather(*(self._one(outcome, target, options) for target in targets))
        finally:
            self._runs -= 1
            if not self._runs:
                self._idle.set()
        return outcome

    async def settled(self, seconds: float) -> None:
        """Wait until no verb is under way, but not for longer than this."""
        # Not asyncio.timeout: the caller may be cancelled, and in such a task it ends
        # as a further cancellation on Python 3.11.2.
        waiting = asyncio.create_task(self._idle.wait())
        try:
            await asyncio.wait({waiting}, timeout=seconds)
        finally:
            waiting.cancel()

    async def _one(self, outcome: Outcome, target: Target, options: Options) -> None:
        try:
            async with self._slots[outcome.verb, "force" in options]:
                await VERBS[outcome.verb].call(self._backend, target, options)
            outcome.done.append(target)
        except BackendError as error:
            outcome.failed.append((target, error))
        await self._confirm(outcome.verb, target, options)

    async def _confirm(self, verb: str, target: Target, options: Options) -> None:
        """Read again what may be different; only then does the row say what it is."""
        try:
            for kind, key in touched(verb, target, options):
                await self._backend.watcher.reread(kind, key)
        except BackendError:
            return  # the watcher tells of a lost connection, and its sweep heals the rest
        finally:
            self._mark(verb, (target,), "")

    def _mark(self, verb: str, targets: tuple[Target, ...], doing: str) -> None:
        panes = VERBS[verb].panes | {target.pane for target in targets}
        self._set(tuple(panes), targets, doing)

    def _set(self, panes: tuple[Pane, ...], targets: tuple[Target, ...], doing: str) -> None:
        for pane in panes:
            for target in targets:
                place = Place(target.namespace, _row_key(pane, target))
                if doing:
                    self._pending[pane][place] = doing
                else:
                    self._pending[pane].pop(place, None)
        self._publish(MappingProxyType({pane: dict(rows) for pane, rows in self._pending.items()}))


def _row_key(pane: Pane, target: Target) -> str:
    if pane is Pane.SNAPSHOTS and target.pane is not Pane.SNAPSHOTS:
        return f"{target.snapshotter}/{target.snapshot_key}"
    return target.key
