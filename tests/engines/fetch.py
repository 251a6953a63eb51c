"""Downloads and unpacks the real engines under .engines/, installing nothing.

Run it from the project's root: python -m tests.engines.fetch
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines.apt import AptError, PrivateApt, unpack, version_of
from tests.engines.layout import ENGINES, HOW, ROOT, TOOLS, EngineSpec, recorded_version
from tests.engines.sources import archive_sources

TOOLS_SUITE = "bookworm"
"""One runc and one busybox for all: those of the oldest engine."""

_ENGINE_BINARIES = ("containerd", "containerd-shim-runc-v2", "ctr")
_NEEDED_COMMANDS = ("apt-get", "dpkg-deb")


def main(arguments: list[str] | None = None) -> int:
    """Fetches what is missing and prints one line per engine.

    Returns:
        The exit code: 0, or 1 if --require was given and an engine is missing.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.engines.fetch", description=__doc__)
    parser.add_argument("--require", action="store_true", help="fail if an engine is missing")
    parser.add_argument("--refresh", action="store_true", help="download again what is there")
    options = parser.parse_args(arguments)
    if options.refresh or not _complete():
        reason = _why_impossible()
        if reason:
            print(f"real engines: {reason}; {HOW}")
            return 1 if options.require else 0
        with _locked():
            failures = _fetch_all(refresh=options.refresh)
    else:
        failures = {}
    _report(failures)
    return 1 if options.require and not _complete() else 0


def _complete() -> bool:
    return all(recorded_version(home) for home in (TOOLS, *(engine.home for engine in ENGINES)))


def _why_impossible() -> str | None:
    if os.geteuid() != 0:
        return "not root"
    missing = [command for command in _NEEDED_COMMANDS if shutil.which(command) is None]
    if missing:
        return f"not available here (no {missing[0]})"
    if not archive_sources():
        return "not available here (apt has no source of the Debian archive)"
    return None


@contextmanager
def _locked() -> Iterator[None]:
    ROOT.mkdir(exist_ok=True)
    with (ROOT / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch_all(*, refresh: bool) -> dict[str, str]:
    """Fetches what is missing now that nobody else does; returns what failed and why."""
    failures: dict[str, str] = {}
    for leftover in ROOT.glob(".tmp-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".tmp-", dir=ROOT) as folder:
        apts = _Apts(Path(folder))
        jobs: list[tuple[Path, Callable[[Path], str]]] = [(TOOLS, apts.build_tools)]
        jobs += [(spec.home, apts.engine_builder(spec)) for spec in ENGINES]
        for home, build in jobs:
            if recorded_version(home) and not refresh:
                continue
            try:
                _build_and_swap(home, build, Path(folder))
            except (AptError, OSError, subprocess.SubprocessError) as error:
                failures[home.name] = _brief(error)
    return failures


def _brief(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return f"{Path(error.cmd[0]).name} failed with exit code {error.returncode}"
    return str(error)


def _build_and_swap(home: Path, build: Callable[[Path], str], workspace: Path) -> None:
    new = workspace / f"new-{home.name}"
    new.mkdir()
    version = build(new)
    # The version file is the sign of completeness, and the rename makes all of it appear at once.
    (new / "version").write_text(version + "\n", encoding="utf-8")
    if home.exists():
        home.rename(workspace / f"old-{home.name}")
    new.rename(home)


class _Apts:
    """The private apt of each suite, updated once, and what is built with them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources = archive_sources()
        self._apts: dict[str, PrivateApt] = {}

    def _apt(self, suite: str) -> PrivateApt:
        if suite not in self._apts:
            home = self._folder / f"apt-{suite}"
            home.mkdir()
            apt = PrivateApt(home, suite, self._sources)
            apt.update()
            self._apts[suite] = apt
        return self._apts[suite]

    def _unpacked(self, suite: str, package: str) -> tuple[Path, str]:
        deb = self._apt(suite).download(package)
        files = self._folder / f"files-{suite}-{package}"
        if not files.exists():
            files.mkdir()
            unpack(deb, files)
        return files, version_of(deb)

    def build_tools(self, target: Path) -> str:
        """Puts the helpers of the tests into a folder; returns busybox's version."""
        registry, _ = self._unpacked(TOOLS_SUITE, "docker-registry")
        shutil.copy2(registry / "usr/bin/docker-registry", target)
        plugins, _ = self._unpacked(TOOLS_SUITE, "containernetworking-plugins")
        shutil.copytree(plugins / "usr/lib/cni", target / "cni")
        busybox, version = self._unpacked(TOOLS_SUITE, "busybox-static")
        shutil.copy2(busybox / "bin/busybox", target)
        return version

    def engine_builder(self, spec: EngineSpec) -> Callable[[Path], str]:
        """Returns the function that puts one engine into a folder."""

        def build(target: Path) -> str:
            files, version = self._unpacked(spec.suite, "containerd")
            if not version.startswith(spec.prefix):
                raise AptError(f"{spec.suite} has containerd {version} now")
            (target / "bin").mkdir()
            for name in _ENGINE_BINARIES:
                shutil.copy2(files / "usr/bin" / name, target / "bin")
            self._add_runc(target)
            _check_it_runs(target / "bin" / "containerd")
            return version

        return build

    def _add_runc(self, target: Path) -> None:
        runc, _ = self._unpacked(TOOLS_SUITE, "runc")
        shutil.copy2(runc / "usr/sbin/runc", target / "bin")
        # runc needs this library, which a small system may lack.
        seccomp, _ = self._unpacked(TOOLS_SUITE, "libseccomp2")
        (target / "lib").mkdir()
        for library in seccomp.glob("usr/lib/*/libseccomp.so*"):
            shutil.copy2(library, target / "lib", follow_symlinks=False)


def _check_it_runs(binary: Path) -> None:
    done = subprocess.run([binary, "--version"], check=False, capture_output=True, timeout=60)
    if done.returncode != 0:
        raise AptError("it does not run on this system (an older libc?)")


def _report(failures: dict[str, str]) -> None:
    for spec in ENGINES:
        version = recorded_version(spec.home)
        reason = failures.get(spec.id, f"missing; {HOW}")
        print(f"containerd {spec.id}: {version or 'not available: ' + reason}")
    if not recorded_version(TOOLS):
        print(f"tools: not available: {failures.get(TOOLS.name, f'missing; {HOW}')}")


if __name__ == "__main__":
    sys.exit(main())
