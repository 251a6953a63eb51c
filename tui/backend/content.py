"""Content: reading blobs, and what is on its way into the store."""

from contextlib import aclosing

from protos import content_pb2
from tui.backend import convert
from tui.backend.errors import FailedPrecondition
from tui.backend.verbs import Verbs, named
from tui.state.models import Ingest


class Content(Verbs):
    """Verbs about the content store."""

    async def read_blob(self, digest: str, *, limit: int, namespace: str | None = None) -> bytes:
        """Return the bytes of a blob.

        Args:
            digest: of the blob.
            limit: bytes that it may have at most.
            namespace: None means the service's.

        Raises:
            InvalidArgument: the digest is empty or is none.
            NotFound: the namespace has no such blob.
            FailedPrecondition: it is larger than the limit.
        """
        request = content_pb2.ReadContentRequest(digest=named("digest", digest))
        data = bytearray()
        stream = self.client.stream(
            self.client.content.Read, request, namespace=self._ns(namespace)
        )
        async with aclosing(stream):
            async for part in stream:
                data += part.data
                if len(data) > limit:
                    raise FailedPrecondition(f"The blob {digest} is larger than {limit} bytes.")
        return bytes(data)

    async def list_ingests(self, *, namespace: str | None = None) -> list[Ingest]:
        """Return the blobs that are being written.

        Raises:
            BackendError: the daemon does not answer.
        """
        where = self._ns(namespace)
        request = content_pb2.ListStatusesRequest()
        response = await self.client.call(
            self.client.content.ListStatuses, request, namespace=where
        )
        return [convert.ingest(status, where) for status in response.statuses]
