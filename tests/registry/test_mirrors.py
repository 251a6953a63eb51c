"""Mirrors: asked in the order of the file, and left for the next where they fail."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.registry.conftest import image, layer_of, opened, whole
from tests.support.fake_registry import FakeRegistry
from tests.support.misbehaviour import Misbehaviour, answers, resets
from tests.support.token_server import web_basic
from tui.backend.errors import FailedPrecondition, NotFound, PermissionDenied
from tui.backend.registry_errors import WrongContent

BUILT = image()
LAYER = layer_of(BUILT)
BLOB = BUILT.blobs[LAYER.digest]
NAME = "library/app:1"


@pytest.fixture
async def mirror() -> AsyncIterator[FakeRegistry]:
    async with FakeRegistry() as registry:
        registry.add(BUILT, NAME)
        yield registry


@pytest.fixture
def server(fake: FakeRegistry) -> FakeRegistry:
    fake.add(BUILT, NAME)
    return fake


def hosts_dir(
    tmp_path: Path, mirror: FakeRegistry, server: FakeRegistry, more: str = "", at: str = ""
) -> Path:  # fmt: skip
    """The directory where one host mirrors Docker's registry, and another one stands for it."""
    folder = tmp_path / "certs.d" / "docker.io"
    folder.mkdir(parents=True, exist_ok=True)
    text = f'server = "{server.url}"\n[host."{mirror.url}{at}"]\n{more}\n'
    (folder / "hosts.toml").write_text(text)
    return folder.parent


async def test_the_mirror_is_asked_and_told_for_whom(
    tmp_path: Path, mirror: FakeRegistry, server: FakeRegistry
) -> None:
    async with opened("app:1", hosts_dir=hosts_dir(tmp_path, mirror, server)) as registry:
        top = await registry.resolve()
        assert await registry.document(top) == BUILT.blobs[top.digest]
        assert await whole(registry, LAYER) == BLOB
    assert server.seen == []
    assert {seen.query.get("ns") for seen in mirror.seen} == {"docker.io"}


@pytest.mark.parametrize("how", [answers(404), answers(500), answers(403), answers(401), resets])
async def test_what_the_mirror_does_not_give_the_server_gives(
    tmp_path: Path, mirror: FakeRegistry, server: FakeRegistry, how: Misbehaviour
) -> None:
    mirror.misbehave("", how)
    async with opened("app:1", hosts_dir=hosts_dir(tmp_path, mirror, server)) as registry:
        top = await registry.resolve()
        assert await registry.document(top) == BUILT.blobs[top.digest]
        assert await whole(registry, LAYER) == BLOB
    assert len(server.seen) == 3
    assert mirror.seen


async def test_a_mirror_that_is_gone_does_no_harm(
    tmp_path: Path, mirror: FakeRegistry, server: FakeRegistry
) -> None:
    await mirror.stop()
    async with opened("app:1", hosts_dir=hosts_dir(tmp_path, mirror, server)) as registry:
        assert (await registry.resolve()).digest == BUILT.target.digest
        assert await whole(registry, LAYER) == BLOB


async def test_a_mirror_that_lies_is_left_before_anything_of_it_is_given_out(
    tmp_path: Path, mirror: FakeRegistry, server: FakeRegistry
) -> None:
    small = image(1000)
    layer = layer_of(small)
    for each in (mirror, server):
        each.add(small, "library/small:1")
    mirror.misbehave("blobs", answers(200, b"x" * layer.size))
    mirror.misbehave("GET", answers(200, b"x" * small.target.size))
    async with opened("small:1", hosts_dir=hosts_dir(tmp_path, mirror, server)) as registry:
        assert await whole(registry, layer) == small.blobs[layer.digest]
        top = await registry.resolve()
        assert await registry.document(top) == small.blobs[top.digest]
        # Of a large one the beginning is out already.
        mirror.misbehave("blobs", answers(200, b"x" * LAYER.size), first=True)
        before = len(server.seen)
        with pytest.raises(WrongContent, match="not that of its digest"):
            await whole(registry, LAYER)
        assert len(server.seen) == before


async def test_only_pulling_is_left_to_a_mirror_that_may_not_resolve(
    tmp_path: Path, mirror: FakeRegistry, server: FakeRegistry
) -> None:
    folder = hosts_dir(tmp_path, mirror, server, 'capabilities = ["pull"]')
    async with opened("app:1", hosts_dir=folder) as registry:
        top = await registry.resolve()
        assert await whole(registry, LAYER) == BLOB
    assert [seen.method for seen in mirror.seen] == ["GET"]
    assert [seen.method for seen in server.seen] == ["HEAD"]
    async with opened(f"app@{top.digest}", hosts_dir=folder) as registry:
        await registry.resolve()
    assert mirror.seen[-1].method == "HEAD"


async def test_where_nobody_may_it_is_said(
    tmp_path: Path, mirror: FakeRegistry, server: FakeRegistry
) -> None:
    folder = hosts_dir(tmp_path, mirror, server, 'capabilities = ["push"]')
    file = folder / "docker.io" / "hosts.toml"
    file.write_text('capabilities = ["push"]\n' + file.read_text())
    async with opened("app:1", hosts_dir=folder) as registry:
        with pytest.raises(FailedPrecondition, match=r'no host in .* has the capability "resolve"'):
            await registry.resolve()


async def test_headers_and_another_path_are_for_the_mirror_alone(
    tmp_path: Path, mirror: FakeRegistry, server: FakeRegistry
) -> None:
    more = f'override_path = true\nheader = {{Authorization = "{web_basic("h", "x")}", x-k = "v"}}'
    mirror.misbehave("manifests", answers(307, Location=f"{server.url}/v2/{NAME}"), times=1)
    folder = hosts_dir(tmp_path, mirror, server, more, at="/v2/proxy")
    async with opened("app:1", hosts_dir=folder) as registry:
        await registry.resolve()
    assert mirror.seen[0].path == "/v2/proxy/library/app/manifests/1"
    assert mirror.seen[0].headers["authorization"] == web_basic("h", "x")
    assert mirror.seen[0].headers["x-k"] == "v"
    for seen in server.seen:
        assert not {"authorization", "x-k"} & seen.headers.keys()


async def test_each_host_has_its_own_credentials(
    tmp_path: Path, mirror: FakeRegistry, server: FakeRegistry
) -> None:
    for each in (mirror, server):
        each.misbehave("", answers(401, WWW_Authenticate="Basic"))
    config = tmp_path / "config.json"
    entries = {
        mirror.host: {"username": "m", "password": "m"},
        server.host: {"username": "s", "password": "s"},
    }
    config.write_text(json.dumps({"auths": entries}))
    folder = hosts_dir(tmp_path, mirror, server)
    async with opened("app:1", hosts_dir=folder, docker_config=config) as registry:
        with pytest.raises(PermissionDenied, match=f"{server.host} does not accept"):
            await registry.resolve()
    for each, user in ((mirror, "m"), (server, "s")):
        sent = {seen.headers.get("authorization", "") for seen in each.seen}
        assert sent == {"", web_basic(user, user)}


async def test_the_server_knows_best_what_is_not_there(
    tmp_path: Path, mirror: FakeRegistry, server: FakeRegistry
) -> None:
    folder = hosts_dir(tmp_path, mirror, server)
    mirror.misbehave("", answers(403))
    async with opened("app:2", hosts_dir=folder) as registry:
        with pytest.raises(NotFound, match=f"{server.host} has no tag 2"):
            await registry.resolve()
    # Where it cannot be asked, what the mirror said is worth more.
    await server.stop()
    async with opened("app:2", hosts_dir=folder) as registry:
        with pytest.raises(PermissionDenied, match=mirror.host):
            await registry.resolve()


async def test_a_download_goes_on_at_the_server_where_the_mirror_broke(
    tmp_path: Path, mirror: FakeRegistry, server: FakeRegistry
) -> None:
    async with opened("app:1", hosts_dir=hosts_dir(tmp_path, mirror, server)) as registry:
        got = b""
        mirror.rate = 8 << 20
        async for chunk in registry.blob(LAYER):
            if not got:
                await mirror.stop()
            got += chunk
        assert got == BLOB
        assert registry.fetched == len(BLOB)
    assert server.seen[-1].headers["range"].startswith("bytes=")
