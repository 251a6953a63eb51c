"""Starts the demo engine as a process of its own, which ends with whoever started it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_POLL = 0.01
_PATIENCE = 5.0
"""Seconds an engine has to end by itself."""


class DemoEngineError(OSError):
    """The engine did not start; the text says why in one sentence."""


class DemoEngine:
    """A running demo engine on a socket in a directory of its own (mode 0700).

    A pipe ties it to this process: when the last holder of the writing end is
    gone, however it went, the engine ends and removes its directory.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = list(arguments)
        self._directory = tempfile.mkdtemp(prefix="c9d-demo-", dir=_runtime_directory())
        self.address = os.path.join(self._directory, "engine.sock")
        """Path of its socket."""
        self._log = Path(self._directory, "engine.log")
        self._spawn()

    @classmethod
    def start(
        cls,
        containers: int = 12,
        seed: int = 1,
        extra: Sequence[str] = (),
        *,
        wait: bool = True,
        timeout: float = 60.0,
    ) -> "DemoEngine":
        """Start an engine.

        Args:
            containers: in the namespace ``default``.
            seed: makes its curves and names.
            extra: further arguments of ``c9d demo-engine``.
            wait: return only when it serves.
            timeout: seconds to wait for that at most.

        Raises:
            DemoEngineError: it did not start.
        """
        engine = cls(["--containers", str(containers), "--seed", str(seed), *extra])
        if wait:
            try:
                engine.wait(timeout)
            except BaseException:
                engine.close()
                raise
        return engine

    def __enter__(self) -> "DemoEngine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait(self, timeout: float = 60.0) -> None:
        """Wait until it serves.

        Raises:
            DemoEngineError: it ended, or it does not serve after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while not self._serves():
            if self._process.poll() is not None:
                raise DemoEngineError(self._last_words())
            if time.monotonic() > deadline:
                raise DemoEngineError(f"the demo engine did not start in {timeout:g} s")
            time.sleep(_POLL)

    def kill(self) -> None:
        """End it at once, as a crash does; its directory stays for `restart`."""
        self._process.kill()
        self._hang_up()

    def restart(self, timeout: float = 60.0) -> None:
        """Start a fresh engine on the same socket, ending the old one if it lives."""
        self.kill()
        with suppress(FileNotFoundError):
            os.unlink(self.address)
        os.makedirs(self._directory, mode=0o700, exist_ok=True)
        self._spawn()
        self.wait(timeout)

    def close(self) -> None:
        """End it and remove its directory."""
        with suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGCONT) if self._process.poll() is None else None
        self._hang_up()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _spawn(self) -> None:
        reader, self._tie = os.pipe()
        environment = {**os.environ, "PYTHONPATH": _python_path()}
        argv = [sys.executable, "-m", "tui.demo", "--address", self.address]
        argv += [*self._arguments, "--parent-fd", str(reader)]
        try:
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self._directory,
                    env=environment,
                    pass_fds=[reader],
                    # A ctrl-c in the terminal is for the dashboard alone.
                    start_new_session=True,
                )
        finally:
            os.close(reader)

    def _hang_up(self) -> None:
        """Close the pipe and see the process off."""
        if self._tie >= 0:
            os.close(self._tie)
            self._tie = -1
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _serves(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(self.address)
            except OSError:
                return False
        return True

    def _last_words(self) -> str:
        try:
            lines = self._log.read_text(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "the demo engine ended before it served"


def _runtime_directory() -> str | None:
    """The user's own directory for sockets, None for the usual temporary one."""
    path = os.environ.get("XDG_RUNTIME_DIR", "")
    usable = path and len(path) < 64 and os.path.isdir(path) and os.access(path, os.W_OK)
    return path if usable else None


def _python_path() -> str:
    """Where the engine finds this very code, whatever directory it runs in."""
    others = os.environ.get("PYTHONPATH")
    return os.pathsep.join([str(_ROOT), *([others] if others else [])])
