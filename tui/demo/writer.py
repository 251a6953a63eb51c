"""Writing a blob: one stream, one ingest, which outlives a stream that is cut."""

from collections.abc import AsyncIterator, Mapping

from protos import content_pb2 as pb
from protos import event_payloads_pb2 as payloads
from tui.demo.clock import stamp
from tui.demo.refusals import (
    Refusal,
    already_exists,
    failed_precondition,
    invalid_argument,
    out_of_range,
    unavailable,
)
from tui.demo.store import Ingest, Space, Store, checked_labels


async def write(
    store: Store, requests: AsyncIterator[pb.WriteContentRequest], namespace: str, lease: str
) -> AsyncIterator[pb.WriteContentResponse]:
    """Answer a stream of write requests.

    Raises:
        Refusal: as the daemon does: ALREADY_EXISTS for a blob that is there,
            UNAVAILABLE for a ref that another stream holds, OUT_OF_RANGE for a wrong
            offset, FAILED_PRECONDITION for a wrong size or digest.
    """
    space = store.written(namespace)
    space.checked_lease(lease)
    ingest: Ingest | None = None
    try:
        async for request in requests:
            if ingest is None:
                ingest = _opened(store, space, request, lease)
            _checked(ingest, request)
            if request.action != pb.STAT:
                _take(ingest, request, store.clock.now())
            if request.action == pb.COMMIT:
                yield _committed(store, space, ingest, request.labels, lease)
                return
            yield _response(ingest, request.action)
    finally:
        if ingest is not None:
            ingest.locked = False


def commit_blob(
    store: Store, space: Space, blob: bytes, labels: Mapping[str, str], lease: str
) -> pb.Info:
    """Put a whole blob into a namespace, and say so."""
    info = store.add_blob(space, blob, labels, store.clock.now())
    space.hold(lease, "content", info.digest)
    event = payloads.ContentCreate(digest=info.digest, size=info.size)
    store.bus.publish(space.name, "/content/create", event)
    return info


def _opened(store: Store, space: Space, request: pb.WriteContentRequest, lease: str) -> Ingest:
    """Find or begin the ingest of a ref, and lock it."""
    if not request.ref:
        raise invalid_argument("first message must have a reference")
    if request.expected in space.content:
        space.hold(lease, "content", request.expected)
        raise already_exists(f"content {request.expected}")
    now = store.clock.now()
    ingest = space.ingests.get(request.ref)
    if ingest is None:
        ingest = space.ingests[request.ref] = Ingest(request.ref, now, now)
        if request.expected in store.blobs:
            # The bytes are there for another namespace; only a commit is missing.
            for chunk in store.read(request.expected):
                ingest.add(chunk, now)
    elif ingest.locked:
        raise unavailable(f"ref {request.ref} locked")
    ingest.locked = True
    ingest.total = request.total or ingest.total
    ingest.expected = request.expected or ingest.expected
    space.hold(lease, "ingests", request.ref)
    return ingest


def _checked(ingest: Ingest, request: pb.WriteContentRequest) -> None:
    if request.expected and ingest.expected and request.expected != ingest.expected:
        raise failed_precondition(
            f"commit digest conflict: {request.expected} != {ingest.expected}"
        )
    if request.total and ingest.total and request.total != ingest.total:
        raise failed_precondition(f"commit size conflict: {request.total} != {ingest.total}")
    ingest.expected = request.expected or ingest.expected
    ingest.total = request.total or ingest.total


def _take(ingest: Ingest, request: pb.WriteContentRequest, now: float) -> None:
    if request.offset and request.offset != len(ingest.data):
        raise out_of_range(
            f"write @{request.offset} must occur at current offset {len(ingest.data)}"
        )
    if not request.offset and request.data:
        ingest.truncate()
    ingest.add(request.data, now)


def _committed(
    store: Store, space: Space, ingest: Ingest, labels: Mapping[str, str], lease: str
) -> pb.WriteContentResponse:
    refusal = _unfit(space, ingest)
    if refusal is not None:
        raise refusal
    checked_labels(labels)
    response = _response(ingest, pb.COMMIT)
    del space.ingests[ingest.ref]
    if lease:
        space.leases[lease].resources.discard(("ingests", ingest.ref))
    commit_blob(store, space, bytes(ingest.data), labels, lease)
    return response


def _unfit(space: Space, ingest: Ingest) -> Refusal | None:
    """Why an ingest cannot be committed, None when it can."""
    size, digest = len(ingest.data), ingest.digest
    if ingest.total and ingest.total != size:
        return failed_precondition(f"unexpected commit size {size}, expected {ingest.total}")
    if ingest.expected and ingest.expected != digest:
        return failed_precondition(f"unexpected commit digest {digest}, expected {ingest.expected}")
    return already_exists(f"content {digest}") if digest in space.content else None


def _response(ingest: Ingest, action: pb.WriteAction.ValueType) -> pb.WriteContentResponse:
    return pb.WriteContentResponse(
        action=action,
        started_at=stamp(ingest.started_at),
        updated_at=stamp(ingest.updated_at),
        offset=len(ingest.data),
        total=ingest.total,
        digest="" if action == pb.STAT else ingest.digest,
    )
