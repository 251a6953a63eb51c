"""Images: names of content, and what is behind them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from protos import images_pb2
from tui.backend import convert
from tui.backend.content import Content
from tui.backend.manifests import Manifests
from tui.backend.verbs import mutating, named
from tui.state.models import Image

# With sync the collector runs before the answer comes.
_SYNC_SECONDS = 120.0


class Images(Content):
    """Verbs about images."""

    async def list_images(
        self, filters: Sequence[str] = (), *, namespace: str | None = None
    ) -> list[Image]:
        """Return the image records; their sizes and platforms are not read.

        Args:
            filters: in containerd's filter language; one of them must match.
            namespace: None means the service's.

        Raises:
            InvalidArgument: a filter is broken.
        """
        where = self._ns(namespace)
        request = images_pb2.ListImagesRequest(filters=filters)
        response = await self.client.call(self.client.images.List, request, namespace=where)
        return [convert.image(record, where) for record in response.images]

    async def get_image(self, ref: str, *, namespace: str | None = None) -> Image:
        """Return one image record; its size and platforms are not read.

        Raises:
            InvalidArgument: the reference is empty.
            NotFound: there is none.
        """
        where = self._ns(namespace)
        request = images_pb2.GetImageRequest(name=named("reference", ref))
        response = await self.client.call(self.client.images.Get, request, namespace=where)
        return convert.image(response.image, where)

    async def describe_image(self, image: Image, *, namespace: str | None = None) -> Image:
        """Return an image with size, platforms and chain ID for this host's platform.

        They are read from the content store and remembered by the digest. Blobs
        that are missing or broken are no error: they become `problem`.

        Args:
            image: as it was listed.
            namespace: None means the image's own.

        Raises:
            BackendError: the daemon does not answer.
        """
        found = await self._manifests.describe(image.digest, namespace or image.namespace)
        return replace(
            image,
            size=found.size,
            platforms=found.platforms,
            chain_id=found.chain_id,
            problem=found.problem,
        )

    @mutating
    async def delete_image(
        self, ref: str, synchronous: bool = False, *, namespace: str | None = None
    ) -> None:
        """Remove the name; what nothing else refers to is then collected.

        Args:
            ref: name of the image.
            synchronous: whether to return only when its content is gone.
            namespace: None means the service's.

        Raises:
            InvalidArgument: the reference is empty.
            NotFound: there is none.
        """
        request = images_pb2.DeleteImageRequest(name=named("reference", ref), sync=synchronous)
        await self.client.call(
            self.client.images.Delete,
            request,
            namespace=self._ns(namespace),
            timeout=_SYNC_SECONDS if synchronous else None,
        )

    @cached_property
    def _manifests(self) -> Manifests:
        return Manifests(self)
