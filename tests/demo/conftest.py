"""A world in this process whose clock stands still, and one in a process of its own."""

from collections.abc import AsyncIterator, Iterator

import pytest

from protos import types_pb2
from tests.demo.bench import Bench
from tui.demo.control import Control
from tui.demo.launch import DemoEngine


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """The world of twelve containers, built in this process, at a fixed time."""
    bench = Bench.make(containers=12)
    yield bench
    await bench.close()


@pytest.fixture
async def heard(bench: Bench) -> list[types_pb2.Envelope]:
    """What the bench's exchange announces, in order."""
    envelopes = bench.listen()
    await bench.settle()
    return envelopes


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoEngine]:
    """A demo engine in a process of its own, shared by the tests of a module."""
    with DemoEngine.start() as engine:
        yield engine


@pytest.fixture
def control(demo: DemoEngine) -> Iterator[Control]:
    """Controls the shared engine, and leaves it without faults."""
    with Control(demo.address) as control:
        yield control
        control.clear()
