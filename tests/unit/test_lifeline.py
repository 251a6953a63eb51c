"""The way back to the daemon: an attempt that failed leaves nothing on the next."""

import asyncio
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

from tests.support.world import NOW, SERVER
from tui.backend.errors import BackendError, Unavailable
from tui.backend.lifeline import Lifeline
from tui.backend.service import Service
from tui.state.store import Store


def service() -> Service:
    """A daemon that answers."""

    async def answer(*_: Any, **__: Any) -> Any:
        return SERVER

    client = SimpleNamespace(
        precheck=lambda: None,
        call=answer,
        version=SimpleNamespace(Version=None),
        address="/nonexistent/c9d.sock",
    )
    return cast(Service, SimpleNamespace(client=client, server=answer))


async def read() -> list[BackendError]:
    return []


async def test_a_failed_attempt_leaves_no_cancellation_on_the_next() -> None:
    counts: list[int] = []
    enough = asyncio.Event()

    async def fail() -> None:
        # Not before the group is left and waits for what it started.
        for _ in range(3):
            await asyncio.sleep(0)
        raise Unavailable("The connection broke.")

    async def watch(group: asyncio.TaskGroup) -> None:
        task = asyncio.current_task()
        assert task is not None
        counts.append(task.cancelling())
        with suppress(TimeoutError):
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        if len(counts) == 3:
            enough.set()
        group.create_task(fail())

    lifeline = Lifeline(service(), Store(), lambda: None, lambda: NOW)
    running = asyncio.create_task(lifeline.run(watch, read))
    await asyncio.wait_for(enough.wait(), 30)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert counts[:3] == [0, 0, 0]


async def test_the_end_is_heard_while_an_attempt_fails() -> None:
    failing = asyncio.Event()
    attempts = 0

    async def fail() -> None:
        failing.set()
        raise Unavailable("The connection broke.")

    async def watch(group: asyncio.TaskGroup) -> None:
        nonlocal attempts
        attempts += 1
        group.create_task(fail())

    lifeline = Lifeline(service(), Store(), lambda: None, lambda: NOW)
    running = asyncio.create_task(lifeline.run(watch, read))
    await asyncio.wait_for(failing.wait(), 30)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=30)
    assert done == {running}
    assert running.cancelled()
    assert attempts == 1
