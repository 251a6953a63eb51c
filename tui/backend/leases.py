"""Leases: what holds the garbage collector off things that nothing refers to yet."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from protos import leases_pb2
from tui.backend.client import Client
from tui.backend.errors import BackendError

_Result = TypeVar("_Result")

_EXPIRE = "containerd.io/gc.expire"
_CLEANUP_SECONDS = 15.0


def unique(prefix: str) -> str:
    """Return an identifier that nobody else has."""
    return f"{prefix}-{secrets.token_hex(8)}"


@asynccontextmanager
async def lease(
    client: Client, namespace: str, *, hours: float, labels: Mapping[str, str] | None = None
) -> AsyncIterator[str]:
    """Hold a lease for the length of a block; its id goes with every call that creates.

    It is deleted at the end of the block however that comes, and expires by
    itself where even this fails.

    Args:
        client: of the daemon.
        namespace: in which things are made.
        hours: until it expires if we cannot delete it.
        labels: of the lease, besides the one that lets it expire.

    Raises:
        BackendError: the lease was not granted.
    """
    expire = datetime.now(UTC) + timedelta(hours=hours)
    expiry = {_EXPIRE: expire.isoformat(timespec="seconds")}
    request = leases_pb2.CreateRequest(id=unique("c9d"), labels={**(labels or {}), **expiry})
    await make(
        client.call(client.leases.Create, request, namespace=namespace),
        lambda: delete_lease(client, request.id, namespace),
    )
    try:
        yield request.id
    finally:
        await cleanup(delete_lease(client, request.id, namespace))


async def delete_lease(
    client: Client, lease_id: str, namespace: str, *, synchronous: bool = False
) -> None:
    """Delete a lease; what only it held is then collected.

    Args:
        client: of the daemon.
        lease_id: of the lease.
        namespace: of the lease.
        synchronous: whether to return only when that has been collected.

    Raises:
        NotFound: there is none.
    """
    request = leases_pb2.DeleteRequest(id=lease_id, sync=synchronous)
    await client.call(client.leases.Delete, request, namespace=namespace)


async def cleanup(step: Coroutine[Any, Any, object]) -> None:
    """Run a step that undoes something to its end, also while being cancelled.

    Its own failure is not worth more than the error that made it necessary, and
    what it leaves behind is held by a lease that expires. A daemon that hangs
    does not hold us up for long.
    """
    work = asyncio.ensure_future(step)
    try:
        await asyncio.wait({work}, timeout=_CLEANUP_SECONDS)
    except asyncio.CancelledError:
        await asyncio.wait({work}, timeout=_CLEANUP_SECONDS)
        raise
    finally:
        work.cancel()
        with suppress(BackendError, asyncio.CancelledError):
            await work


async def make(
    step: Coroutine[Any, Any, _Result], undo: Callable[[], Coroutine[Any, Any, object]]
) -> _Result:
    """Run a step that makes something, and undo it if we are cancelled meanwhile.

    A call that is cut short may do its work all the same, later than what undoes
    it: so it is brought to its end first.
    """
    work = asyncio.ensure_future(step)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await cleanup(_undone(work, undo))
        raise


async def _undone(
    work: asyncio.Future[_Result], undo: Callable[[], Coroutine[Any, Any, object]]
) -> None:
    with suppress(BackendError):
        await work
    await undo()
