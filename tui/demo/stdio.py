"""Where a process writes: the FIFOs, files and ``file://`` addresses that a shim would open."""

import asyncio
import fcntl
import os
import random
import stat
import sys
import termios
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from tui.demo.clock import Clock, Timer, rfc3339
from tui.demo.refusals import shim

_LOOK = 0.02
"""Seconds between two looks whether the last output was read."""
_PATIENCE = 100
"""Looks after which nobody reads it any more."""
_LINES = (
    'GET /healthz HTTP/1.1" 200 2',
    'GET /api/v1/orders?limit=50 HTTP/1.1" 200 {n}',
    'POST /api/v1/orders HTTP/1.1" 201 {n}',
    'GET /static/app.css HTTP/1.1" 304 0',
    'level=info msg="job done" id={n} took={ms}ms',
    'level=info msg="connection accepted" peer=10.88.0.{b}:{n}',
    'level=warning msg="slow query" took={ms}ms rows={n}',
    'level=debug msg="cache refreshed" entries={n}',
)


class Output:
    """The open ends of a process's standard streams.

    Raises:
        Refusal: one of them cannot be opened, in the shim's words.
    """

    def __init__(self, stdin: str, stdout: str, stderr: str) -> None:
        self._descriptors: list[int] = []
        self._sink: int | None = None
        try:
            if stdin and _is_fifo(stdin):
                # A reader must be there before the client can open its end for writing.
                self._keep(os.open(stdin, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
            if stdout:
                self._sink = self._keep(_open(stdout))
            if stderr and stderr != stdout:
                self._keep(_open(stderr))
        except OSError as error:
            self.close()
            raise shim(f"failed to create shim task: {error.strerror}: {error.filename}") from None

    def write(self, line: str) -> None:
        """Write a line; what a full pipe does not take is lost."""
        if self._sink is not None:
            with suppress(OSError):
                os.write(self._sink, line.encode() + b"\n")

    @property
    def heard(self) -> bool:
        """Whether anybody gets what is written."""
        return self._sink is not None

    def close(self) -> None:
        """Close all ends, which is the readers' end of file, once they have read what is there.

        A FIFO forgets what is in it when nobody holds it: a reader that was slow to
        open it would hear nothing.
        """
        descriptors, self._descriptors, self._sink = self._descriptors, [], None
        _close(descriptors, _PATIENCE)

    def _keep(self, descriptor: int) -> int:
        self._descriptors.append(descriptor)
        return descriptor


def _close(descriptors: list[int], looks: int) -> None:
    """Close descriptors; those with something in them that nobody read yet a little later."""
    unread = [each for each in descriptors if looks and _waiting(each)]
    for each in descriptors:
        if each not in unread:
            os.close(each)
    if unread:
        with suppress(RuntimeError):  # no loop: the engine ends
            asyncio.get_running_loop().call_later(_LOOK, _close, unread, looks - 1)
            return
        _close(unread, 0)


def _waiting(descriptor: int) -> int:
    """Return how many bytes are in a pipe; 0 for what is none."""
    if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return 0
    return int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)), sys.byteorder)


def _is_fifo(path: str) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def _open(target: str) -> int:
    """Open one output as a shim does.

    A FIFO is opened at both ends, so that it never blocks and outlives its reader.
    """
    path, flags = target, os.O_WRONLY | os.O_APPEND
    if target.startswith("binary:"):
        return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    if target.startswith("file:"):
        path = unquote(urlsplit(target).path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        flags |= os.O_CREAT
    elif _is_fifo(path):
        flags = os.O_RDWR
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o644)


class Logger:
    """Writes a believable line every few seconds, as long as somebody gets it."""

    def __init__(self, output: Output, clock: Clock, seed: str) -> None:
        self._output = output
        self._clock = clock
        self._rng = random.Random(f"{seed}/log")
        self._timer: Timer | None = None

    def start(self) -> None:
        """Write the first line now and go on."""
        if self._output.heard:
            self._write()

    def stop(self) -> None:
        """Write no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _write(self) -> None:
        rng = self._rng
        text = rng.choice(_LINES).format(
            n=rng.randint(100, 9999), ms=rng.randint(1, 900), b=rng.randint(2, 250)
        )
        self._output.write(f"{rfc3339(self._clock.now())} {text}")
        self._timer = self._clock.call_later(rng.uniform(0.5, 3.0), self._write)
