"""Signals that ask the program to end: it gives the terminal back first."""

import asyncio
import signal
from collections.abc import Callable

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
"""The last one as another program sends it: in a terminal of ours ctrl+c is a key."""
LAST_SECONDS = 20
"""Seconds for leaving, after which the kernel ends the program: the terminal may be dead."""


def on_ending(end: Callable[[int], None]) -> None:
    """Have the running event loop call `end` with the exit code at the first such signal.

    A second one ends the program at once.
    """
    loop = asyncio.get_running_loop()

    def leave(number: signal.Signals) -> None:
        for each in ENDING:
            loop.remove_signal_handler(each)
        signal.alarm(LAST_SECONDS)
        end(128 + number)

    for number in ENDING:
        loop.add_signal_handler(number, leave, number)
