"""A process that pulls and nothing else, for tests that kill it: socket, namespace, reference."""

import asyncio
import sys
from pathlib import Path

from tui.backend.client import Client
from tui.backend.service import Service


async def main(address: str, namespace: str, reference: str) -> None:
    """Pull until done or killed."""
    client = Client(address, namespace=namespace)
    service = Service(client, namespace=namespace)
    service.hosts_dir = Path("/nonexistent")
    await service.pull_image(reference)
    await client.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
