"""The contract of the event stream: a probe tells that it is live, then all is announced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from uuid import uuid4

from tests.contract.place import Place, later, small_image
from tui.backend.events import PROBE_TOPIC, publish_probe, subscribe
from tui.state.models import Event


class Listener:
    """A subscription that collects what arrives."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.events: list[Event] = []
        self._task = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        stream = subscribe(self._place.client)
        async with aclosing(stream):
            async for event in stream:
                self.events.append(event)

    async def live(self) -> None:
        """Waits until the subscription has taken effect."""
        nonce = uuid4().hex

        async def came_back() -> bool:
            await publish_probe(self._place.client, nonce)
            return any(event.topic == PROBE_TOPIC + nonce for event in self.events)

        await later(came_back)

    async def hears(self, what: Callable[[Event], bool]) -> Event:
        """Waits for an event of the test's own namespace and returns it."""

        def found() -> list[Event]:
            own = (each for each in self.events if each.namespace == self._place.namespace)
            return [event for event in own if what(event)]

        async def heard() -> bool:
            return bool(found())

        await later(heard)
        return found()[0]

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def test_the_life_of_a_container_is_announced(place: Place) -> None:
    listener = Listener(place)
    await listener.live()
    await place.container("web-1", ["sh", "-c", "exit 3"], "exit:3")
    await place.service.start_container("web-1")
    await place.stopped("web-1")
    await place.service.delete_container("web-1")

    async def about(topic: str) -> Event:
        return await listener.hears(lambda event: event.topic == topic and event.subject == "web-1")

    await about("/snapshot/prepare")
    created = await about("/containers/create")
    assert created.detail["image"] == await place.image()
    started = await about("/tasks/start")
    assert int(started.detail["pid"]) > 0
    exited = await about("/tasks/exit")
    assert (exited.detail["exit_status"], exited.detail["id"]) == ("3", "web-1")
    await about("/containers/delete")
    order = [
        event.topic
        for event in listener.events
        if event.namespace == place.namespace and event.topic.startswith("/tasks/")
    ]
    assert order[:3] == ["/tasks/create", "/tasks/start", "/tasks/exit"]
    await listener.close()


async def test_images_and_snapshots_are_announced(place: Place) -> None:
    listener = Listener(place)
    await listener.live()
    name = await place.seed.image(small_image())
    await place.seed.prepare("work")
    await place.service.commit_snapshot("work", "saved")
    await place.service.remove_snapshot("saved")
    await place.service.delete_image(name)
    for topic, subject in (
        ("/images/create", name),
        ("/snapshot/commit", "saved"),
        ("/snapshot/remove", "saved"),
        ("/images/delete", name),
    ):

        def wanted(event: Event, topic: str = topic, subject: str = subject) -> bool:
            return (event.topic, event.subject) == (topic, subject)

        await listener.hears(wanted)
    await listener.close()


async def test_what_others_publish_is_heard(place: Place) -> None:
    listener = Listener(place)
    await listener.live()
    probe = await listener.hears(lambda event: event.topic.startswith(PROBE_TOPIC))
    assert (probe.subject, probe.detail) == ("", {})
    await listener.close()
