"""Who lets us in, and what is said where nobody does: on every daemon."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tests.pull.site import Site
from tests.support.certificates import Certificates
from tests.support.daemon import Daemon
from tests.support.docker_registry import DockerRegistry, need_docker_registry
from tests.support.image import BuiltImage, build_image, build_index
from tests.support.signed_tokens import Signer
from tests.support.token_server import TokenServer
from tui.backend.blob_labels import BlobLabels
from tui.backend.errors import BackendError, InvalidArgument, NotFound, PermissionDenied
from tui.backend.registry_errors import Refused, UnknownHost, Untrusted, WrongContent

SECRET = "hunter-2-and-a-half"


def fresh() -> BuiltImage:
    return build_image(
        [{"one": (uuid4().bytes, 0o644)}, {"two": (uuid4().bytes, 0o644)}], reference="demo/x:1"
    )


@pytest.fixture
def spoken(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Hears every log, and asserts that no secret is in it."""
    caplog.set_level(logging.DEBUG)
    yield caplog
    assert SECRET not in caplog.text
    assert base64.b64encode(f"me:{SECRET}".encode()).decode() not in caplog.text


def log_in(site: Site, secret: str = SECRET) -> None:
    """Writes what docker login writes."""
    auth = base64.b64encode(f"me:{secret}".encode()).decode()
    assert site.service.docker_config is not None
    site.service.docker_config.write_text(
        json.dumps({"auths": {site.registry.host: {"auth": auth}}})
    )


def trust(site: Site, certificates: Certificates) -> None:
    """Puts the registry's authority where containerd looks for it."""
    folder = site.service.hosts_dir / site.registry.host
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_text(certificates.ca_pem)
    (folder / "hosts.toml").write_text(
        f'server = "{site.registry.url}"\n[host."{site.registry.url}"]\nca = "ca.crt"\n'
    )


@contextmanager
def guarded(
    real_daemon: Daemon, site_of: Callable[[Daemon, DockerRegistry], Site]
) -> Iterator[tuple[Site, Certificates]]:
    """Opens a registry with TLS and a password."""
    need_docker_registry()
    certificates = Certificates()
    with DockerRegistry(certificates=certificates, users={"me": SECRET}) as registry:
        yield site_of(real_daemon, registry), certificates


async def test_a_private_authority_and_a_password(
    real_daemon: Daemon,
    site_of: Callable[[Daemon, DockerRegistry], Site],
    spoken: pytest.LogCaptureFixture,
) -> None:
    with guarded(real_daemon, site_of) as (site, certificates):
        image = fresh()
        reference = site.registry.push(image, "demo/guarded:1")
        with pytest.raises(Untrusted, match=r"certs\.d"):
            await site.pull(reference)
        trust(site, certificates)
        with pytest.raises(PermissionDenied, match=f"docker login {site.registry.host}"):
            await site.pull(reference)
        log_in(site, "wrong")
        with pytest.raises(PermissionDenied) as caught:
            await site.pull(reference)
        assert "wrong" not in str(caught.value).replace("wrong password", "")
        log_in(site)
        await site.pull(reference)
        await site.complete(reference, image)


@asynccontextmanager
async def with_tokens(
    real_daemon: Daemon, site_of: Callable[[Daemon, DockerRegistry], Site], secret: str
) -> AsyncIterator[tuple[Site, TokenServer]]:
    need_docker_registry()
    signer = Signer()
    user = ("me", secret) if secret else None
    async with TokenServer(user=user, signer=signer) as server:
        with DockerRegistry(tokens=(server.realm, signer)) as registry:
            yield site_of(real_daemon, registry), server


@pytest.mark.parametrize("secret", ["", SECRET], ids=["anonymous", "password"])
async def test_tokens(
    real_daemon: Daemon,
    site_of: Callable[[Daemon, DockerRegistry], Site],
    secret: str,
    spoken: pytest.LogCaptureFixture,
) -> None:
    async with with_tokens(real_daemon, site_of, secret) as (site, server):
        image = fresh()
        reference = site.registry.push(image, "demo/tokens:1")
        if secret:
            with pytest.raises(PermissionDenied):
                await site.pull(reference)
            log_in(site)
        await site.pull(reference)
        await site.complete(reference, image)
        assert server.asked


async def test_a_helper_that_fails_later_does_not_hang_the_pull(
    real_daemon: Daemon,
    site_of: Callable[[Daemon, DockerRegistry], Site],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    answer = json.dumps({"Username": "me", "Secret": SECRET})
    program = folder / "docker-credential-moody"
    program.write_text(
        f"#!/bin/sh\ncat > /dev/null\n[ -e {folder}/asked ] && exit 1\n"
        f"touch {folder}/asked\necho '{answer}'\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    with guarded(real_daemon, site_of) as (site, certificates):
        reference = site.registry.push(fresh(), "demo/moody:1")
        trust(site, certificates)
        assert site.service.docker_config is not None
        helpers = {"credHelpers": {site.registry.host: "moody"}}
        site.service.docker_config.write_text(json.dumps(helpers))
        async with asyncio.timeout(100):
            if site.daemon.engine_id == "2.x":  # which asks again by itself
                with pytest.raises(BackendError, match="docker-credential-moody"):
                    await site.pull(reference)
            else:
                await site.pull(reference)
        assert await site.leases() == []


async def test_a_layer_that_hundreds_of_repositories_share(site: Site) -> None:
    image = fresh()
    names = [f"demo/{'shared-' * 20}{number}" for number in range(40)]
    for name in names:
        site.registry.push(image, f"{name}:1")
    await site.pull(f"{site.registry.host}/{names[0]}:1")
    layer = image.manifest()["layers"][0]["digest"]
    name = "containerd.io/distribution.source.127.0.0.1"
    long = ",".join(sorted(names))[: 4096 - len(name)].rpartition(",")[0]
    await BlobLabels(site.client, site.namespace).add(layer, {name: long})
    last = f"{site.registry.host}/{names[-1]}:1"
    await site.pull(last)
    await site.complete(last, image)
    assert len((await site.content())[layer][name]) <= 4096


async def test_what_is_not_there(site: Site) -> None:
    image = build_index(
        [build_image([{"a": (uuid4().bytes, 0o644)}], reference="x/y:1", platform="linux/arm64")],
        reference="demo/index:1",
    )
    reference = site.registry.push(image, "demo/there:1")
    host = site.registry.host
    for wrong, kind, says in (
        (f"{host}/demo/there:2", NotFound, "there:2"),
        (f"{host}/demo/nowhere:1", NotFound, "nowhere"),
        (f"{host}/Demo/there:1", InvalidArgument, "lower case"),
        ("127.0.0.1:1/demo/there:1", Refused, "127.0.0.1:1"),
        ("nosuch.invalid/demo/there:1", UnknownHost, "nosuch.invalid"),
    ):
        with pytest.raises(kind, match=says) as caught:
            await site.pull(wrong)
        assert str(caught.value)[-1] in ".?"
    with pytest.raises(NotFound, match=r"has no image for .*: it has linux/arm64"):
        await site.pull(reference, platform="linux/s390x")
    with pytest.raises(
        InvalidArgument, match=r'no snapshotter "nosuch": this daemon has .*overlayfs'
    ):
        await site.pull(reference, snapshotter="nosuch")
    with pytest.raises(InvalidArgument, match="write it as linux/arm64"):
        await site.pull(reference, platform="linux/arm64/v8/more")
    await site.nothing_on_the_way()
    assert await site.service.list_images() == []


@pytest.mark.parametrize("mib", [0, 5])
async def test_a_registry_that_sends_other_bytes(site: Site, mib: int) -> None:
    image = build_image(
        [{"one": (os.urandom((mib << 20) + 20), 0o644)}, {"two": (uuid4().bytes, 0o644)}],
        reference="demo/x:1",
    )
    reference = site.registry.push(image, f"demo/{uuid4().hex}:1")
    layer = image.manifest()["layers"][0]
    file = site.registry.blob_file(layer["digest"])
    file.write_bytes(bytes(layer["size"]))
    with pytest.raises(WrongContent, match="digest"):
        await site.pull(reference)
    assert await site.leases() == []
    assert await site.service.list_images() == []
    # What was kept of it must not spoil the next one.
    file.write_bytes(image.blobs[layer["digest"]])
    await site.pull(reference)
    await site.complete(reference, image)


async def test_mirrors_of_the_hosts_directory(site: Site) -> None:
    image = fresh()
    site.registry.push(image, "demo/mirrored:1")
    folder = site.service.hosts_dir / "registry.test:1234"
    folder.mkdir(parents=True)
    (folder / "hosts.toml").write_text(
        'server = "https://registry.test:1234"\n'
        f'[host."{site.registry.url}"]\ncapabilities = ["pull", "resolve"]\n'
    )
    reference = "registry.test:1234/demo/mirrored:1"
    await site.pull(reference)
    await site.complete(reference, image)
