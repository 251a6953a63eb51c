"""The contract of stop: politely, by force, and so that it stays stopped."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.contract.place import Place, later
from tui.backend.client import Client
from tui.backend.errors import NotFound, Timeout
from tui.backend.service import Service
from tui.state.models import TaskStatus

RESTART = "containerd.io/restart."


async def test_a_polite_task_stops_at_once(place: Place) -> None:
    shell = "trap 'exit 5' TERM; echo ready; while true; do sleep 0.05; done"
    await place.container("web-1", ["sh", "-c", shell])
    task = await place.service.start_container("web-1")
    if place.real:
        await later(lambda: place.says(task.stdout, "ready"))
    status = await place.service.stop_container("web-1", timeout=60)
    assert status == (5 if place.real else 143)
    assert await place.status("web-1") is TaskStatus.STOPPED


async def test_a_stubborn_task_is_a_timeout_and_goes_on(place: Place) -> None:
    await place.stubborn("web-1")
    began = time.monotonic()
    with pytest.raises(Timeout, match=r"did not stop within 0\.5 s"):
        await place.service.stop_container("web-1", timeout=0.5)
    assert time.monotonic() - began >= 0.5
    assert await place.status("web-1") is TaskStatus.RUNNING


async def test_a_stubborn_task_is_killed_by_force(place: Place) -> None:
    await place.stubborn("web-1")
    assert await place.service.stop_container("web-1", timeout=0.5, force=True) == 137
    assert await place.status("web-1") is TaskStatus.STOPPED


async def test_the_signal_to_stop_can_be_chosen(place: Place) -> None:
    await place.stubborn("web-1")
    assert await place.service.stop_container("web-1", "SIGKILL") == 137


async def test_the_image_may_name_the_signal_to_stop(place: Place) -> None:
    labels = {"io.containerd.image.config.stop-signal": "SIGKILL"}
    await place.running("web-1", labels=labels)
    assert await place.service.stop_container("web-1") == 137


async def test_a_start_after_a_stop_is_a_new_task(place: Place) -> None:
    await place.running("web-1")
    first = await place.service.get_task("web-1")
    await place.service.stop_container("web-1", "KILL")
    second = await place.service.start_container("web-1")
    assert second.status is TaskStatus.RUNNING
    assert second.pid != first.pid


async def test_a_paused_task_stops_too(place: Place) -> None:
    shell = "trap 'exit 0' TERM; echo ready; while true; do sleep 0.05; done"
    await place.container("web-1", ["sh", "-c", shell])
    task = await place.service.start_container("web-1")
    if place.real:
        await later(lambda: place.says(task.stdout, "ready"))
    await place.service.pause("web-1")
    await place.service.stop_container("web-1", timeout=60)
    assert await place.status("web-1") is TaskStatus.STOPPED


async def test_many_tasks_stop_at_once(place: Place) -> None:
    image = await place.image()
    names = [f"web-{number}" for number in range(20)]
    await asyncio.gather(*(place.seed.container(name, image) for name in names))
    await asyncio.gather(*(place.service.start_container(name) for name in names))
    stops = [place.service.stop_container(name, "KILL", 120) for name in names]
    assert await asyncio.gather(*stops) == [137] * len(names)


async def test_to_wait_takes_no_turn_from_the_signal(place: Place) -> None:
    await place.running("web-1")
    client = Client(place.client.address, namespace=place.namespace, limit=1)
    service = Service(client, namespace=place.namespace)
    assert await service.stop_container("web-1", "KILL", 120) == 137
    await client.close()


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["always", "unless-stopped"])
async def test_what_the_restart_monitor_watches_stays_down(place: Place, policy: str) -> None:
    labels = {f"{RESTART}status": "running", f"{RESTART}policy": policy}
    await place.running("web-1", labels=labels)
    await place.running("witness", labels=labels)
    await place.service.stop_container("web-1", "KILL")
    old = await place.service.get_task("witness")
    await place.service.kill("witness", "KILL")

    async def witness_is_back() -> bool:
        try:
            task = await place.service.get_task("witness")
        except NotFound:
            return False
        return task.pid != old.pid and task.status is TaskStatus.RUNNING

    if place.real:
        # The monitor has looked at both once it has restarted the one it should.
        await later(witness_is_back, 90)
    assert await place.status("web-1") is not TaskStatus.RUNNING
    await place.service.start_container("web-1")
    container = await place.service.get_container("web-1")
    assert container.labels[f"{RESTART}status"] == "running"
    assert container.labels.get(f"{RESTART}explicitly-stopped") in (None, "false")


async def test_a_stop_that_fails_leaves_the_monitor_as_it_was(place: Place) -> None:
    image = await place.image()
    shell = "trap '' TERM; echo ready; while true; do sleep 1; done"
    await place.seed.container(
        "web-1",
        image,
        ["sh", "-c", shell],
        labels={f"{RESTART}status": "running"},
        script="run ignore:TERM",
    )
    task = await place.service.start_container("web-1")
    if place.real:
        await later(lambda: place.says(task.stdout, "ready"))
    with pytest.raises(Timeout):
        await place.service.stop_container("web-1", timeout=0.2)
    container = await place.service.get_container("web-1")
    ours = {key: value for key, value in container.labels.items() if key.startswith(RESTART)}
    assert ours == {f"{RESTART}status": "running"}
