"""A demo engine whose clock stands still, and its silent hand."""

from collections.abc import Iterator

import pytest

from tui.demo.control import Control
from tui.demo.launch import DemoEngine


@pytest.fixture
def engine() -> Iterator[DemoEngine]:
    with DemoEngine.start(containers=12, seed=1, extra=("--at", "2026-01-01T12:00Z")) as engine:
        yield engine


@pytest.fixture
def control(engine: DemoEngine) -> Iterator[Control]:
    with Control(engine.address) as control:
        yield control
