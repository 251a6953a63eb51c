"""Errors of the back end: one class a kind, one sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # gRPC takes its time to load, and the screens only need the classes
    import grpc.aio

_LONGEST = 300


class BackendError(Exception):
    """Something the daemon refused or could not do; its text is one sentence for people."""


class InvalidArgument(BackendError):
    """An argument is wrong; nothing was sent or changed."""


class NotFound(BackendError):
    """The object does not exist (any more)."""


class AlreadyExists(BackendError):
    """An object of that name is there already."""


class FailedPrecondition(BackendError):
    """The object is not in the state that the verb needs."""


class PermissionDenied(BackendError):
    """The socket or the daemon does not let us."""


class Unavailable(BackendError):
    """The daemon cannot be reached."""


class NoSocket(Unavailable):
    """Nothing lies at the address."""


class NotContainerd(Unavailable):
    """Something lies or answers at the address, but it is not containerd."""


class Timeout(BackendError):
    """The daemon or the task did not do it in time."""


class StillRunning(Timeout):
    """The task did not end in the time that it had; force would end it."""


class Unsupported(BackendError):
    """This daemon's version does not offer it."""


class DiskFull(BackendError):
    """The daemon has no room left for what it was asked to write."""


class ReadOnly(BackendError):
    """c9d was started with --read-only."""


class ServerError(BackendError):
    """The daemon, a shim or runc failed; the text is theirs, made safe."""


_KINDS: dict[str, type[BackendError]] = {
    "NOT_FOUND": NotFound,
    "ALREADY_EXISTS": AlreadyExists,
    "FAILED_PRECONDITION": FailedPrecondition,
    "ABORTED": FailedPrecondition,
    "INVALID_ARGUMENT": InvalidArgument,
    "OUT_OF_RANGE": InvalidArgument,
    "PERMISSION_DENIED": PermissionDenied,
    "UNAUTHENTICATED": PermissionDenied,
    "UNIMPLEMENTED": Unsupported,
    "CANCELLED": Unavailable,
}

# What gRPC's own client says when the connection itself does not come about.
_NO_CONNECTION: dict[str, tuple[type[BackendError], str]] = {
    "No such file or directory": (NoSocket, "there is no socket"),
    "Permission denied": (PermissionDenied, "the socket does not let this user in"),
    "Connection refused": (Unavailable, "nobody listens on the socket"),
    "http1.x": (NotContainerd, "what listens on the socket speaks HTTP/1, not gRPC"),
    "SETTINGS frame": (NotContainerd, "what listens on the socket does not speak gRPC"),
    "Trying to connect": (NotContainerd, "what listens on the socket does not speak gRPC"),
}

# What gRPC's own client says of a stream whose other end has died.
_BROKEN_OFF = ("Broken pipe", "Socket closed", "Connection reset by peer")

# States that shims and runc report as UNKNOWN, by their text.
_WRONG_STATE = (
    "cannot delete a running process",
    "cannot start a container that has stopped",
    "process already finished",
    "namespace is required",
)


def safe(text: str) -> str:
    """Return `text` on one line, short, without control or format characters."""
    # Far more than is kept: a daemon's error can be a megabyte.
    text = " ".join(text[: 10 * _LONGEST].split())
    text = "".join(sign if sign.isprintable() else "�" for sign in text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _sentence(subject: str, text: str) -> str:
    end = "" if text.endswith((".", "!", "?", "…")) else "."
    return f"Could not {safe(subject)}: {text}{end}"


def _once(text: str) -> str:
    """Drop what every layer of the daemon adds again: ``: not found: not found``."""
    head, _, tail = text.rpartition(": ")
    return head if tail and head.endswith(f": {tail}") else text


def translate(error: grpc.aio.AioRpcError, subject: str) -> BackendError:
    """Make one of our errors of gRPC's.

    Args:
        error: what the call ended with.
        subject: what was tried, as it follows "could not": ``start task web-1``.
    """
    code = error.code().name
    # 1.6 and 1.7 write the code behind the text of what they do not know better.
    text = _once(safe((error.details() or "").removesuffix(": unknown")))
    # Where the server saw the deadline first, it is an error like any other to it.
    if code == "DEADLINE_EXCEEDED" or "context deadline exceeded" in text:
        return Timeout(_sentence(subject, "no answer in time"))
    if "no space left on device" in text or "disk quota exceeded" in text:
        return DiskFull(_sentence(subject, "the disk of the daemon is full"))
    if any(mark in text for mark in _BROKEN_OFF):
        return Unavailable(_sentence(subject, "the daemon went away"))
    if code == "UNAVAILABLE":
        for mark, (kind, why) in _NO_CONNECTION.items():
            if mark in text:
                return kind(_sentence(subject, why))
        return Unavailable(_sentence(subject, text or "the connection broke"))
    kind = _KINDS.get(code, ServerError)
    if kind is ServerError and any(mark in text for mark in _WRONG_STATE):
        kind = FailedPrecondition
    return kind(_sentence(subject, text or code.lower().replace("_", " ")))
