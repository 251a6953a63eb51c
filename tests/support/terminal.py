"""A terminal for tests: a program on a pseudo-terminal, and an emulator that reads it."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import pyte


class Terminal:
    """Runs a program in a terminal of the given size and keeps what it wrote."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> None:
        self.raw = bytearray()
        """Every byte the program wrote."""
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.exit_code: int | None = None
        environment = {"TERM": "xterm-256color", "LANG": "C.UTF-8", **(env or os.environ)}
        # A terminal is opened by hand: forking a process that has gRPC's threads is not safe.
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._master = master
        self.pid = _spawn(argv, slave, environment, cwd)
        os.close(slave)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def send(self, keys: str) -> None:
        """Type `keys`."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size, as a person dragging its corner does."""
        self.screen.resize(rows, columns)
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def hang_up(self) -> None:
        """Close the terminal under the program, as a lost connection does."""
        os.close(self._master)
        self._master = os.open(os.devnull, os.O_RDWR)

    def pump(self, seconds: float) -> bool:
        """Read what comes within `seconds`; return whether anything came."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:
            data = b""
        if not data:
            self._reap(block=True)
            return False
        self.raw += data
        self._stream.feed(data)
        return True

    def settle(self, quiet: float = 0.3, timeout: float = 5.0) -> None:
        """Read until nothing came for `quiet` seconds.

        After an escape key this is what tells it from a key pressed together with Alt.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self.pump(quiet):
            pass

    def wait_for(self, what: str | Callable[[], bool], timeout: float = 30.0) -> None:
        """Read until the text is on the screen or the condition holds.

        Raises:
            AssertionError: it did not happen in `timeout` seconds; holds the screen.
        """
        done = what if callable(what) else lambda: str(what) in self.text
        deadline = time.monotonic() + timeout
        while not done():
            if time.monotonic() > deadline or (self.exit_code is not None and not done()):
                raise AssertionError(f"no {what!r} (exit {self.exit_code}) on\n{self.text}")
            self.pump(0.05)

    def wait_exit(self, timeout: float = 30.0) -> int:
        """Read until the program ends; return its exit code."""
        deadline = time.monotonic() + timeout
        while self.exit_code is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"still running, showing\n{self.text}")
            if not self.pump(0.05):
                self._reap(block=False)
        return self.exit_code

    def close(self) -> None:
        """End the program, however it feels about it."""
        if self.exit_code is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._reap(block=True)
        with suppress(OSError):
            os.close(self._master)

    def _reap(self, *, block: bool) -> None:
        if self.exit_code is None:
            pid, status = os.waitpid(self.pid, 0 if block else os.WNOHANG)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)


def _spawn(argv: Sequence[str], slave: int, env: Mapping[str, str], cwd: str | None) -> int:
    """Start `argv` in a session of its own with the terminal as its controlling one."""
    import subprocess
    import sys

    # The controlling terminal is taken by a small launcher after the new session began.
    # It hands on the environment that it got: in its own Python may set another locale.
    launcher = (
        "import fcntl,os,sys,termios;"
        "fcntl.ioctl(0,termios.TIOCSCTTY,0);"
        "got=open('/proc/self/environ','rb').read().split(b'\\0');"
        "os.execvpe(sys.argv[1],sys.argv[1:],dict(each.split(b'=',1) for each in got if each))"
    )
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", launcher, *argv],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=dict(env),
        cwd=cwd,
        start_new_session=True,
    )
    process.returncode = 0  # reaped by _reap; keeps Popen's finaliser quiet
    return process.pid
