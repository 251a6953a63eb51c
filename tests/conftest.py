"""What every test gets: a clean environment, and real engines on demand."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator

import pytest

from tests.engines.layout import ENGINE_IDS
from tests.support.daemon import Daemon
from tests.support.engines import ENGINE_PARAMS, engines_line, need_engine

_REMOVED = ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES")
_REMOVED_PREFIXES = ("TEXTUAL", "CONTAINERD_", "LC_")
# The snapshot plugin hands it to the workers, who leave there what differs.
_KEPT = "TEXTUAL_SNAPSHOT_TEMPDIR"


def _clean_environment() -> None:
    for name in list(os.environ):
        if name in _REMOVED or (name.startswith(_REMOVED_PREFIXES) and name != _KEPT):
            del os.environ[name]
    os.environ.update(
        GRPC_VERBOSITY="NONE",
        GRPC_ENABLE_FORK_SUPPORT="0",
        TEXTUAL_ANIMATIONS="none",
        LANG="C.UTF-8",
    )


# Now and not in a fixture: grpc and Textual read it when they are imported.
_clean_environment()


def pytest_report_header() -> str:
    """Says in the header of the test run which engines it has."""
    return engines_line()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips tests of an engine that is not here; from one place, so in one line."""
    if item.get_closest_marker("engine") and isinstance(item, pytest.Function):
        callspec = getattr(item, "callspec", None)
        for value in callspec.params.values() if callspec else ():
            if value in ENGINE_IDS:
                need_engine(value)


def _sendable(value: object) -> object:
    """Return what a report holds with each lone surrogate spelt out."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _sendable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_sendable(each) for each in value)
    return value


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, object]:
    """Lets a worker report on tests of hostile text: xdist sends UTF-8 or dies."""
    return _sendable((yield))


@pytest.fixture(scope="session", autouse=True)
def private_user_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps settings and logs of the tests out of the developer's own folders."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


@pytest.fixture(scope="session")
def shared_daemon() -> Iterator[Callable[[str], Daemon]]:
    """Gives the daemon of an engine, started at the first request and shared by all tests.

    Each test takes a namespace of its own from it, and lets it live.
    """
    started: dict[str, Daemon] = {}

    def get(engine_id: str) -> Daemon:
        need_engine(engine_id)
        if engine_id not in started:
            started[engine_id] = Daemon(engine_id)
        return started[engine_id]

    yield get
    for daemon in started.values():
        daemon.close()


@pytest.fixture(scope="session", params=ENGINE_PARAMS)
def real_daemon(request: pytest.FixtureRequest, shared_daemon: Callable[[str], Daemon]) -> Daemon:
    """Gives each real engine in turn, as `shared_daemon` does."""
    return shared_daemon(request.param)


@pytest.fixture
def fresh_daemon() -> Iterator[Callable[[str], Daemon]]:
    """Starts daemons for one test alone, which may kill and freeze them."""
    started: list[Daemon] = []

    def start(engine_id: str) -> Daemon:
        need_engine(engine_id)
        started.append(Daemon(engine_id))
        return started[-1]

    yield start
    for daemon in started:
        daemon.close()
