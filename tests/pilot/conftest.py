"""One demo engine for all tests of a module."""

from collections.abc import Iterator

import pytest

from tui.demo.control import Control
from tui.demo.launch import DemoEngine


@pytest.fixture(scope="module")
def engine() -> Iterator[DemoEngine]:
    """A demo engine with its usual dozen containers."""
    with DemoEngine.start() as running:
        yield running


@pytest.fixture
def control(engine: DemoEngine) -> Iterator[Control]:
    """The faults and the silent hand of the engine."""
    with Control(engine.address) as handle:
        yield handle
        handle.clear()
