"""What the tests of registries share: images, and registries that are quick to give up."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.support.fake_registry import FakeRegistry
from tests.support.image import BuiltImage, build_image
from tests.support.misbehaviour import error
from tests.support.token_server import web_basic
from tui.backend.reference import parse
from tui.backend.registry import Descriptor, Registry
from tui.backend.registry_host import Patience

HASTY = Patience(connect=5.0, read=5.0, document=10.0, retry=0.001)
"""For tests that are not about patience."""
SECRET = "s3cr3t-pass"


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http", "https", "no", "all"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


@pytest.fixture
async def fake() -> AsyncIterator[FakeRegistry]:
    async with FakeRegistry() as registry:
        yield registry


def image(size: int = 3 << 20, **options: Any) -> BuiltImage:
    """An image with one layer that does not compress."""
    layer = {"data": (random.Random(size).randbytes(size), 0o644)}
    return build_image([layer], reference="t/x:1", platform="linux/amd64", **options)


def layer_of(built: BuiltImage) -> Descriptor:
    return Descriptor.from_json(built.manifest()["layers"][0])


def opened(reference: str, **options: Any) -> Registry:
    """A registry that nothing of this machine is configured for."""
    return Registry(parse(reference), **({"hosts_dir": None, "patience": HASTY} | options))


async def whole(registry: Registry, descriptor: Descriptor, offset: int = 0) -> bytes:
    return b"".join([chunk async for chunk in registry.blob(descriptor, offset)])


def config(tmp_path: Path, host: str, **entry: str) -> Path:
    """Docker's configuration with one entry."""
    file = tmp_path / "config.json"
    entry = entry or {"username": "me", "password": SECRET}
    file.write_text(json.dumps({"auths": {host: entry}}))
    return file


def wants_password(registry: FakeRegistry) -> None:
    """Lets a registry answer only those who know the password."""

    async def check(request: web.Request) -> web.StreamResponse | None:
        if request.headers.get("Authorization") == web_basic("me", SECRET):
            return None
        answer = error(401, "UNAUTHORIZED")
        answer.headers["WWW-Authenticate"] = 'Negotiate, Basic realm="a, b"'
        return answer

    registry.misbehave("", check)
