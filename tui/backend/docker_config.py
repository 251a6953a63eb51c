"""Credentials for registries from where `docker login` puts them."""

import asyncio
import base64
import binascii
import json
import os
import re
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.backend.convert import mapping
from tui.backend.errors import FailedPrecondition, Timeout, safe
from tui.backend.reference import DOCKER_IO

_HUB_KEY = f"https://index.{DOCKER_IO}/v1/"
_HUB_NAMES = (DOCKER_IO, f"index.{DOCKER_IO}", f"registry-1.{DOCKER_IO}")
_TOKEN_USER = "<token>"
_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HELPER_SECONDS = 10.0
_END_SECONDS = 2.0
_HELPER_OUTPUT = 1 << 20
_NOT_THERE = "credentials not found"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a registry lets us in with."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)
    """What a token server takes instead of a password."""


def config_file() -> Path:
    """Return the file that docker, too, reads."""
    folder = os.environ.get("DOCKER_CONFIG")
    return (Path(folder) if folder else Path.home() / ".docker") / "config.json"


async def find(host: str, file: Path | None = None) -> Credentials | None:
    """Return the credentials for a registry, None where nobody gave any.

    A helper of the registry comes before the store of all, that before the file.

    Args:
        host: with the port, as in the name of an image.
        file: docker's configuration if it is not the usual one.

    Raises:
        FailedPrecondition: the file or a helper does not do what it should.
        Timeout: a helper does not answer.
    """
    file = file or config_file()
    config = await asyncio.to_thread(_read, file)
    keys = _keys(host)
    helpers = mapping(config.get("credHelpers"))
    for key in keys:
        if helper := helpers.get(key):
            return await _ask(helper, key, file)
    if helper := config.get("credsStore"):
        for key in keys:
            if found := await _ask(helper, key, file):
                return found
    auths = mapping(config.get("auths"))
    by_host = {_host_of(key): value for key, value in reversed(auths.items())}
    for entry in (auths.get(keys[0]), by_host.get(_host_of(keys[0]))):
        if found := _from_entry(mapping(entry), host, file):
            return found
    return None


def _keys(host: str) -> tuple[str, ...]:
    """Return what a registry may be called in the file, docker's own choice first."""
    if host.lower() in _HUB_NAMES:
        return (_HUB_KEY, *_HUB_NAMES)
    return (host, f"https://{host}")


def _host_of(key: str) -> str:
    """Return the host of a key, which may be a URL from older times."""
    return key.removeprefix("https://").removeprefix("http://").partition("/")[0].lower()


def _read(file: Path) -> dict[str, Any]:
    try:
        config = json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        why = safe(error.strerror or "it cannot be opened")
        raise FailedPrecondition(f"Could not read {safe(str(file))}: {why}.") from None
    except (ValueError, RecursionError):
        raise FailedPrecondition(f"{safe(str(file))} is not valid JSON.") from None
    return mapping(config)


def _from_entry(entry: dict[str, Any], host: str, file: Path) -> Credentials | None:
    username, password, token = (
        value if isinstance(value := entry.get(key), str) else ""
        for key in ("username", "password", "identitytoken")
    )
    if not token and not (username and password) and (auth := entry.get("auth")):
        username, password = _decoded(auth, host, file)
    if token:
        return Credentials(username, identity_token=token)
    return _credentials(username, password)


def _decoded(auth: object, host: str, file: Path) -> tuple[str, str]:
    text = ""
    with suppress(ValueError, binascii.Error):
        text = base64.b64decode(str(auth), validate=True).decode()
    username, colon, password = text.partition(":")
    if not colon:
        said = f"The entry for {safe(host)} in {safe(str(file))} cannot be read"
        raise FailedPrecondition(f"{said}: log in to it again.")
    # Docker writes it with a zero at the end, at times.
    return username, password.strip("\0")


def _credentials(username: str, secret: str) -> Credentials | None:
    if username == _TOKEN_USER and secret:
        return Credentials(identity_token=secret)
    return Credentials(username, secret) if username and secret else None


async def _ask(helper: object, key: str, file: Path) -> Credentials | None:
    """Return what a credential helper has for a server."""
    # The name becomes the name of a program: it shall not become a path.
    if not isinstance(helper, str) or not _HELPER.fullmatch(helper):
        raise FailedPrecondition(
            f"{safe(str(file))} names the credential helper {safe(repr(helper))}: "
            "that is no name of a program."
        )
    program = f"docker-credential-{helper}"
    code, output = await _run(program, key)
    text = output.decode(errors="replace")
    if code != 0 and _NOT_THERE in text:
        return None
    try:
        answer = json.loads(text) if code == 0 else None
    except (ValueError, RecursionError):
        answer = None
    # Not a word of what it said: that may be the secret.
    if not isinstance(answer, dict):
        how = f"it ended with exit code {code}" if code else "its answer is not JSON"
        raise FailedPrecondition(f"The credential helper {program} failed for {safe(key)}: {how}.")
    username, secret = answer.get("Username"), answer.get("Secret")
    if not isinstance(username, str) or not isinstance(secret, str):
        return None
    return _credentials(username, secret)


async def _run(program: str, server: str) -> tuple[int, bytes]:
    pipe = asyncio.subprocess.PIPE
    try:
        process = await asyncio.create_subprocess_exec(
            program, "get", stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        why = safe(error.strerror or "it does not start")
        raise FailedPrecondition(
            f"The credential helper {program}, which docker's configuration names, "
            f"cannot be run: {why}."
        ) from None
    complete = False
    try:
        async with asyncio.timeout(_HELPER_SECONDS):
            output, _ = await process.communicate(server.encode())
        complete = True
    except TimeoutError:
        raise Timeout(f"The credential helper {program} did not answer in time.") from None
    finally:
        if not complete:
            await _end(process)
    return process.returncode or 0, output[:_HELPER_OUTPUT]


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a helper with all that it started, which may hold its output open."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(TimeoutError):
        async with asyncio.timeout(_END_SECONDS):
            await process.communicate()
