"""containerd.services.content.v1: blobs, and blobs on their way."""

import re
from collections.abc import AsyncIterator, Iterator

from google.protobuf.empty_pb2 import Empty

from protos import content_pb2 as pb
from protos import event_payloads_pb2 as payloads
from tui.demo.clock import stamp
from tui.demo.filters import Fields, compile_filters, fields
from tui.demo.refusals import invalid_argument, not_found, out_of_range
from tui.demo.router import Call
from tui.demo.services.base import EMPTY, Service, merged_labels, required
from tui.demo.store import Ingest, Space
from tui.demo.writer import write

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_BATCH = 100
_CHUNK = 1 << 20


class Content(Service):
    """The content store."""

    def Info(self, request: pb.InfoRequest, call: Call) -> pb.InfoResponse:
        """One blob."""
        return pb.InfoResponse(info=_find(self.store.space(call.namespace), request.digest))

    def List(self, request: pb.ListContentRequest, call: Call) -> Iterator[pb.ListContentResponse]:
        """The blobs that pass the filters, in batches."""
        wanted = compile_filters(request.filters)
        infos = self.store.space(call.namespace).content
        found = [infos[key] for key in sorted(infos) if wanted(_fields(infos[key]))]
        for start in range(0, len(found), _BATCH):
            yield pb.ListContentResponse(info=found[start : start + _BATCH])

    def Update(self, request: pb.UpdateRequest, call: Call) -> pb.UpdateResponse:
        """Change labels, all of them or what the mask names."""
        required(request, "info")
        info = _find(self.store.space(call.namespace), request.info.digest)
        labels = merged_labels(info.labels, request.info.labels, list(request.update_mask.paths))
        info.labels.clear()
        info.labels.update(labels)
        info.updated_at.CopyFrom(self.clock.stamp())
        return pb.UpdateResponse(info=info)

    def Delete(self, request: pb.DeleteContentRequest, call: Call) -> Empty:
        """Remove a blob, whatever refers to it."""
        space = self.store.space(call.namespace)
        self.store.drop_blob(space, _find(space, request.digest).digest)
        self.publish(space, "/content/delete", payloads.ContentDelete(digest=request.digest))
        self.engine.collector.soon()
        return EMPTY

    def Read(self, request: pb.ReadContentRequest, call: Call) -> Iterator[pb.ReadContentResponse]:
        """A blob's bytes; offsets in the answers count from the first one asked for."""
        info = _find(self.store.space(call.namespace), request.digest)
        if request.offset > info.size or request.offset < 0:
            raise out_of_range(f"read past object length {info.size} bytes")
        size = request.size or info.size - request.offset
        if request.offset + size > info.size:
            raise out_of_range(f"read past object length {info.size} bytes")
        sent, buffer = 0, bytearray()
        for chunk in self.store.read(info.digest, request.offset, size) if size else ():
            buffer += chunk
            if len(buffer) >= _CHUNK:
                yield pb.ReadContentResponse(offset=sent, data=bytes(buffer))
                sent, buffer = sent + len(buffer), bytearray()
        if buffer:
            yield pb.ReadContentResponse(offset=sent, data=bytes(buffer))

    def Status(self, request: pb.StatusRequest, call: Call) -> pb.StatusResponse:
        """One ingest."""
        space = self.store.space(call.namespace)
        if request.ref not in space.ingests:
            raise not_found(f'ingest "{request.ref}"')
        return pb.StatusResponse(status=_status(space.ingests[request.ref]))

    def ListStatuses(self, request: pb.ListStatusesRequest, call: Call) -> pb.ListStatusesResponse:
        """The ingests that pass the filters."""
        wanted = compile_filters(request.filters)
        ingests = self.store.space(call.namespace).ingests
        found = [item for ref, item in sorted(ingests.items()) if wanted(fields({"ref": ref}))]
        return pb.ListStatusesResponse(statuses=[_status(item) for item in found])

    def Abort(self, request: pb.AbortRequest, call: Call) -> Empty:
        """Throw an ingest away."""
        space = self.store.space(call.namespace)
        if request.ref not in space.ingests:
            raise not_found(f'ingest "{request.ref}"')
        del space.ingests[request.ref]
        return EMPTY

    def Write(
        self, requests: AsyncIterator[pb.WriteContentRequest], call: Call
    ) -> AsyncIterator[pb.WriteContentResponse]:
        """Write a blob, see `tui.demo.writer`."""
        return write(self.store, requests, call.namespace, call.lease)


def _find(space: Space, digest: str) -> pb.Info:
    if not _DIGEST.fullmatch(digest):
        raise invalid_argument(f'"{digest}": invalid checksum digest format')
    if digest not in space.content:
        raise not_found(f"content digest {digest}")
    return space.content[digest]


def _fields(info: pb.Info) -> Fields:
    return fields({"digest": info.digest, "size": str(info.size)}, {"labels": info.labels})


def _status(ingest: Ingest) -> pb.Status:
    return pb.Status(
        ref=ingest.ref,
        offset=ingest.offset,
        total=ingest.total,
        started_at=stamp(ingest.started_at),
        updated_at=stamp(ingest.updated_at),
    )
