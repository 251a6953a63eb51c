"""The engines that the contract is tried on, and a namespace of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from tests.contract.place import Place
from tests.support.daemon import Daemon
from tests.support.engines import ENGINE_PARAMS
from tests.support.seed import Seed
from tui.backend.client import Client
from tui.backend.service import Service
from tui.demo.launch import DemoEngine


@dataclass(frozen=True)
class Engine:
    """A daemon that serves, and a source of namespaces that nobody else has."""

    id: str
    address: str
    namespace: Callable[[], str]

    @property
    def real(self) -> bool:
        """Whether its containers really run."""
        return self.id != "demo"


@pytest.fixture(scope="session")
def demo_engine() -> Iterator[DemoEngine]:
    """Gives a demo engine that all tests of a process share."""
    engine = DemoEngine.start()
    yield engine
    engine.close()


@pytest.fixture(scope="session", params=["demo", *ENGINE_PARAMS])
def engine(request: pytest.FixtureRequest, shared_daemon: Callable[[str], Daemon]) -> Engine:
    """Gives each engine in turn."""
    if request.param == "demo":
        demo = request.getfixturevalue("demo_engine")
        return Engine("demo", demo.address, lambda: f"contract-{uuid4().hex[:12]}")
    daemon = shared_daemon(request.param)
    return Engine(request.param, daemon.address, daemon.namespace)


@pytest.fixture
async def place(engine: Engine) -> AsyncIterator[Place]:
    """Gives a fresh namespace of an engine with a service on it, and empties it afterwards."""
    namespace = engine.namespace()
    client = Client(engine.address, namespace=namespace, timeout=60.0)
    service = Service(client, namespace=namespace)
    place = Place(engine.id, engine.real, namespace, client, service, Seed(client, namespace))
    try:
        yield place
    finally:
        await place.seed.clean()
        await client.close()
