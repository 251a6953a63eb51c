"""What comes of a verb on several objects, and what is said of it."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from tests.flow.watching import eventually
from tui.backend.errors import BackendError, FailedPrecondition, NotFound, StillRunning, Timeout
from tui.runner import AT_ONCE, Outcome, Runner
from tui.targets import Pane, Target
from tui.verbs import Backend


def target(name: str) -> Target:
    return Target(Pane.CONTAINERS, name, name, name, "default", "overlayfs", name)


async def stop(**failures: BackendError) -> Outcome:
    """Run a stop on ``a`` and on what is to fail."""

    async def stop_container(name: str, *_: Any, **__: Any) -> None:
        if name in failures:
            raise failures[name]

    async def reread(*_: Any) -> None:
        pass

    service, watcher = (
        SimpleNamespace(stop_container=stop_container),
        SimpleNamespace(reread=reread),
    )
    shown: list[Any] = []
    runner = Runner(cast(Backend, SimpleNamespace(service=service, watcher=watcher)), shown.append)
    targets = tuple(map(target, ["a", *failures]))
    outcome = await runner.run("stop", targets, {})
    assert not any(shown[-1].values())
    return outcome


async def test_what_would_not_end_is_asked_about_and_the_rest_is_told() -> None:
    outcome = await stop(deaf=StillRunning("It did not stop."), gone=NotFound("There is no task."))
    assert outcome.take_stubborn() == (target("deaf"),)
    assert outcome.worth_telling
    assert outcome.summary() == "Stopped 1 of 2. gone: There is no task."


async def test_a_daemon_that_does_not_answer_is_no_reason_to_kill() -> None:
    outcome = await stop(b=Timeout("Could not get task b: no answer in time."))
    assert outcome.take_stubborn() == ()
    assert "no answer in time" in outcome.summary()


async def test_a_name_is_told_once() -> None:
    outcome = await stop(**{"web-1": FailedPrecondition("web-1 is the file system of x.")})
    assert outcome.summary() == "Stopped 1 of 2. web-1 is the file system of x."
    outcome = await stop(**{"web-1": FailedPrecondition("Could not stop task web-10: no.")})
    assert outcome.summary() == "Stopped 1 of 2. web-1: Could not stop task web-10: no."


async def test_one_that_is_asked_about_is_not_told_as_well() -> None:
    outcome = await stop(deaf=StillRunning("It did not stop."))
    assert outcome.take_stubborn() == (target("deaf"),)
    assert not outcome.worth_telling


async def test_waiting_for_verbs_ends_also_in_a_task_that_was_cancelled() -> None:
    held, left = asyncio.Event(), asyncio.Event()

    async def stop_container(*_: Any, **__: Any) -> None:
        held.set()
        await asyncio.Event().wait()

    service = SimpleNamespace(stop_container=stop_container)
    runner = Runner(
        cast(Backend, SimpleNamespace(service=service, watcher=None)), lambda pending: None
    )
    verb = asyncio.create_task(runner.run("stop", (target("a"),), {}))
    await held.wait()

    async def follow() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await runner.settled(0.01)
            left.set()

    following = asyncio.create_task(follow())
    await asyncio.sleep(0)
    following.cancel()
    await asyncio.wait({following}, timeout=30)
    assert left.is_set()
    verb.cancel()
    await asyncio.wait({verb}, timeout=30)


async def test_verbs_that_wait_long_do_not_hold_up_others() -> None:
    started: list[str] = []
    forever = asyncio.Event()

    async def stop_container(name: str, signal: str | None, **_: Any) -> None:
        started.append(f"stop {name} {signal}")
        if signal is None:
            await forever.wait()

    async def measure(key: str, _namespace: str) -> None:
        started.append(f"measure {key}")
        await forever.wait()

    async def pause(name: str, **_: Any) -> None:
        started.append(f"pause {name}")

    async def reread(*_: Any) -> None:
        pass

    service = SimpleNamespace(stop_container=stop_container, pause=pause)
    watcher = SimpleNamespace(measure=measure, reread=reread)
    backend = cast(Backend, SimpleNamespace(service=service, watcher=watcher))
    runner = Runner(backend, lambda pending: None)
    many = tuple(target(str(number)) for number in range(AT_ONCE + 4))
    waiting = [asyncio.create_task(runner.run(verb, many, {})) for verb in ("stop", "usage")]
    await eventually(lambda: len(started) == 2 * AT_ONCE, "not begun")
    async with asyncio.timeout(30):
        await runner.run("pause", (target("web-1"),), {})
        await runner.run("stop", (target("0"),), {"force": "yes"})
    assert started[2 * AT_ONCE :] == ["pause web-1", "stop 0 SIGKILL"]
    forever.set()
    await asyncio.gather(*waiting)
    assert len(started) == 2 * len(many) + 2
