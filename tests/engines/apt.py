"""Downloads Debian packages of any suite without changing the machine.

apt gets private lists, cache and package status, and none of the machine's
hooks, because some of those write outside.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.engines.sources import Source

_HOOKS = ("Pre-Invoke", "Post-Invoke", "Post-Invoke-Success", "Post-Invoke-Stats")
_TIMEOUT_SECONDS = 600


class AptError(Exception):
    """apt could not give a package; the text names no server."""


class PrivateApt:
    """apt for one suite, with everything it writes below one folder."""

    def __init__(self, home: Path, suite: str, sources: Sequence[Source]) -> None:
        self.suite = suite
        self._home = home
        self._log = home / "apt.log"
        lines = [line for source in sources if (line := source.line_for(suite))]
        if not lines:
            raise AptError("this machine's apt sources have no Debian archive")
        self._write_configuration(list(dict.fromkeys(lines)))

    def _write_configuration(self, lines: list[str]) -> None:
        home = self._home
        for folder in ("lists/partial", "cache/archives/partial", "etc", "log", "debs"):
            (home / folder).mkdir(parents=True, exist_ok=True)
        (home / "sources.list").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (home / "status").touch()
        settings = {
            "Dir::Etc::sourcelist": home / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null",
            "Dir::State": home,
            "Dir::State::lists": home / "lists",
            # Nothing counts as installed: a newer containerd on the machine
            # must not hide the suite's one.
            "Dir::State::status": home / "status",
            "Dir::Cache": home / "cache",
            "Dir::Log": home / "log",
            # The sandbox user could not enter a checkout below a 0700 home.
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            # A mirror may lag behind by weeks. Its signatures are checked all the same,
            # and what is fetched runs in tests only.
            "Acquire::Check-Valid-Until": "false",
            "APT::Default-Release": "",
        }
        clear = [f"#clear APT::Update::{hook};" for hook in _HOOKS]
        clear += [f"#clear DPkg::{hook};" for hook in _HOOKS]
        values = [f'{name} "{value}";' for name, value in settings.items()]
        (home / "apt.conf").write_text("\n".join([*clear, *values]) + "\n", encoding="utf-8")

    def update(self) -> None:
        """Fetches the package lists; a source that fails alone does not matter."""
        # What counts is whether the packages can be had, which download() finds out.
        self._run("apt-get", "-qq", "update", check=False)

    def download(self, package: str) -> Path:
        """Downloads one package.

        Raises:
            AptError: the suite does not have it, or the network does not.
        """
        folder = self._home / "debs" / package
        folder.mkdir(parents=True, exist_ok=True)
        self._run("apt-get", "-qq", "download", package, cwd=folder)
        files = sorted(folder.glob("*.deb"))
        if len(files) != 1:
            raise AptError(f"apt did not give {package} of {self.suite}")
        return files[0]

    def _run(self, *command: str, cwd: Path | None = None, check: bool = True) -> None:
        environment = {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
        # -c comes after the machine's own configuration and so overrides it.
        full = [command[0], "-c", str(self._home / "apt.conf"), *command[1:]]
        with self._log.open("ab") as log:
            try:
                done = subprocess.run(
                    full, cwd=cwd or self._home, env=environment, check=False,
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=_TIMEOUT_SECONDS,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                raise AptError(f"apt took too long for {self.suite}") from None
        if check and done.returncode != 0:
            raise AptError(f"apt cannot fetch {command[-1]} of {self.suite}")


def unpack(deb: Path, target: Path) -> None:
    """Unpacks a package's files below a folder; none of its scripts run."""
    subprocess.run(["dpkg-deb", "-x", str(deb), str(target)], check=True, stdin=subprocess.DEVNULL)


def version_of(deb: Path) -> str:
    """Returns the Debian version of a downloaded package."""
    command = ["dpkg-deb", "-f", str(deb), "Version"]
    done = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    return done.stdout.decode().strip()
