"""Whose metrics are read when, and what one hung shim costs the others."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.flow.watching import eventually
from tui.backend.errors import ServerError, Timeout
from tui.backend.sampler import CHUNK, Sampler
from tui.backend.service import Service
from tui.state.models import Sample, Task, TaskStatus
from tui.state.store import Store

BEAT = 0.02


class Shims:
    """Answers for metrics as a daemon does: a hung shim costs the whole call its deadline."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.hung: set[str] = set()
        self.gone: set[str] = set()
        self.frozen = False
        self.broken = False
        self.reading = 0
        self.client = SimpleNamespace(
            call=self._ping, version=SimpleNamespace(Version=None)
        )  # fmt: skip

    async def get_metrics(
        self, ids: Sequence[str], timeout: float = 2.0, *, namespace: str | None = None
    ) -> dict[str, Sample]:
        self.calls.append(tuple(ids))
        await asyncio.sleep(0)
        if self.broken:
            raise ServerError("Could not read metrics of task: no cgroup.")
        if self.frozen or self.hung & set(ids):
            raise Timeout("no answer in time")
        self.reading += 1
        return {
            key: Sample(at=self.reading * BEAT, cpu_ns=self.reading * 10**6, memory=1)
            for key in ids
            if key not in self.gone
        }

    async def _ping(self, *_: Any, **__: Any) -> None:
        if self.frozen:
            raise Timeout("no answer in time")


class Bench:
    """A sampler on a store with running tasks."""

    def __init__(self, *names: str) -> None:
        self.store = Store()
        self.shims = Shims()
        self.doubts: list[str] = []
        self.sampler = Sampler(
            cast(Service, self.shims), self.store, lambda: None, self.doubts.append,
            refresh=BEAT, turn=10 * BEAT,
        )  # fmt: skip
        for name in names:
            self.store.upsert("task", Task("default", name, 1, TaskStatus.RUNNING))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        worker = asyncio.create_task(self.sampler.run())
        try:
            yield
        finally:
            worker.cancel()
            with suppress(asyncio.CancelledError):
                await worker

    def count(self, name: str) -> int:
        series = self.store.snapshot().series.get(name)
        return series.count if series else 0

    def asked(self, name: str) -> int:
        return sum(name in ids for ids in self.shims.calls)


async def test_many_tasks_in_view_are_read_in_few_calls() -> None:
    names = [f"t{index}" for index in range(2 * CHUNK + 1)]
    bench = Bench(*names)
    bench.sampler.focus(names)
    async with bench.running():
        await eventually(lambda: all(bench.count(name) >= 3 for name in names), "not read")
    assert max(map(len, bench.shims.calls)) == CHUNK
    beats = bench.asked("t0")
    assert len(bench.shims.calls) <= 3 * (beats + 1)
    assert bench.store.snapshot().series["t0"].cpu_percent is not None


async def test_tasks_out_of_view_take_turns_and_all_get_one() -> None:
    names = [f"t{index:02}" for index in range(20)]
    bench = Bench(*names)
    bench.sampler.focus({"t00"})
    async with bench.running():
        await eventually(lambda: all(bench.count(name) for name in names), "not all had a turn")
    turns = [bench.asked(name) for name in names[1:]]
    assert max(turns) - min(turns) <= 1
    assert bench.asked("t00") >= 8 * min(turns)


async def test_a_hung_shim_is_found_said_and_left_alone() -> None:
    bench = Bench("a", "b", "hung")
    bench.sampler.focus({"a", "b", "hung"})
    async with bench.running():
        await eventually(lambda: bench.count("hung") > 0, "not read")
        bench.shims.hung.add("hung")
        await eventually(
            lambda: not bench.store.snapshot().series["hung"].answering, "not said to hang"
        )
        before = bench.count("a"), bench.asked("hung")
        await eventually(lambda: bench.count("a") > before[0] + 40, "the others stopped")
        assert bench.store.snapshot().series["a"].answering
        # Forty beats, but asked alone and with doubling rests.
        asked_hung = bench.asked("hung") - before[1]
        assert asked_hung <= 6
        assert all(ids == ("hung",) for ids in bench.shims.calls[-40:] if "hung" in ids)
        bench.shims.hung.clear()
        await eventually(
            lambda: bench.store.snapshot().series["hung"].answering, "does not answer again"
        )
        assert "hung" in bench.doubts


async def test_a_daemon_that_hangs_is_no_hung_shim() -> None:
    bench = Bench("a")
    bench.sampler.focus({"a"})
    async with bench.running():
        await eventually(lambda: bench.count("a") > 0, "not read")
        bench.shims.frozen = True
        calls = len(bench.shims.calls)
        await eventually(lambda: len(bench.shims.calls) > calls + 3, "stopped reading")
        assert bench.store.snapshot().series["a"].answering


async def test_a_task_without_metrics_is_doubted_and_not_at_every_beat() -> None:
    bench = Bench("a", "gone")
    bench.shims.gone.add("gone")
    bench.sampler.focus({"a", "gone"})
    async with bench.running():
        await eventually(lambda: bench.count("a") > 40, "not read")
    assert bench.doubts
    assert set(bench.doubts) == {"gone"}
    assert len(bench.doubts) <= 7


async def test_only_tasks_with_processes_are_read() -> None:
    bench = Bench("a")
    bench.store.upsert("task", Task("default", "created", 1, TaskStatus.CREATED))
    bench.store.upsert("task", Task("default", "stopped", 1, TaskStatus.STOPPED))
    bench.sampler.focus({"a", "created", "stopped", "unknown"})
    async with bench.running():
        await eventually(lambda: bench.count("a") > 3, "not read")
    assert {key for ids in bench.shims.calls for key in ids} == {"a"}


async def test_a_pause_reads_nothing() -> None:
    bench = Bench("a")
    bench.sampler.focus({"a"})
    bench.sampler.pause(True)
    async with bench.running():
        for _ in range(10):
            await asyncio.sleep(0)
        assert not bench.shims.calls
        bench.sampler.pause(False)
        await eventually(lambda: bench.count("a") > 0, "did not go on")


async def test_what_is_wrong_at_every_beat_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench("a")
    bench.sampler.focus({"a"})
    bench.shims.broken = True
    with caplog.at_level(logging.INFO):
        async with bench.running():
            await eventually(lambda: bench.asked("a") > 5, "not asked again")
        assert caplog.text.count("no cgroup") == 1
        bench.sampler.reset()
        before = bench.asked("a")
        async with bench.running():
            await eventually(lambda: bench.asked("a") > before + 5, "not asked again")
        assert caplog.text.count("no cgroup") == 2
