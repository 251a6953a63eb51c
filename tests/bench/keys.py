"""How soon the dashboard answers a key while it pulls, and while it does not.

    python -m tests.bench.keys [--engine 1.7] [--rounds N]

The real dashboard on a pseudo-terminal, on a real daemon with twenty snapshots to move
among. A round is fifty keys without a pull and fifty with one; the two are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from tests.engines.layout import ENGINE_IDS
from tests.support.daemon import Daemon
from tests.support.docker_registry import DockerRegistry
from tests.support.image import build_image
from tests.support.terminal import Terminal
from tests.support.throttle import throttled

KEYS = 50
PAUSE = 0.05
"""Seconds between two keys, as somebody holds one down."""
MIB = 1 << 20


@contextmanager
def way_to(port: int, rate: float) -> Iterator[str]:
    """Opens a throttled way to a registry, in a thread of its own."""
    ready: list[str] = []
    open_, end = threading.Event(), threading.Event()

    async def serve() -> None:
        async with throttled(port, rate=rate) as way:
            ready.append(way.host)
            open_.set()
            await asyncio.to_thread(end.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    open_.wait()
    try:
        yield ready[0]
    finally:
        end.set()
        thread.join()


def answers(terminal: Terminal) -> list[float]:
    """Presses down and up in turn; returns the seconds until the cursor had moved."""
    taken: list[float] = []
    for number in range(KEYS):
        before = cursor(terminal)
        began = time.monotonic()
        terminal.send("j" if number % 2 == 0 else "k")
        while cursor(terminal) == before and time.monotonic() - began < 2:
            terminal.pump(0.05)
        taken.append(time.monotonic() - began)
        until = time.monotonic() + PAUSE
        while (left := until - time.monotonic()) > 0:
            terminal.pump(left)
    return taken


def cursor(terminal: Terminal) -> int:
    """Returns the line of the row under the cursor, -1 if there is none."""
    return next((y for y, line in enumerate(terminal.screen.display) if line.startswith("▌")), -1)


def pull(terminal: Terminal, reference: str) -> None:
    """Begins a pull by its keys, and leaves it running."""
    terminal.send("P")
    terminal.wait_for("Pull an image")
    terminal.send(f"{reference}\r")
    terminal.wait_for("downloading")
    terminal.send("\x1b")
    terminal.settle()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--engine", default="1.7", choices=ENGINE_IDS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=12.0, help="MiB a second")
    options = parser.parse_args()
    quiet: list[float] = []
    busy: list[float] = []
    with (
        tempfile.TemporaryDirectory() as state,
        DockerRegistry() as registry,
        Daemon(options.engine) as daemon,
        way_to(registry.port, options.rate * MIB) as host,
    ):
        namespace = daemon.namespace()
        small = build_image([{f"l{n}": (uuid4().bytes, 0o644)} for n in range(20)], reference="x:1")
        plain = [] if options.engine == "2.x" else ["--plain-http"]
        first = registry.push(small, "bench/small:1")
        daemon.ctr("images", "pull", *plain, first, namespace=namespace)
        command = [sys.executable, "-m", "tui", "-a", daemon.address, "-n", namespace]
        environment = {**os.environ, "XDG_STATE_HOME": state}
        root = str(Path(__file__).resolve().parents[2])
        with Terminal(command, env=environment, cwd=root) as terminal:
            terminal.wait_for("live")
            terminal.send("4")
            terminal.wait_for(lambda: cursor(terminal) > 0)
            for number in range(options.rounds):
                terminal.settle()
                quiet += answers(terminal)
                image = build_image(
                    [{f"l{n}": (os.urandom(12 * MIB), 0o644)} for n in range(6)],
                    reference="x:1", compressed=False,
                )  # fmt: skip
                registry.push(image, f"bench/round:{number}")
                pull(terminal, f"{host}/bench/round:{number}")
                busy += answers(terminal)
                terminal.wait_for("pulled in", timeout=120)
    for what, taken in (("no pull", quiet), ("a pull", busy)):
        ordered = sorted(taken)
        print(
            f"{what:8} median {1000 * statistics.median(taken):5.1f} ms   "
            f"p99 {1000 * ordered[int(0.99 * len(ordered))]:5.1f} ms   ({len(taken)} keys)"
        )
    print(f"ratio of the medians {statistics.median(busy) / statistics.median(quiet):.2f}")


if __name__ == "__main__":
    main()
