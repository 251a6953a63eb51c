"""Pulling from a real docker-registry: plain, over TLS, with a password, and killed."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.conftest import SECRET, config, image, layer_of, opened, whole
from tests.support.certificates import Certificates
from tests.support.docker_registry import DockerRegistry, need_docker_registry
from tests.support.image import BuiltImage, build_index
from tests.support.signed_tokens import Signer
from tests.support.token_server import TokenServer
from tui.backend.errors import NotFound, PermissionDenied
from tui.backend.registry import Descriptor
from tui.backend.registry_errors import Broken, Refused, Untrusted
from tui.backend.registry_host import Patience


@pytest.fixture(scope="module")
def plain() -> Iterator[DockerRegistry]:
    need_docker_registry()
    with DockerRegistry() as registry:
        yield registry


async def pull(reference: str, built: BuiltImage, **options: object) -> None:
    """Reads everything of an image and compares it."""
    async with opened(reference, **options) as registry:
        top = await registry.resolve()
        assert (top.media_type, top.digest) == (built.target.media_type, built.target.digest)
        assert await registry.document(top) == built.blobs[top.digest]
        for number, manifest in enumerate(built.manifests):
            body = await registry.document(Descriptor.from_json(manifest.as_json()))
            assert body == built.blobs[manifest.digest]
            config = Descriptor.from_json(built.manifest(number)["config"])
            assert await registry.document(config) == built.blobs[config.digest]
        layer = layer_of(built)
        assert await whole(registry, layer) == built.blobs[layer.digest]
        assert await whole(registry, layer, 99) == built.blobs[layer.digest][99:]
        assert registry.fetched > 2 * layer.size - 99


@pytest.mark.parametrize("kind", ["oci", "docker"])
async def test_an_index_is_read_by_tag_and_by_digest(plain: DockerRegistry, kind: str) -> None:
    both = [image(1 << 20, kind=kind), image(2 << 20, kind=kind)]
    built = build_index(both, reference="t/x:1", kind=kind)  # type: ignore[arg-type]
    reference = plain.push(built, f"{kind}/app:1")
    await pull(reference, built)
    await pull(f"{reference}@{built.target.digest}", built)


async def test_what_is_not_there_is_told_apart(plain: DockerRegistry) -> None:
    plain.push(image(100), "there/app:1")
    async with opened(f"{plain.host}/there/app:2") as registry:
        with pytest.raises(NotFound, match=r"there/app at .* has no tag 2\."):
            await registry.resolve()
    async with opened(f"{plain.host}/nowhere/app:2") as registry:
        with pytest.raises(NotFound, match="nowhere/app"):
            await registry.resolve()


async def test_over_tls_with_a_password(tmp_path: Path) -> None:
    need_docker_registry()
    certificates, built = Certificates(), image(1 << 20)
    with DockerRegistry(certificates=certificates, users={"me": "s3cret"}) as server:
        reference = server.push(built, "demo/app:1")
        async with opened(reference) as registry:
            with pytest.raises(Untrusted, match="authority that is unknown here"):
                await registry.resolve()
        folder = tmp_path / server.host
        folder.mkdir()
        (folder / "ca.crt").write_text(certificates.ca_pem)
        async with opened(reference, hosts_dir=tmp_path) as registry:
            with pytest.raises(PermissionDenied, match=f"docker login {server.host}"):
                await registry.resolve()
        auth = base64.b64encode(b"me:s3cret").decode()
        file = tmp_path / "config.json"
        file.write_text(json.dumps({"auths": {server.host: {"auth": auth}}}))
        await pull(reference, built, hosts_dir=tmp_path, docker_config=file)


async def test_with_tokens_of_a_token_server(tmp_path: Path) -> None:
    need_docker_registry()
    signer, built = Signer(), image(1 << 20)
    async with TokenServer(user=("me", SECRET), signer=signer) as tokens:
        with DockerRegistry(tokens=(tokens.realm, signer)) as server:
            reference = server.push(built, "demo/app:1")
            await pull(reference, built, docker_config=config(tmp_path, server.host))
            async with opened(reference) as registry:
                with pytest.raises(PermissionDenied, match="wants credentials"):
                    await registry.resolve()
    assert tokens.asked[0][1] == [("service", "tests"), ("scope", "repository:demo/app:pull")]


async def test_a_blob_goes_on_after_the_registry_was_killed(plain: DockerRegistry) -> None:
    need_docker_registry()
    built = image(24 << 20)
    layer = layer_of(built)
    with DockerRegistry() as server:
        reference = server.push(built, "demo/app:1")
        async with opened(reference, patience=Patience(retry=0.5)) as registry:
            got = b""
            async for chunk in registry.blob(layer):
                if not got:
                    await asyncio.to_thread(server.restart)
                got += chunk
            assert got == built.blobs[layer.digest]
            assert registry.fetched <= layer.size + (1 << 20)
            server.kill()
            with pytest.raises((Refused, Broken)):
                await registry.resolve()
