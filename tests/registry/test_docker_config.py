"""Credentials: found where docker puts them, and told to nobody."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tui.backend import docker_config
from tui.backend.docker_config import Credentials, find
from tui.backend.errors import BackendError, FailedPrecondition, Timeout

SECRET = "s3cr3t-pass"


def config(tmp_path: Path, content: Any) -> Path:
    file = tmp_path / "config.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def auth(user: str = "me", password: str = SECRET) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture
def helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that comes first in PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def helper(folder: Path, name: str, script: str) -> None:
    program = folder / f"docker-credential-{name}"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def running_with(mark: str) -> list[str]:
    """The commands that run with a text in their arguments."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(file.read_text(errors="replace"))
    return [command for command in found if mark in command]


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("h.tld", "h.tld"),
        ("https://h.tld", "h.tld"),
        ("https://h.tld/v2/", "h.tld"),
        ("http://h.tld", "h.tld"),
        ("h.tld:5000", "h.tld:5000"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("https://index.docker.io/v1/", "registry-1.docker.io"),
        ("index.docker.io", "docker.io"),
    ],
)
async def test_an_entry_is_found_by_its_host(tmp_path: Path, key: str, host: str) -> None:
    file = config(tmp_path, {"auths": {key: auth()}})
    assert await find(host, file) == Credentials("me", SECRET)


@pytest.mark.parametrize("host", ["other.tld", "h.tld:5000", "xh.tld", "h.tld.evil.tld"])
async def test_another_host_gets_nothing(tmp_path: Path, host: str) -> None:
    file = config(tmp_path, {"auths": {"h.tld": auth(), "https://h.tld/v1/": auth()}})
    assert await find(host, file) is None


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"username": "me", "password": SECRET}, Credentials("me", SECRET)),
        (auth() | {"identitytoken": "t"}, Credentials("", identity_token="t")),
        ({"identitytoken": "t"}, Credentials("", identity_token="t")),
        (auth("<token>"), Credentials(identity_token=SECRET)),
        (auth("me", "a:b"), Credentials("me", "a:b")),
        (auth("me", f"{SECRET}\0\0"), Credentials("me", SECRET)),
        ({}, None),
        ("text", None),
        ({"username": "me"}, None),
    ],
)
async def test_an_entry_has_many_forms(
    tmp_path: Path, entry: Any, found: Credentials | None
) -> None:
    assert await find("h.tld", config(tmp_path, {"auths": {"h.tld": entry}})) == found


@pytest.mark.parametrize("content", ["[]", "{}", '{"auths": []}', '{"auths": {"h.tld": null}}'])
async def test_a_file_without_entries_has_none(tmp_path: Path, content: str) -> None:
    assert await find("h.tld", config(tmp_path, content)) is None
    assert await find("h.tld", tmp_path / "missing" / "config.json") is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "is not valid JSON"),
        ("[" * 100_000, "is not valid JSON"),
        ({"auths": {"h.tld": {"auth": f"{SECRET}!"}}}, "cannot be read: log in"),
        ({"auths": {"h.tld": {"auth": "bm9jb2xvbg=="}}}, "cannot be read: log in"),
        ({"credsStore": "../../bin/sh"}, "no name of a program"),
        ({"credHelpers": {"h.tld": ["x"]}}, "no name of a program"),
        ({"credsStore": "is-not-there"}, "cannot be run: No such file"),
    ],
)
async def test_what_is_broken_is_one_sentence(tmp_path: Path, content: Any, why: str) -> None:
    with pytest.raises(FailedPrecondition, match=why) as caught:
        await find("h.tld", config(tmp_path, content))
    assert SECRET not in str(caught.value)
    assert str(caught.value).isprintable()


async def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(FailedPrecondition, match="Could not read"):
        await find("h.tld", tmp_path)


async def test_the_usual_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, {"auths": {"h.tld": auth()}})
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert await find("h.tld") == Credentials("me", SECRET)
    monkeypatch.delenv("DOCKER_CONFIG")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / ".docker").mkdir(parents=True)
    config(tmp_path / "home" / ".docker", {"auths": {"h.tld": auth("other")}})
    assert await find("h.tld") == Credentials("other", SECRET)


async def test_a_helper_is_asked_over_its_standard_input(tmp_path: Path, helpers: Path) -> None:
    answer = json.dumps({"ServerURL": "h.tld", "Username": "me", "Secret": SECRET})
    helper(helpers, "own", f"echo \"$*\" > {tmp_path}/argv; cat > {tmp_path}/in; echo '{answer}'")
    helper(helpers, "all", "echo 'credentials not found in native keychain'; exit 1")
    content = {"credHelpers": {"h.tld": "own"}, "credsStore": "all", "auths": {"f.tld": auth()}}
    file = config(tmp_path, content)
    assert await find("h.tld", file) == Credentials("me", SECRET)
    assert (tmp_path / "argv").read_text() == "get\n"
    assert (tmp_path / "in").read_text() == "h.tld"
    # The store of all knows nothing of this one, the file does.
    assert await find("f.tld", file) == Credentials("me", SECRET)
    assert await find("x.tld", file) is None


async def test_the_store_of_all_knows_dockers_registry_by_its_old_name(
    tmp_path: Path, helpers: Path
) -> None:
    script = (
        'read -r server; [ "$server" = https://index.docker.io/v1/ ] || '
        "{ echo credentials not found; exit 1; }; "
        f'echo \'{{"Username": "<token>", "Secret": "{SECRET}"}}\''
    )
    helper(helpers, "all", script)
    file = config(tmp_path, {"credsStore": "all"})
    assert await find("docker.io", file) == Credentials(identity_token=SECRET)
    assert await find("h.tld", file) is None


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (f"echo {SECRET}; exit 3", "exit code 3"),
        (f"echo {SECRET}", "not JSON"),
        (f"echo '[\"{SECRET}\"]'", "not JSON"),
        ("kill -9 $$", "exit code"),
    ],
)
async def test_a_helper_that_fails_is_named_and_not_quoted(
    tmp_path: Path, helpers: Path, script: str, why: str
) -> None:
    helper(helpers, "bad", script)
    with pytest.raises(FailedPrecondition, match=f"docker-credential-bad .*{why}") as caught:
        await find("h.tld", config(tmp_path, {"credsStore": "bad"}))
    assert SECRET not in str(caught.value)


async def test_a_helper_that_hangs_is_ended(
    tmp_path: Path, helpers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker_config, "_HELPER_SECONDS", 0.2)
    helper(helpers, "slow", "sleep 600; exit 0")
    with pytest.raises(Timeout, match="docker-credential-slow did not answer"):
        await find("h.tld", config(tmp_path, {"credsStore": "slow"}))
    assert running_with(str(tmp_path)) == []


async def test_a_helper_whose_children_keep_its_output_is_left(
    tmp_path: Path, helpers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker_config, "_HELPER_SECONDS", 0.5)
    helper(helpers, "forks", "sleep 20 & exit 0")
    with pytest.raises(BackendError):
        async with asyncio.timeout(10):
            await find("h.tld", config(tmp_path, {"credsStore": "forks"}))


def test_a_secret_is_not_shown() -> None:
    assert SECRET not in repr(Credentials("me", SECRET, SECRET))
