"""What the daemon says of a pull that failed, in our words."""

import pytest

from tui.backend.errors import (
    BackendError,
    DiskFull,
    NotFound,
    PermissionDenied,
    ServerError,
    Timeout,
    Unavailable,
)
from tui.backend.pull_errors import reworded
from tui.backend.registry_errors import WrongContent

NAME = "host:401/denied/not-found:x509"
SHA = "sha256:" + "401403" * 10 + "abcd"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("dial tcp: lookup nosuch on 1.1.1.1:53: no such host", Unavailable),
        ("dial tcp 127.0.0.1:1: connect: connection refused", Unavailable),
        ("tls: failed to verify certificate: x509: unknown authority", Unavailable),
        (
            "unexpected status from HEAD request to https://h/v2/: 401 Unauthorized",
            PermissionDenied,
        ),
        ("unexpected status: 403 Forbidden", PermissionDenied),
        (f"pull access denied: {NAME}", PermissionDenied),
        (f"unexpected commit digest {SHA}, expected {SHA}: failed precondition", WrongContent),
        (f"{NAME}: not found", NotFound),
        ("write /var/lib: no space left on device", DiskFull),
        ("context deadline exceeded", Timeout),
        (f"{SHA}: something else of {NAME}", ServerError),
    ],
)
def test_why_it_failed(text: str, kind: type[BackendError]) -> None:
    error = reworded(ServerError(f"Could not pull images: {text}."), NAME)
    assert type(error) is kind
    assert str(error).startswith(f"Could not pull {NAME}: ")
    assert str(error).endswith(".")


def test_neither_the_repository_nor_the_url_says_why() -> None:
    text = 'failed to do request: Get "https://host/v2/acme/tls/manifests/404": EOF'
    error = reworded(ServerError(f"Could not pull images: {text}."), "host/acme/tls:404")
    assert type(error) is ServerError
