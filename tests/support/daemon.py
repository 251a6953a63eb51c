"""A private containerd for tests: own folders, own sockets, own namespaces."""

from __future__ import annotations

import atexit
import os
import re
import signal
import subprocess
import threading
import time
import uuid
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from tests.engines.layout import engine, why_missing
from tests.support.daemon_home import new_home, sweep, write_config
from tests.support.remains import NAMESPACE_PREFIX, remove_remains

_START_SECONDS = 120.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.05
_running: set[Daemon] = set()


class DaemonError(Exception):
    """A private containerd did not start or its ctr failed; the text says why."""


class Daemon:
    """One running containerd of one engine, removed without a trace by close()."""

    def __init__(self, engine_id: str) -> None:
        """Starts it and waits until it serves.

        Args:
            engine_id: one of `tests.engines.layout.ENGINE_IDS`.

        Raises:
            DaemonError: it is not there, or does not start.
        """
        reason = why_missing(engine_id)
        if reason:
            raise DaemonError(reason)
        sweep()
        self.engine_id = engine_id
        self.version = ""
        self.spec = engine(engine_id)
        self.home, self._owner = new_home()
        self._process: subprocess.Popen[bytes] | None = None
        _running.add(self)
        _close_all_at_the_end()
        try:
            write_config(self.home, self.spec.config_version)
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
    def socket(self) -> Path:
        """The path of the gRPC socket."""
        return self.home / "containerd.sock"

    @property
    def address(self) -> str:
        """The address that `--address` and `CONTAINERD_ADDRESS` take: the socket's path."""
        return str(self.socket)

    @property
    def pid(self) -> int:
        """The process id of the daemon, also of the last one after kill()."""
        if self._process is None:
            raise DaemonError("the daemon was never started")
        return self._process.pid

    @property
    def log(self) -> Path:
        """The file with what the daemon said."""
        return self.home / "log"

    def namespace(self) -> str:
        """Returns a namespace name that nobody else uses or has used.

        runc keeps its state by namespace and container id alone, whichever
        daemon asks, so the name is unique on the whole machine.
        """
        name = f"{NAMESPACE_PREFIX}{uuid.uuid4().hex[:12]}"
        with (self.home / "namespaces").open("a", encoding="utf-8") as file:
            file.write(name + "\n")
        return name

    def start(self) -> None:
        """Starts the daemon on its folders, if it does not run, and waits until it serves."""
        if self._process is not None and self._process.poll() is None:
            return
        command = [str(self.spec.bin / "containerd"), "--config", str(self.home / "config.toml")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=self.environment(),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # ctrl+c in the terminal is for the test run, which then closes us.
                start_new_session=True,
            )
        self.version = self._wait_until_it_serves()

    def kill(self) -> None:
        """Ends the daemon at once, as a crash would; its containers keep running."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ends the daemon as the service manager would; its containers keep running."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Kills the daemon and starts it again on the same folders and sockets."""
        self.kill()
        self.start()

    def freeze(self) -> None:
        """Stops the process so that it accepts connections and answers nothing."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets a frozen daemon go on."""
        os.kill(self.pid, signal.SIGCONT)

    def ctr(
        self, *arguments: str, namespace: str | None = None, data: bytes | None = None,
        check: bool = True, timeout: float = 120.0,
    ) -> str:  # fmt: skip
        """Runs this engine's own ctr and returns its output, for what tests compare with.

        Args:
            arguments: what comes after the global options.
            namespace: given to `-n`.
            data: bytes for the standard input.
            check: whether a failure raises.
            timeout: in seconds.

        Raises:
            DaemonError: ctr failed; the text is its error output.
        """
        command = [str(self.spec.bin / "ctr"), "--address", self.address]
        command += ["--namespace", namespace] if namespace else []
        done = subprocess.run(
            [*command, *arguments], input=data if data is not None else b"", check=False,
            capture_output=True, timeout=timeout, env=self.environment(), cwd=self.home,
        )  # fmt: skip
        if check and done.returncode != 0:
            raise DaemonError(f"ctr {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode(errors="replace")

    def close(self) -> None:
        """Ends the daemon and everything that it started, and removes all its traces."""
        if self not in _running:
            return
        _running.discard(self)
        if self._process is not None and self._process.poll() is None:
            self.kill()
        remove_remains(self.home)
        self._owner.close()

    def environment(self) -> dict[str, str]:
        """Returns what its programs are started with."""
        # Nothing of the caller's: neither CONTAINERD_*, nor a proxy, nor OTEL_*.
        return {
            "PATH": f"{self.spec.bin}:/usr/sbin:/usr/bin:/sbin:/bin",
            "LD_LIBRARY_PATH": str(self.spec.home / "lib"),
            "HOME": str(self.home),
            "TMPDIR": str(self.home / "tmp"),
            "LANG": "C.UTF-8",
            "OTEL_SDK_DISABLED": "true",
        }

    def _wait_until_it_serves(self) -> str:
        assert self._process is not None
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if self.socket.exists():
                answer = self.ctr("--connect-timeout", "5s", "version", check=False)
                match = re.search(r"Server:\s+Version:\s+(\S+)", answer)
                if match:
                    return match[1]
            time.sleep(_POLL_SECONDS)
        code = self._process.poll()
        state = "does not answer" if code is None else f"ended with exit code {code}"
        tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
        raise DaemonError(f"containerd {self.engine_id} {state}; its log ends with:\n{tail}")

    def _end(self, number: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(number)
        # A frozen process takes no signal but SIGKILL until it goes on.
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_STOP_SECONDS)


def close_all() -> None:
    """Closes every daemon that this process started."""
    for daemon in list(_running):
        daemon.close()


_armed = False


def _close_all_at_the_end() -> None:
    global _armed
    if _armed:
        return
    _armed = True
    atexit.register(close_all)
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _close_all_and_die)


def _close_all_and_die(number: int, _frame: FrameType | None) -> None:
    close_all()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
