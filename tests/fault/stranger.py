"""Watches the socket in its argument as a user who is nobody, and prints each state."""

import asyncio
import os
import sys
from contextlib import aclosing

from tui.backend.client import Client
from tui.backend.service import Service
from tui.backend.watcher import Watcher

_NOBODY = 65534


async def watch(address: str) -> None:
    """Print state, reason and way out of each snapshot, a line each, for ever."""
    watcher = Watcher(Service(Client(address)))
    async with aclosing(watcher.snapshots()) as snapshots:
        async for snapshot in snapshots:
            connection = snapshot.connection
            line = (connection.state, connection.reason, connection.way_out)
            sys.stdout.write("|".join(line) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    # Everything is imported by now: nobody may not read the checkout.
    os.setgroups([])
    os.setgid(_NOBODY)
    os.setuid(_NOBODY)
    asyncio.run(watch(sys.argv[1]))
