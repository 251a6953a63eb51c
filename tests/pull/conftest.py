"""Real registries and a namespace of every real daemon."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.pull.site import Site
from tests.support.daemon import Daemon
from tests.support.docker_registry import DockerRegistry, need_docker_registry
from tests.support.seed import Seed
from tui.backend.client import Client
from tui.backend.service import Service


@pytest.fixture(scope="session")
def registry() -> Iterator[DockerRegistry]:
    """Gives a registry that speaks plain HTTP, shared by all tests of a process."""
    need_docker_registry()
    with DockerRegistry() as registry:
        yield registry


@pytest.fixture
async def site_of(
    tmp_path: Path,
) -> AsyncIterator[Callable[[Daemon, DockerRegistry], Site]]:
    """Makes namespaces, and empties them afterwards."""
    made: list[Site] = []

    def make(daemon: Daemon, registry: DockerRegistry) -> Site:
        namespace = daemon.namespace()
        client = Client(daemon.address, namespace=namespace, timeout=60.0)
        service = Service(client, namespace=namespace)
        # Not those of the machine that the tests run on.
        service.hosts_dir = tmp_path / "certs.d"
        service.docker_config = tmp_path / "config.json"
        made.append(Site(daemon, registry, client, service, Seed(client, namespace)))
        return made[-1]

    yield make
    for site in made:
        await site.seed.clean()
        await site.client.close()


@pytest.fixture
def site(
    real_daemon: Daemon,
    registry: DockerRegistry,
    site_of: Callable[[Daemon, DockerRegistry], Site],
) -> Site:
    """Gives a fresh namespace of each real daemon in turn."""
    return site_of(real_daemon, registry)
