"""A process that pulls and nothing else: to be killed, or to be measured."""

import asyncio
import json
import sys
import time
from pathlib import Path

from tui.backend.client import Client
from tui.backend.pull import warm_up
from tui.backend.service import Service


async def main(address: str, namespace: str, reference: str) -> None:
    """Pull until done or killed; say what it cost (seconds, CPU seconds, MiB)."""
    client = Client(address, namespace=namespace)
    service = Service(client, namespace=namespace)
    service.hosts_dir = Path("/nonexistent")
    await service.server()
    await warm_up()
    wall, cpu = time.monotonic(), time.process_time()
    await service.pull_image(reference)
    spent = {"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu, "rss": peak()}
    sys.stdout.write(json.dumps(spent))
    await client.close()


def peak() -> float:
    """Return the greatest memory of this process so far, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
