"""Passwords and tokens: told to the host that they are for, and to nobody else."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.registry.conftest import SECRET, config, image, layer_of, opened, wants_password, whole
from tests.support.fake_registry import FakeRegistry
from tests.support.misbehaviour import answers
from tests.support.token_server import TokenServer, web_basic
from tui.backend.errors import BackendError, PermissionDenied


async def test_another_repository_is_never_asked_for(fake: FakeRegistry) -> None:
    reference = fake.add(image(100), "demo/app:1")
    async with TokenServer() as tokens:
        scope = "repository:proxy/demo/app:pull repository:mine:pull,push registry:catalog:*"
        tokens.guard(fake, f',scope="{scope}"')
        async with opened(reference) as registry:
            await registry.resolve()
        asked = [value for key, value in tokens.asked[0][1] if key == "scope"]
    assert asked == ["repository:demo/app:pull", "repository:proxy/demo/app:pull"]


async def test_a_redirect_takes_no_credentials_along(fake: FakeRegistry, tmp_path: Path) -> None:
    built = image(100)
    reference = fake.add(built, "demo/app:1")
    layer = layer_of(built)
    async with FakeRegistry() as cdn:
        cdn.add(built, "demo/app:1")
        wants_password(fake)
        there = f"http://u:{SECRET}@{cdn.host}/v2/demo/app/blobs/{layer.digest}?signature=a%2Fb"
        async with opened(reference, docker_config=config(tmp_path, fake.host)) as registry:
            await registry.resolve()
            fake.misbehave("blobs", answers(307, Location=there), first=True)
            assert await whole(registry, layer) == built.blobs[layer.digest]
    assert "authorization" in fake.seen[-1].headers
    assert "authorization" not in cdn.seen[-1].headers
    assert cdn.seen[-1].query == {"signature": "a/b"}


async def test_who_we_are_sent_to_gets_none_by_asking_for_them(
    fake: FakeRegistry, tmp_path: Path
) -> None:
    built = image(100)
    reference = fake.add(built, "demo/app:1")
    async with FakeRegistry() as thief, TokenServer() as tokens:
        tokens.guard(thief)
        there = f"{thief.url}/v2/demo/app/blobs/x"
        fake.misbehave("blobs", answers(307, Location=there))
        file = config(tmp_path, fake.host)
        async with opened(reference, docker_config=file) as registry:
            with pytest.raises(PermissionDenied):
                await whole(registry, layer_of(built))
        assert tokens.asked == []
    assert not [seen for seen in thief.seen if "authorization" in seen.headers]


async def test_no_secret_is_told_to_anybody(
    fake: FakeRegistry, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reference = fake.add(image(100), "demo/app:1")
    async with TokenServer(user=("me", "another")) as tokens:
        tokens.guard(fake)
        async with opened(reference, docker_config=config(tmp_path, fake.host)) as registry:
            with pytest.raises(BackendError) as caught:
                await registry.resolve()
            told = [str(caught.value), repr(caught.value), repr(registry), repr(vars(registry))]
        assert tokens.asked[0][2] == web_basic("me", SECRET)
    basic = web_basic("me", SECRET).removeprefix("Basic ")
    for text in (*told, caplog.text):
        assert SECRET not in text
        assert basic not in text
    assert not [seen for seen in fake.seen if SECRET in str(seen.query)]
