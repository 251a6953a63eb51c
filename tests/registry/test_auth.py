"""Getting in: tokens and passwords, for the right host and for nobody else."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.registry.conftest import SECRET, config, image, layer_of, opened, wants_password, whole
from tests.support.fake_registry import FakeRegistry
from tests.support.misbehaviour import answers
from tests.support.token_server import TokenServer, web_basic
from tui.backend.errors import BackendError, PermissionDenied
from tui.backend.registry_errors import WrongContent


@pytest.mark.parametrize("field", ["token", "access_token"])
async def test_anybody_gets_a_token_for_this_repository(fake: FakeRegistry, field: str) -> None:
    built = image(100)
    reference = fake.add(built, "demo/app:1")
    async with TokenServer(field=field, lifetime=None) as tokens:
        tokens.guard(fake)
        async with opened(reference) as registry:
            top = await registry.resolve()
            await registry.document(top)
            await whole(registry, layer_of(built))
        assert tokens.asked == [
            ("GET", [("service", "tests"), ("scope", "repository:demo/app:pull")], "")
        ]
    # One refusal, and then every request has the token at once.
    assert len(fake.seen) == 4


async def test_the_password_goes_to_the_token_server_and_not_to_the_registry(
    fake: FakeRegistry, tmp_path: Path
) -> None:
    reference = fake.add(image(100), "demo/app:1")
    async with TokenServer(user=("me", SECRET)) as tokens:
        tokens.guard(fake)
        async with opened(reference, docker_config=config(tmp_path, fake.host)) as registry:
            await registry.resolve()
        assert tokens.asked[0][2] == web_basic("me", SECRET)
    assert not [seen for seen in fake.seen if "Basic" in seen.headers.get("authorization", "")]


async def test_an_identity_token_is_posted(fake: FakeRegistry, tmp_path: Path) -> None:
    reference = fake.add(image(100), "demo/app:1")
    async with TokenServer(refresh_token=SECRET) as tokens:
        tokens.guard(fake)
        file = config(tmp_path, fake.host, identitytoken=SECRET)
        async with opened(reference, docker_config=file) as registry:
            await registry.resolve()
        method, fields, authorization = tokens.asked[0]
        assert (method, authorization) == ("POST", "")
        assert dict(fields) == {
            "grant_type": "refresh_token",
            "service": "tests",
            "client_id": "c9d",
            "scope": "repository:demo/app:pull",
            "refresh_token": SECRET,
        }


async def test_a_token_that_died_is_replaced_once(fake: FakeRegistry) -> None:
    reference = fake.add(image(100), "demo/app:1")
    async with TokenServer() as tokens:
        tokens.guard(fake)
        async with opened(reference) as registry:
            await registry.resolve()
            tokens.valid.clear()
            await registry.resolve()
            assert len(tokens.asked) == 2


async def test_a_registry_that_takes_no_token_is_not_asked_for_ever(fake: FakeRegistry) -> None:
    reference = fake.add(image(100), "demo/app:1")
    async with TokenServer() as tokens:
        challenge = f'Bearer realm="{tokens.realm}"'
        fake.misbehave("", answers(401, WWW_Authenticate=challenge))
        async with opened(reference) as registry:
            with pytest.raises(PermissionDenied, match="wants credentials"):
                await registry.resolve()
    # Twice for the head, twice for the body with its reason.
    assert [seen.method for seen in fake.seen] == ["HEAD", "HEAD", "GET", "GET"]


async def test_a_token_is_renewed_before_it_is_used_too_late(fake: FakeRegistry) -> None:
    reference = fake.add(image(100), "demo/app:1")
    async with TokenServer(lifetime=1e-6) as tokens:
        tokens.guard(fake)
        async with opened(reference) as registry:
            await registry.resolve()
            await registry.resolve()
        assert len(tokens.asked) == 2
    assert [seen.method for seen in fake.seen] == ["HEAD", "HEAD", "HEAD"]


async def test_downloads_at_once_share_one_token(fake: FakeRegistry) -> None:
    built = image(100)
    reference = fake.add(built, "demo/app:1")
    async with TokenServer() as tokens:
        tokens.guard(fake)
        async with opened(reference) as registry:
            layer = layer_of(built)
            got = await asyncio.gather(*(whole(registry, layer) for _ in range(5)))
        assert set(got) == {built.blobs[layer.digest]}
        assert len(tokens.asked) == 1


async def test_basic_is_understood_among_several_challenges(
    fake: FakeRegistry, tmp_path: Path
) -> None:
    reference = fake.add(image(100), "demo/app:1")
    wants_password(fake)
    async with opened(reference, docker_config=config(tmp_path, fake.host)) as registry:
        await registry.resolve()
    assert len(fake.seen) == 2


async def test_without_credentials_it_says_how_to_give_them(fake: FakeRegistry) -> None:
    reference = fake.add(image(100), "demo/app:1")
    wants_password(fake)
    async with opened(reference) as registry:
        with pytest.raises(PermissionDenied, match=f"wants credentials .* login {fake.host}"):
            await registry.resolve()


async def test_wrong_credentials_are_told_from_none(fake: FakeRegistry, tmp_path: Path) -> None:
    reference = fake.add(image(100), "demo/app:1")
    wants_password(fake)
    file = config(tmp_path, fake.host, username="me", password="old-" + SECRET)
    async with opened(reference, docker_config=file) as registry:
        with pytest.raises(PermissionDenied, match="does not accept the credentials") as caught:
            await registry.resolve()
    assert SECRET not in str(caught.value)
    async with TokenServer(user=("me", SECRET)) as tokens, FakeRegistry() as other:
        tokens.guard(other)
        reference = other.add(image(100), "demo/app:1")
        file = config(tmp_path, other.host, username="me", password="old-" + SECRET)
        async with opened(reference, docker_config=file) as registry:
            with pytest.raises(PermissionDenied, match="does not accept the credentials"):
                await registry.resolve()


async def test_a_403_says_whether_credentials_were_sent(fake: FakeRegistry, tmp_path: Path) -> None:
    reference = fake.add(image(100), "demo/app:1")
    wants_password(fake)
    body = json.dumps({"errors": [{"code": "DENIED", "message": "not\x1b[2J yours"}]}).encode()
    async with opened(reference, docker_config=config(tmp_path, fake.host)) as registry:
        await registry.resolve()
        fake.obey()
        fake.misbehave("", answers(403, body))
        with pytest.raises(PermissionDenied, match=r"do not allow it \(not.*yours\)") as caught:
            await registry.resolve()
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (dict(status=200, text="{}"), "gave no token"),
        (dict(status=200, text="[]"), "gave no token"),
        (dict(status=200, text='{"token": "a\\nb"}'), "gave no token"),
        (dict(status=200, text="x" * (2 << 20)), "gave no token"),
        (dict(status=302, headers={"Location": "/x"}), "status 302"),
        (dict(status=429), "too many requests"),
    ],
)
async def test_a_token_server_that_is_none(
    fake: FakeRegistry, answer: dict[str, Any], why: str
) -> None:
    reference = fake.add(image(100), "demo/app:1")
    async with TokenServer() as tokens:
        tokens.guard(fake)
        tokens.answer = answer
        async with opened(reference) as registry:
            with pytest.raises(BackendError, match=why):
                await registry.resolve()


@pytest.mark.parametrize("realm", ["", "file:///etc/passwd", "http://[", "//x", "http://a:b:c/"])
async def test_a_realm_that_cannot_be_asked(fake: FakeRegistry, realm: str) -> None:
    reference = fake.add(image(100), "demo/app:1")
    fake.misbehave("", answers(401, WWW_Authenticate=f'Bearer realm="{realm}"'))
    async with opened(reference) as registry:
        with pytest.raises(WrongContent, match="names no token server"):
            await registry.resolve()
