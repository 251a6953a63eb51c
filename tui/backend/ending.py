"""Ending a task: wait for it before it is told, then make sure."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from protos import tasks_pb2
from tui.backend.client import Client
from tui.backend.errors import BackendError, NotFound, Timeout

KILL = 9
# What the kernel needs to end processes that cannot refuse, on a busy machine.
KILL_SECONDS = 15.0
UNKNOWN_STATUS = 255
"""What stands for an exit status that nobody can tell any more."""


class Ending:
    """The end of one task, waited for since before it was asked for."""

    def __init__(self, client: Client, container_id: str, namespace: str) -> None:
        self._client = client
        self._id = container_id
        self._namespace = namespace
        self._wait: asyncio.Task[int] | None = None
        self.told = False
        """Whether a signal was sent: the task may end of it at any time."""

    async def signal(self, number: int, *, everyone: bool = False) -> None:
        """Send a signal; that the task has ended already is as good.

        Raises:
            BackendError: it could not be sent.
        """
        request = tasks_pb2.KillRequest(container_id=self._id, signal=number, all=everyone)
        with suppress(NotFound):
            await self._client.call(self._client.tasks.Kill, request, namespace=self._namespace)
        self.told = True

    async def within(self, seconds: float) -> int | None:
        """Return the exit status, None if the task has not ended in this time.

        Raises:
            BackendError: the daemon cannot tell.
        """
        assert self._wait is not None, "used outside of its block"
        await asyncio.wait([self._wait], timeout=seconds)
        if not self._wait.done():
            return None
        try:
            return self._wait.result()
        except NotFound:
            # Somebody else deleted the task before its status could be read.
            return UNKNOWN_STATUS

    async def by_force(self) -> int:
        """Kill every process of the task and return the exit status.

        Raises:
            Timeout: it is still there, e.g. because the kernel holds it.
        """
        await self.signal(KILL, everyone=True)
        status = await self.within(KILL_SECONDS)
        if status is None:
            raise Timeout(f"{self._id} did not end within {KILL_SECONDS:g} s of KILL.")
        return status

    async def watch(self, seconds: float) -> None:
        """Begin to wait, for at most this long."""
        self._wait = asyncio.create_task(self._status(seconds))
        # It must be under way before the caller sends a signal.
        await asyncio.sleep(0)

    async def _status(self, seconds: float) -> int:
        request = tasks_pb2.WaitRequest(container_id=self._id)
        response = await self._client.call(
            self._client.tasks.Wait,
            request,
            namespace=self._namespace,
            timeout=seconds,
            queued=False,
        )
        return response.exit_status

    async def forget(self) -> None:
        """Stop waiting."""
        if self._wait is not None:
            self._wait.cancel()
            with suppress(asyncio.CancelledError, BackendError):
                await self._wait


@asynccontextmanager
async def ending(
    client: Client, container_id: str, namespace: str, seconds: float
) -> AsyncIterator[Ending]:
    """Wait for the end of a task during a block.

    Args:
        client: of the daemon.
        container_id: of the task.
        namespace: of the task.
        seconds: that the block may take at most.
    """
    end = Ending(client, container_id, namespace)
    await end.watch(seconds)
    try:
        yield end
    finally:
        await end.forget()
