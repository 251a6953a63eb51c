"""The contract where a shim does not answer: others do, and nothing waits for ever."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.contract.place import Place, later
from tui.backend.errors import BackendError, FailedPrecondition, Timeout
from tui.demo.control import Control
from tui.state.models import TaskStatus


def shim_of(namespace: str, container_id: str) -> int:
    """Returns the process id of the shim of a container."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if arguments[0].endswith("containerd-shim-runc-v2") and {namespace, container_id} <= set(
            arguments
        ):
            return int(path.parent.name)
    raise AssertionError(f"no shim of {container_id}")


def states(pid: int) -> set[str]:
    """Returns the states of the threads of a process."""
    stats = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    return {stat.rpartition(")")[2].split()[0] for stat in stats}


async def freeze(pid: int) -> None:
    """Stops a process and waits until every thread of it stands."""
    os.kill(pid, signal.SIGSTOP)

    async def stands() -> bool:
        return states(pid) == {"T"}

    await later(stands)


async def test_a_shim_that_does_not_answer_holds_up_nobody_else(place: Place) -> None:
    await place.running("well")
    await place.running("frozen", script="run frozen")
    shim = shim_of(place.namespace, "frozen") if place.real else 0
    if shim:
        await freeze(shim)
    try:
        with pytest.raises(Timeout):
            await place.service.get_metrics(["frozen"], timeout=0.5)
        assert (await place.service.get_metrics(["well"], timeout=60.0)).keys() == {"well"}
        rows = {row.container_id: row.status for row in await place.service.list_tasks()}
        assert rows["well"] is TaskStatus.RUNNING
        # From 2.3 on it is left out of the list.
        assert rows.get("frozen", TaskStatus.UNKNOWN) is TaskStatus.UNKNOWN
        with pytest.raises((FailedPrecondition, BackendError)):
            await place.service.delete_task("frozen")
    finally:
        if shim:
            os.kill(shim, signal.SIGCONT)
        else:
            with Control(place.client.address) as control:
                control.remove("task", "frozen", namespace=place.namespace)
