"""Descriptors: what registries call a thing by, its digest and size, read with suspicion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.backend.errors import safe
from tui.backend.reference import is_digest
from tui.backend.registry_errors import WrongContent

_LARGEST = 2**63 - 1
_LONGEST = 64 << 10
"""Characters of a media type or an annotation."""

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
SCHEMA_1 = (
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A blob or a manifest in a registry."""

    media_type: str
    digest: str
    size: int
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)
    platform: Mapping[str, Any] | None = field(default=None, hash=False)

    @property
    def short(self) -> str:
        """The digest as sentences name it."""
        algorithm, _, value = self.digest.partition(":")
        return f"{algorithm}:{value[:12]}"

    @classmethod
    def from_json(cls, value: object) -> "Descriptor":
        """Read one from a manifest or an index.

        Args:
            value: what JSON has there.

        Raises:
            WrongContent: it is none; the sentence says what is wrong with it.
        """
        if not isinstance(value, dict):
            raise WrongContent(f"A descriptor is no JSON object: {safe(repr(value))}.")
        digest = value.get("digest")
        if not isinstance(digest, str) or not is_digest(digest):
            raise WrongContent(f"A descriptor has no digest but {safe(repr(digest))}.")
        size = value.get("size")
        # To Python, true is an int.
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= _LARGEST:
            raise WrongContent(f"The size of {digest[:19]} is {safe(repr(size))}.")
        media_type = value.get("mediaType")
        if not isinstance(media_type, str) or not media_type or not _sound(media_type):
            raise WrongContent(f"The media type of {digest[:19]} is {safe(repr(media_type))}.")
        platform = value.get("platform")
        if platform is not None and not isinstance(platform, dict):
            raise WrongContent(f"The platform of {digest[:19]} is {safe(repr(platform))}.")
        annotations = _annotations(digest, value.get("annotations"))
        return cls(media_type, digest, size, annotations, platform)


def _annotations(digest: str, value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(map(_sound, (*value, *value.values()))):
        raise WrongContent(f"The annotations of {digest[:19]} are {safe(repr(value))}.")
    return value


def _sound(text: object) -> bool:
    """Whether this is text that can be sent, and none that only fills memory."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True
