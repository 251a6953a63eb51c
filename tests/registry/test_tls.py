"""TLS: private authorities, client certificates, and plain HTTP on loopback alone."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.registry.conftest import config, image, layer_of, opened, whole
from tests.support.certificates import Certificates
from tests.support.fake_registry import FakeRegistry
from tests.support.misbehaviour import answers
from tests.support.token_server import TokenServer
from tui.backend.errors import BackendError, FailedPrecondition, PermissionDenied
from tui.backend.registry_errors import NotTls, Refused, Untrusted

BUILT = image(1000)


def trusting(tmp_path: Path, host: str, certificates: Certificates) -> Path:
    """A hosts directory with the authority as Docker has it."""
    folder = tmp_path / "certs.d" / host
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_text(certificates.ca_pem)
    return folder.parent


async def test_a_private_authority_is_trusted_where_it_is_named(tmp_path: Path) -> None:
    certificates = Certificates()
    async with FakeRegistry(certificates=certificates) as server:
        reference = server.add(BUILT, "demo/app:1")
        folder = trusting(tmp_path, server.host, certificates)
        async with opened(reference, hosts_dir=folder) as registry:
            assert (await registry.resolve()).digest == BUILT.target.digest
            layer = layer_of(BUILT)
            assert await whole(registry, layer) == BUILT.blobs[layer.digest]
        (folder / server.host / "ca.crt").rename(folder / server.host / "own.pem")
        (folder / server.host / "hosts.toml").write_text('ca = ["own.pem"]')
        async with opened(reference, hosts_dir=folder) as registry:
            await registry.resolve()


async def test_nobody_else_is_trusted_and_it_says_how_to(tmp_path: Path) -> None:
    async with FakeRegistry(certificates=Certificates()) as server:
        reference = server.add(BUILT, "demo/app:1")
        for folder in (trusting(tmp_path, server.host, Certificates()), tmp_path / "empty"):
            async with opened(reference, hosts_dir=folder) as registry:
                with pytest.raises(Untrusted, match="put the authority's certificate into") as told:
                    await registry.resolve()
            assert f"{folder}/{server.host}/ca.crt" in str(told.value)
        # Not even on loopback without TLS instead.
        assert server.seen == []


async def test_verifying_may_be_skipped(tmp_path: Path) -> None:
    async with FakeRegistry(certificates=Certificates("other.tld")) as server:
        reference = server.add(BUILT, "demo/app:1")
        folder = tmp_path / server.host
        folder.mkdir()
        (folder / "hosts.toml").write_text("skip_verify = true")
        async with opened(reference, hosts_dir=tmp_path) as registry:
            await registry.resolve()
            # That is for this host, and not for whom it sends us to.
            async with FakeRegistry(certificates=Certificates()) as other:
                server.misbehave("", answers(307, Location=f"{other.url}/x"))
                with pytest.raises(Untrusted, match=other.host):
                    await registry.resolve()


async def test_a_certificate_for_another_host_or_time(tmp_path: Path) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    for number, (certificates, why) in enumerate(
        (
            (Certificates("other.tld"), "is for another host"),
            (Certificates("127.0.0.2"), "is for another host"),
            (Certificates(expires=past), "has expired"),
        )
    ):
        async with FakeRegistry(certificates=certificates) as server:
            reference = server.add(BUILT, "demo/app:1")
            folder = trusting(tmp_path / str(number), server.host, certificates)
            async with opened(reference, hosts_dir=folder) as registry:
                with pytest.raises(Untrusted, match=why):
                    await registry.resolve()


async def test_our_own_certificate_is_shown_to_this_host_alone(tmp_path: Path) -> None:
    certificates = Certificates()
    async with FakeRegistry(certificates=certificates, client_ca=True) as server:
        reference = server.add(BUILT, "demo/app:1")
        folder = trusting(tmp_path, server.host, certificates)
        async with opened(reference, hosts_dir=folder) as registry:
            with pytest.raises(BackendError, match=server.host):
                await registry.resolve()
        certificates.client_files(folder / server.host)
        async with opened(reference, hosts_dir=folder) as registry:
            await registry.resolve()
            async with FakeRegistry(certificates=certificates, client_ca=True) as other:
                server.misbehave("", answers(307, Location=f"{other.url}/x"))
                with pytest.raises(BackendError, match=other.host):
                    await registry.resolve()
                assert other.seen == []


async def test_no_password_is_told_to_a_token_server_without_tls(tmp_path: Path) -> None:
    certificates = Certificates()
    async with FakeRegistry(certificates=certificates) as server, TokenServer() as tokens:
        reference = server.add(BUILT, "demo/app:1")
        tokens.guard(server)
        options = {
            "hosts_dir": trusting(tmp_path, server.host, certificates),
            "docker_config": config(tmp_path, server.host),
        }
        async with opened(reference, **options) as registry:
            with pytest.raises(PermissionDenied, match="a token server without TLS"):
                await registry.resolve()
        assert tokens.asked == []


@pytest.mark.parametrize("content", [None, "", "no certificate"])
async def test_a_broken_certificate_file_is_named(tmp_path: Path, content: str | None) -> None:
    async with FakeRegistry(certificates=Certificates()) as server:
        reference = server.add(BUILT, "demo/app:1")
        folder = tmp_path / server.host
        folder.mkdir()
        if content is not None:
            (folder / "mine.pem").write_text(content)
        for text in ('ca = "mine.pem"', 'client = "mine.pem"'):
            (folder / "hosts.toml").write_text(text)
            async with opened(reference, hosts_dir=tmp_path) as registry:
                with pytest.raises(FailedPrecondition, match=r"mine\.pem cannot be used"):
                    await registry.resolve()


async def test_a_mirror_with_https_gets_no_plain_http(tmp_path: Path, fake: FakeRegistry) -> None:
    fake.add(BUILT, "demo/app:1")
    folder = tmp_path / "h.invalid"
    folder.mkdir()
    (folder / "hosts.toml").write_text(f'server = "https://{fake.host}"')
    async with opened("h.invalid/demo/app:1", hosts_dir=tmp_path) as registry:
        with pytest.raises(NotTls, match="does not speak TLS"):
            await registry.resolve()
    assert fake.seen == []


async def test_a_refusing_port_is_not_asked_a_second_time() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{taken.getsockname()[1]}"
        async with opened(f"{host}/x:1") as registry:
            with pytest.raises(Refused, match=f"{host} refuses the connection"):
                await registry.resolve()
