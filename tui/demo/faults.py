"""Faults on demand: calls that are slow, refused, hang or are cut, and a count of them all."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

import grpc

from tui.demo.refusals import Refusal, unavailable

Kind = Literal["latency", "error", "hang", "cut"]


@dataclass(slots=True, eq=False)
class Fault:
    """One rule: what happens to calls of the methods that a pattern matches.

    `pattern` is a shell pattern over ``Service.Method``, e.g. ``Tasks.*``. A rule
    with `times` above 0 is used up after as many calls.
    """

    pattern: str
    kind: Kind
    seconds: float = 0.0
    code: str = "UNKNOWN"
    text: str = "a fault was asked for"
    times: int = 0
    cleared: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, rule: Mapping[str, Any]) -> "Fault":
        """Make a rule of its JSON form.

        Raises:
            ValueError: it is not a rule.
        """
        unknown = set(rule) - {"pattern", "kind", "seconds", "code", "text", "times"}
        if unknown or rule.get("kind") not in ("latency", "error", "hang", "cut"):
            raise ValueError(f"not a fault: {dict(rule)}")
        fault = cls(**rule)
        if fault.code not in grpc.StatusCode.__members__:
            raise ValueError(f"no such status code: {fault.code}")
        return fault


@dataclass(slots=True, eq=False)
class OpenCall:
    """A call under way, and what can be done to it.

    Its task is ours only while it is at work here. While gRPC sends what was
    yielded, a cancellation would hit gRPC, which then never tells the caller.
    """

    name: str
    task: asyncio.Task[Any]
    severed: bool = False
    _lent: bool = False

    def sever(self) -> None:
        """End the call as a broken connection does, at once or once it is back with us."""
        self.severed = True
        if not self._lent:
            self.task.cancel()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Wrap a yield, which hands the task over to gRPC."""
        self._lent = True
        try:
            yield
        finally:
            self._lent = False
        if self.severed:
            raise _broken()


def _broken() -> Refusal:
    return unavailable("error reading from server: EOF")


class Faults:
    """The rules in force, the calls under way and how many there were."""

    def __init__(self, rules: Iterable[Fault] = ()) -> None:
        self.counts: Counter[str] = Counter()
        self._rules = list(rules)
        self._open: set[OpenCall] = set()

    def add(self, fault: Fault) -> None:
        """Put a rule into force."""
        self._rules.append(fault)

    def clear(self) -> None:
        """Lift all rules; calls that hang go on."""
        for rule in self._rules:
            rule.cleared.set()
        self._rules.clear()

    def cut(self, pattern: str) -> int:
        """End the matching calls that are under way, as a broken connection does.

        Returns:
            How many there were.
        """
        hit = [call for call in self._open if fnmatchcase(call.name, pattern)]
        for call in hit:
            call.sever()
        return len(hit)

    @asynccontextmanager
    async def suffered(self, name: str) -> AsyncIterator[OpenCall]:
        """Wrap the handling of one call."""
        self.counts[name] += 1
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("calls are handled in tasks")
        call = OpenCall(name, task)
        self._open.add(call)
        try:
            await self._before(name)
            yield call
        except asyncio.CancelledError:
            if not call.severed:
                raise
            task.uncancel()
            raise _broken() from None
        finally:
            self._open.discard(call)

    async def _before(self, name: str) -> None:
        for rule in [rule for rule in self._rules if fnmatchcase(name, rule.pattern)]:
            if rule.times:
                rule.times -= 1
                if not rule.times:
                    self._rules.remove(rule)
            if rule.kind == "latency":
                with suppress(TimeoutError):
                    await asyncio.wait_for(rule.cleared.wait(), rule.seconds)
            elif rule.kind == "hang":
                await rule.cleared.wait()
            elif rule.kind == "cut":
                raise _broken()
            else:
                raise Refusal(grpc.StatusCode[rule.code], rule.text)
