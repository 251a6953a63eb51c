"""A real registry on loopback for tests: Debian's docker-registry on its own folder."""

from __future__ import annotations

import atexit
import base64
import json
import os
import re
import signal
import ssl
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import bcrypt
import pytest

from tests.engines.layout import HOW, TOOLS
from tests.support.certificates import Certificates
from tests.support.daemon_home import new_home, sweep
from tests.support.image import BuiltImage
from tests.support.pushing import Pusher
from tests.support.remains import remove_remains
from tests.support.signed_tokens import ISSUER, SERVICE, Signer

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.05
_PROGRAM = TOOLS / "docker-registry"


class RegistryError(Exception):
    """The registry did not start; the text says why."""


def need_docker_registry() -> None:
    """Skips the test where there is no docker-registry, or fails it where there must be one."""
    if _PROGRAM.exists():
        return
    reason = f"no docker-registry under .engines/; {HOW}"
    if os.environ.get("C9D_REQUIRE_ENGINES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


class DockerRegistry:
    """One running registry; it keeps its port and its blobs from start() to start()."""

    def __init__(
        self, *, certificates: Certificates | None = None,
        users: Mapping[str, str] | None = None, tokens: tuple[str, Signer] | None = None,
    ) -> None:  # fmt: skip
        """Starts it and waits until it serves.

        Args:
            certificates: with these it speaks HTTPS, else plain HTTP.
            users: passwords by user; with these it wants basic authentication.
            tokens: the URL of a token server and the signer of its tokens; with these it
                wants such a token.

        Raises:
            RegistryError: it is not there, or does not start.
        """
        if not _PROGRAM.exists():
            raise RegistryError(f"docker-registry is not under .engines/: {HOW}")
        # What a killed test run left; its registry ends with its folder.
        sweep()
        self._certificates = certificates
        self._users = dict(users or {})
        self._tokens = tokens
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self.home, self._owner = new_home()
        self.port = 0
        atexit.register(self.close)
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def host(self) -> str:
        """Host and port, as references begin with: ``127.0.0.1:5000``."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The address with the scheme, without a slash at the end."""
        return f"{'https' if self._certificates else 'http'}://{self.host}"

    @property
    def log(self) -> Path:
        """The file with what the registry said, its requests among it."""
        return self.home / "log"

    def push(self, image: BuiltImage, name: str) -> str:
        """Puts an image with all its blobs into the registry.

        Args:
            image: of one platform, or an index of several.
            name: repository and tag, ``demo/app:1``.

        Returns:
            The reference to pull: ``127.0.0.1:5000/demo/app:1``.
        """
        context: ssl.SSLContext | None = None
        if self._certificates is not None:
            context = self._certificates.client_context()
        authorization = ""
        for user in self._users.items():
            authorization = f"Basic {base64.b64encode(':'.join(user).encode()).decode()}"
        if self._tokens is not None:
            repository = name.partition(":")[0]
            authorization = f"Bearer {self._tokens[1].sign([f'repository:{repository}:pull,push'])}"
        with Pusher("127.0.0.1", self.port, context, authorization) as pusher:
            pusher.push(image, name)
        return f"{self.host}/{name}"

    def blob_file(self, digest: str) -> Path:
        """Returns the file of a blob, for tests that damage it."""
        algorithm, _, value = digest.partition(":")
        return self.home / "data/docker/registry/v2/blobs" / algorithm / value[:2] / value / "data"

    def start(self) -> None:
        """Starts it on its folder and port, if it does not run, and waits until it serves."""
        if self._process is not None and self._process.poll() is None:
            return
        config = self.home / "registry.json"
        config.write_text(json.dumps(self._config()), encoding="utf-8")
        begin = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(_PROGRAM), "serve", str(config)],
                # Nothing of the caller's: no proxy and no REGISTRY_* that overrides the file.
                env={"PATH": "/usr/bin:/bin", "HOME": str(self.home), "OTEL_SDK_DISABLED": "true"},
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.port = self._wait_for_port(begin)

    def kill(self) -> None:
        """Ends it at once; its connections break."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Kills it and starts it again on the same folder and port."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Stops the process so that it accepts connections and answers nothing."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets a frozen registry go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Ends it and removes its folder."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        self.kill()
        remove_remains(self.home)
        self._owner.close()

    def _config(self) -> dict[str, Any]:
        # The kernel chooses the first port, so that nobody can take it before us.
        http: dict[str, Any] = {"addr": f"127.0.0.1:{self.port}", "secret": "not secret"}
        if self._certificates is not None:
            chain, key = self._certificates.server_files(self.home)
            http["tls"] = {"certificate": str(chain), "key": str(key)}
        config: dict[str, Any] = {
            "version": "0.1",
            "log": {"level": "info", "formatter": "text"},
            "storage": {
                "filesystem": {"rootdirectory": str(self.home / "data")},
                "delete": {"enabled": True},
                "maintenance": {"uploadpurging": {"enabled": False}},
            },
            "http": http,
        }
        if self._users:
            table = self.home / "htpasswd"
            table.write_text("".join(map(_htpasswd_line, self._users.items())), encoding="utf-8")
            config["auth"] = {"htpasswd": {"realm": "tests", "path": str(table)}}
        if self._tokens is not None:
            realm, signer = self._tokens
            root = str(signer.root_file(self.home))
            token = {"realm": realm, "service": SERVICE, "issuer": ISSUER, "rootcertbundle": root}
            config["auth"] = {"token": token}
        return config

    def _wait_for_port(self, begin: int) -> int:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            said = self.log.read_bytes()[begin:].decode(errors="replace")
            if match := re.search(r"listening on 127\.0\.0\.1:(\d+)", said):
                return int(match[1])
            time.sleep(_POLL_SECONDS)
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])
        raise RegistryError(f"docker-registry does not serve; its log ends with:\n{tail}")

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(_STOP_SECONDS)


def _htpasswd_line(user: tuple[str, str]) -> str:
    # The cheapest that bcrypt knows: the registry computes it for every request.
    hashed = bcrypt.hashpw(user[1].encode(), bcrypt.gensalt(4)).decode()
    return f"{user[0]}:{hashed}\n"
