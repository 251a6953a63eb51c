"""What can go wrong between us and a registry: one class a kind, one sentence each."""

import json

from tui.backend.errors import (
    BackendError,
    NotFound,
    PermissionDenied,
    ServerError,
    Timeout,
    Unavailable,
    safe,
)
from tui.backend.reference import DOCKER_IO, Reference


class WrongContent(BackendError):
    """What a registry sent is not what its digest, its size or the specification says."""


class Untrusted(Unavailable):
    """The certificate of a registry cannot be trusted."""


class UnknownHost(Unavailable):
    """There is no such host."""


class NotTls(Unavailable):
    """The host was asked for TLS and does not speak it."""


class NotHttp(Unavailable):
    """The host answers with something that is not HTTP."""


class Refused(Unavailable):
    """Nothing listens there."""


class Broken(Unavailable):
    """The connection broke, or the registry had an accident that may pass."""


class Throttled(Unavailable):
    """The registry wants us to wait."""

    def __init__(self, text: str, seconds: float | None = None) -> None:
        super().__init__(text)
        self.seconds = seconds
        """As long as it said, None where it did not say."""


PASSING = (Broken, Throttled)
"""What the same host may do better the next time, however soon that is."""

_CODES = {
    "NAME_UNKNOWN": "{host} has no repository {path}",
    "NAME_INVALID": "{host} does not take {path} for the name of a repository",
    "MANIFEST_UNKNOWN": "the repository {path} at {host} has no {what}",
    "BLOB_UNKNOWN": "the repository {path} at {host} has no {what}",
}


def could_not(reference: Reference, why: str) -> str:
    """Return the sentence for a pull that something went wrong with."""
    why = why.rstrip(".")
    return f"Could not pull {safe(str(reference))}: {why}."


def not_found(reference: Reference, host: str, what: str, body: bytes) -> BackendError:
    """Return the error for a 404; only the body says whether the repository or its tag is missing.

    Args:
        reference: that is pulled.
        host: that answered.
        what: was asked for: ``tag 1.2`` or ``blob sha256:…``.
        body: of the answer.
    """
    code, _ = first_error(body)
    text = _CODES.get(code, "{host} has no {what} in {path}")
    why = text.format(host=safe(host), path=reference.path, what=safe(what))
    return NotFound(could_not(reference, why))


def denied(
    reference: Reference, host: str, *, status: int, sent: bool, body: bytes = b""
) -> PermissionDenied:
    """Return the error for a 401 or 403, with what to do about it.

    Args:
        reference: that is pulled.
        host: that does not let us.
        status: of the answer.
        sent: whether credentials went with the request.
        body: of the answer, whose own words are kept.
    """
    code, message = first_error(body)
    if sent and (status == 401 or code == "UNAUTHORIZED"):
        why = (
            f"{safe(host)} does not accept the credentials for it, or has no such repository; "
            f"renew them with {login(host)}"
        )
    elif sent:
        why = f"the credentials for {safe(host)} do not allow it"
    else:
        why = (
            f"{safe(host)} wants credentials for it, or has no such repository; "
            f"give them with {login(host)}"
        )
    if message and code == "DENIED":
        why += f" ({safe(message).rstrip('.')})"
    return PermissionDenied(could_not(reference, why))


def failed(reference: Reference, host: str, status: int, body: bytes = b"") -> BackendError:
    """Return the error for any other status; those of 500 and above may pass."""
    _, message = first_error(body)
    said = f": {safe(message).rstrip('.')}" if message else ""
    text = could_not(reference, f"{safe(host)} answered with status {status}{said}")
    return Broken(text) if status >= 500 or status == 408 else ServerError(text)


def throttled(reference: Reference, host: str, seconds: float | None) -> Throttled:
    """Return the error for a 429 that asks for more patience than we have."""
    wait = "" if seconds is None else f"; it asks to wait {_period(seconds)}"
    why = f"{safe(host)} had too many requests from here{wait}, or log in with {login(host)}"
    return Throttled(could_not(reference, why), seconds)


def login(host: str) -> str:
    """Return the command that stores credentials for a host."""
    return "docker login" if host.endswith(DOCKER_IO) else f"docker login {safe(host)}"


def first_error(body: bytes) -> tuple[str, str]:
    """Return code and message of the first error in an answer of a registry, if it has any."""
    try:
        error = json.loads(body)["errors"][0]
        code, message = error.get("code", ""), error.get("message", "")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return "", ""
    return (
        code.upper() if isinstance(code, str) else "",
        message if isinstance(message, str) else "",
    )


def _period(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"


def preferred(before: BackendError | None, error: BackendError) -> BackendError:
    """Return which of two errors people should see, of two hosts for the same thing.

    Args:
        before: of the mirror that was asked first.
        error: of the next one; the registry itself comes last and knows best,
            unless it could not be asked at all.
    """
    unreachable = (Unavailable, Timeout)
    if before is None or not isinstance(error, unreachable):
        return error
    return error if isinstance(before, (NotFound, *unreachable)) else before
