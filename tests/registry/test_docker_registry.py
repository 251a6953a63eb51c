"""The registry that other tests pull from: it serves, keeps what it has, and goes."""

from __future__ import annotations

import http.client
import ssl
from contextlib import closing

import pytest

from tests.support.certificates import Certificates
from tests.support.docker_registry import DockerRegistry, need_docker_registry
from tests.support.image import BuiltImage, build_image, build_index
from tests.support.pushing import Pusher, PushError

pytestmark = pytest.mark.usefixtures("docker_registry_is_there")


@pytest.fixture
def docker_registry_is_there() -> None:
    need_docker_registry()


def image_of(platform: str = "linux/amd64") -> BuiltImage:
    return build_image([{"a": (platform.encode(), 0o644)}], reference="t/x:1", platform=platform)


def get(registry: DockerRegistry, path: str, context: ssl.SSLContext | None = None) -> bytes:
    if context is None:
        connection = http.client.HTTPConnection(registry.host, timeout=30)
    else:
        connection = http.client.HTTPSConnection(registry.host, timeout=30, context=context)
    with closing(connection):
        connection.request("GET", path, headers={"Accept": "*/*"})
        return connection.getresponse().read()


def test_it_serves_what_was_pushed_also_after_it_was_killed() -> None:
    image = build_index([image_of(), image_of("linux/arm64")], reference="t/x:1")
    with DockerRegistry() as registry:
        assert registry.push(image, "demo/app:1") == f"{registry.host}/demo/app:1"
        layer = image.manifest()["layers"][0]["digest"]
        assert registry.blob_file(layer).read_bytes() == image.blobs[layer]
        before = registry.port
        registry.restart()
        assert registry.port == before
        assert get(registry, f"/v2/demo/app/blobs/{layer}") == image.blobs[layer]
        home = registry.home
    assert not home.exists()


def test_it_wants_a_password_over_tls_with_a_private_authority() -> None:
    certificates = Certificates()
    with DockerRegistry(certificates=certificates, users={"me": "s3cret"}) as registry:
        assert registry.url == f"https://{registry.host}"
        registry.push(image_of(), "demo/app:1")
        context = certificates.client_context()
        assert b"UNAUTHORIZED" in get(registry, "/v2/demo/app/tags/list", context)
        wrong = Pusher("127.0.0.1", registry.port, context, "Basic bWU6bm8=")
        with wrong, pytest.raises(PushError, match="401"):
            wrong.push(image_of(), "demo/app:1")
        with pytest.raises(ssl.SSLCertVerificationError):
            get(registry, "/v2/", ssl.create_default_context())
