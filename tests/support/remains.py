"""Finds and removes everything that a private containerd leaves on the machine."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

NAMESPACE_PREFIX = "c9d-test-"

_RUN = Path("/run/containerd")
_RUNC = _RUN / "runc"
_CGROUPS = Path("/sys/fs/cgroup")
_TASKS = "state/io.containerd.runtime.v2.task"
_MNT_DETACH = 2
_PATIENCE_SECONDS = 30.0


def remove_remains(home: Path) -> None:
    """Ends what runs for the daemon of a folder and removes its traces; may be repeated.

    Args:
        home: the folder of a daemon.
    """
    containers = sorted(_containers(home))
    namespaces = _own_namespaces(home)
    shim_sockets = list(_shim_sockets(home))
    # The shims first: a shim that still lives reports and reacts to every
    # exit, and the daemon would restart what has a restart policy.
    _end(lambda: processes_of(home))
    cgroups = [f"{namespace}/{name}" for namespace, name in containers] + namespaces
    _end(lambda: _processes_in(cgroups))
    _unmount_below(home)
    for path in cgroups:
        _remove_cgroup(path)
    for namespace, name in containers:
        shutil.rmtree(_RUNC / namespace / name, ignore_errors=True)
    for namespace in namespaces:
        shutil.rmtree(_RUNC / namespace, ignore_errors=True)
    for namespace in {namespace for namespace, _ in containers}:
        _remove_empty(_RUNC / namespace)
    for socket in shim_sockets:
        socket.unlink(missing_ok=True)
    shutil.rmtree(home, ignore_errors=True)
    if not any(home.parent.glob(f"{home.name.rpartition('-')[0]}-*")):
        _remove_empty_run_folders()


def processes_of(home: Path) -> set[int]:
    """Returns the daemon and the shims, or the registry, of a folder, by their arguments."""
    marks = (f"{home}/containerd.sock", f"{home}/config.toml", f"{home}/registry.json")
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if any(mark in arguments for mark in marks):
                found.add(int(entry.name))
    return found


def mounts_below(home: Path) -> list[str]:
    """Returns the mount points below a folder, the innermost first."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        point = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), line.split(" ")[4])
        if point.startswith(f"{home}/"):
            found.append(point)
    return found[::-1]


def cgroup_folders(path: str) -> list[Path]:
    """Returns the folders of a cgroup in every hierarchy, of version 1 and 2."""
    candidates = [_CGROUPS / path, *(tree / path for tree in _hierarchies())]
    return [folder for folder in candidates if folder.is_dir()]


def _hierarchies() -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from (tree for tree in _CGROUPS.iterdir() if tree.is_dir() and not tree.is_symlink())


def _own_namespaces(home: Path) -> list[str]:
    try:
        names = (home / "namespaces").read_text(encoding="utf-8").split()
    except OSError:
        return []
    return [name for name in names if name.startswith(NAMESPACE_PREFIX)]


def _containers(home: Path) -> Iterator[tuple[str, str]]:
    for bundle in (home / _TASKS).glob("*/*"):
        yield bundle.parent.name, bundle.name


def _shim_sockets(home: Path) -> Iterator[Path]:
    """Yields the sockets that the shims noted in their bundles; a killed shim leaves its own."""
    for bundle in (home / _TASKS).glob("*/*"):
        address = ""
        with contextlib.suppress(OSError):
            address = (bundle / "address").read_text(encoding="utf-8")
        with contextlib.suppress(OSError, ValueError):
            address = json.loads((bundle / "bootstrap.json").read_text())["address"]
        path = Path(address.strip().removeprefix("unix://"))
        if path.parent == _RUN / "s":
            yield path


def _processes_in(cgroups: list[str]) -> set[int]:
    found = set()
    for path in cgroups:
        for folder in cgroup_folders(path):
            for file in [folder / "cgroup.procs", *folder.glob("**/cgroup.procs")]:
                with contextlib.suppress(OSError):
                    found |= {int(pid) for pid in file.read_text().split()}
            _thaw(folder)
    return found - {0, os.getpid()}


def _thaw(folder: Path) -> None:
    # A paused container dies of SIGKILL only when it goes on.
    for name, value in (("freezer.state", "THAWED"), ("cgroup.freeze", "0")):
        for file in [folder / name, *folder.glob(f"**/{name}")]:
            if file.exists():
                with contextlib.suppress(OSError):
                    file.write_text(value)


def _end(find: Callable[[], set[int]]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        pids = {pid for pid in find() if not _is_dead(pid)}
        if not pids:
            return
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def _is_dead(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] in "ZX"


def _unmount_below(home: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for point in mounts_below(home):
        # The command umount would leave a folder below /run.
        libc.umount2(os.fsencode(point), _MNT_DETACH)


def _remove_cgroup(path: str) -> None:
    for folder in cgroup_folders(path):
        deepest_first = sorted((p for p in folder.glob("**/") if p != folder), reverse=True)
        for child in [*deepest_first, folder]:
            _remove_empty(child)


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _remove_empty_run_folders() -> None:
    # These are shared with the machine's own containerd, if it has one.
    if (_RUN / "containerd.sock").exists():
        return
    for folder in (_RUN / "s", _RUN / "fifo", _RUNC, _RUN):
        _remove_empty(folder)
