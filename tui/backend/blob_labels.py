"""The labels of blobs, which tell the garbage collector what refers to what."""

from collections.abc import Mapping

from google.protobuf.field_mask_pb2 import FieldMask

from protos import content_pb2
from tui.backend.client import Client
from tui.backend.errors import NotFound


class BlobLabels:
    """The labels of the blobs of one namespace."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    async def add(self, digest: str, labels: Mapping[str, str]) -> None:
        """Set some labels of a blob and leave the others.

        Raises:
            NotFound: there is no such blob.
        """
        if not labels:
            return
        request = content_pb2.UpdateRequest(
            info=content_pb2.Info(digest=digest, labels=labels),
            update_mask=FieldMask(paths=[f"labels.{key}" for key in labels]),
        )
        await self._client.call(self._client.content.Update, request, namespace=self._namespace)

    async def get(self, digest: str) -> Mapping[str, str] | None:
        """Return the labels of a blob, None where there is no such blob."""
        request = content_pb2.InfoRequest(digest=digest)
        try:
            answer = await self._client.call(
                self._client.content.Info, request, namespace=self._namespace
            )
        except NotFound:
            return None
        return dict(answer.info.labels)
