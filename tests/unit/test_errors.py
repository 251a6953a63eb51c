"""Errors: one class a kind, one safe sentence each."""

from __future__ import annotations

import grpc
import grpc.aio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend import errors
from tui.backend.errors import BackendError, safe, translate


def error(code: grpc.StatusCode, details: str | None) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details)


@pytest.mark.parametrize(
    ("code", "details", "kind", "text"),
    [
        ("NOT_FOUND", "it: not found: not found", errors.NotFound, "it: not found."),
        ("ALREADY_EXISTS", "there", errors.AlreadyExists, "there."),
        ("FAILED_PRECONDITION", "no", errors.FailedPrecondition, "no."),
        ("INVALID_ARGUMENT", "bad", errors.InvalidArgument, "bad."),
        ("OUT_OF_RANGE", "far", errors.InvalidArgument, "far."),
        ("UNIMPLEMENTED", "unknown service", errors.Unsupported, "unknown service."),
        ("DEADLINE_EXCEEDED", "Deadline Exceeded", errors.Timeout, "no answer in time."),
        ("UNKNOWN", "context deadline exceeded: unknown", errors.Timeout, "no answer in time."),
        ("UNKNOWN", "runc failed: unknown", errors.ServerError, "runc failed."),
        (
            "UNKNOWN",
            "cannot delete a running process: unknown",
            errors.FailedPrecondition,
            "cannot delete a running process.",
        ),
        ("RESOURCE_EXHAUSTED", None, errors.ServerError, "resource exhausted."),
        ("UNAVAILABLE", "ref x locked", errors.Unavailable, "ref x locked."),
        (
            "UNAVAILABLE",
            "failed to connect: unix:/x: No such file or directory",
            errors.NoSocket,
            "there is no socket.",
        ),
        (
            "UNAVAILABLE",
            "failed to connect: unix:/x: Permission denied",
            errors.PermissionDenied,
            "the socket does not let this user in.",
        ),
    ],
)
def test_each_code_becomes_one_kind(
    code: str, details: str | None, kind: type[BackendError], text: str
) -> None:
    ours = translate(error(grpc.StatusCode[code], details), "start task web-1")
    assert type(ours) is kind
    assert str(ours) == f"Could not start task web-1: {text}"


@given(st.text(), st.text(), st.sampled_from(list(grpc.StatusCode)))
def test_whatever_a_daemon_says_is_one_short_printable_line(
    details: str, subject: str, code: grpc.StatusCode
) -> None:
    text = str(translate(error(code, details), subject))
    assert text.isprintable()
    assert len(text) < 700


def test_a_megabyte_of_escapes_is_cut() -> None:
    text = safe("\x1b[31m\u202e" * 200_000)
    assert len(text) <= 300
    assert text.isprintable()
