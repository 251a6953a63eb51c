"""What lies behind an image's digest: index, manifest, config, read with patience."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Any

from tui.backend import platforms
from tui.backend.content import Content
from tui.backend.convert import json_object, mapping, strings
from tui.backend.errors import BackendError, InvalidArgument, NotFound
from tui.backend.platforms import Platform

# An index, a manifest or a config beyond this is not one.
_LIMIT = 4 << 20
_CACHED = 1024
# Of an index without platforms every manifest must be read; some have hundreds.
_ENTRIES = 64
_ATTESTATION = "vnd.docker.reference.type"


class Unreadable(Exception):
    """The description cannot be had; its text is a few words."""


@dataclass(frozen=True, slots=True)
class Description:
    """What the content store knows of an image for this host."""

    size: int | None = None
    platforms: tuple[str, ...] = ()
    chain_id: str = ""
    problem: str = ""


def chain_id(diff_ids: tuple[str, ...]) -> str:
    """Return the chain ID of the top layer: the key of its committed snapshot."""
    chain = ""
    for diff_id in diff_ids:
        both = f"{chain} {diff_id}".encode(errors="replace")
        chain = f"sha256:{hashlib.sha256(both).hexdigest()}" if chain else diff_id
    return chain


def _size(descriptor: dict[str, Any]) -> int:
    size = descriptor.get("size")
    return max(0, size) if isinstance(size, int) else 0


def _entries(document: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = document.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


class Manifests:
    """Reads descriptions and remembers those that are complete; digests never change meaning.

    Args:
        content: where blobs are read.
        host: None means the platform of this machine.
    """

    def __init__(self, content: Content, host: Platform | None = None) -> None:
        self._content = content
        self._host = host or platforms.host()
        self._known: OrderedDict[tuple[str, str], Description] = OrderedDict()

    async def describe(self, digest: str, namespace: str) -> Description:
        """Return what lies behind a digest; a problem is part of the answer.

        Raises:
            BackendError: the daemon does not answer.
        """
        key = (namespace, digest)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        description = await _Reading(self._content, self._host, namespace).describe(digest)
        # A blob that is missing now may be pulled later.
        if not description.problem:
            self._known[key] = description
            if len(self._known) > _CACHED:
                self._known.popitem(last=False)
        return description


class _Reading:
    """One walk from a digest down to the config."""

    def __init__(self, content: Content, host: Platform, namespace: str) -> None:
        self._content = content
        self._host = host
        self._namespace = namespace

    async def describe(self, digest: str) -> Description:
        try:
            top, size = await self._read(digest)
        except Unreadable as reason:
            return Description(problem=str(reason))
        if "manifests" not in top:
            return await self._manifest(top, size)
        found = await self._choices(top)
        names = tuple(dict.fromkeys(str(each) for each, _ in found))
        ranked = [
            (place, index)
            for index, (each, _) in enumerate(found)
            if (place := platforms.rank(each, self._host)) is not None
        ]
        if not ranked:
            return Description(platforms=names, problem=f"no manifest for {self._host}")
        chosen = found[min(ranked)[1]][1]
        try:
            document, length = await self._read(str(chosen.get("digest", "")))
        except Unreadable as reason:
            return Description(platforms=names, problem=str(reason))
        described = await self._manifest(document, size + length)
        return replace(described, platforms=names)

    async def _choices(self, index: dict[str, Any]) -> list[tuple[Platform, dict[str, Any]]]:
        """Return the manifests of an index with their platforms, in its order."""
        found: list[tuple[Platform, dict[str, Any]]] = []
        for entry in _entries(index, "manifests")[:_ENTRIES]:
            if _ATTESTATION in mapping(entry.get("annotations")):
                continue
            platform = platforms.parse(mapping(entry.get("platform")))
            if platform is None and not entry.get("platform"):
                platform = await self._platform_of_config(entry)
            if platform is not None:
                found.append((platform, entry))
        return found

    async def _platform_of_config(self, entry: dict[str, Any]) -> Platform | None:
        try:
            manifest, _ = await self._read(str(entry.get("digest", "")))
            config, _ = await self._read(str(mapping(manifest.get("config")).get("digest", "")))
        except Unreadable:
            return None
        return platforms.parse(config)

    async def _manifest(self, manifest: dict[str, Any], size: int) -> Description:
        """Return what a manifest says; `size` is that of what was read to come to it."""
        config_entry = mapping(manifest.get("config"))
        if not config_entry:
            kind = "a schema 1 manifest" if "fsLayers" in manifest else "not an image manifest"
            return Description(problem=kind)
        try:
            config, _ = await self._read(str(config_entry.get("digest", "")))
        except Unreadable as reason:
            return Description(problem=str(reason))
        layers = _entries(manifest, "layers")
        platform = platforms.parse(config)
        return Description(
            size=size + _size(config_entry) + sum(map(_size, layers)),
            platforms=(str(platform),) if platform else (),
            chain_id=chain_id(strings(mapping(config.get("rootfs")).get("diff_ids"))),
        )

    async def _read(self, digest: str) -> tuple[dict[str, Any], int]:
        """Return a JSON blob and its size.

        Raises:
            Unreadable: it is missing, too large or something else.
            Unavailable: or another error that is not about this blob.
        """
        try:
            data = await self._content.read_blob(digest, limit=_LIMIT, namespace=self._namespace)
        except NotFound:
            raise Unreadable(f"{_short(digest)} is missing") from None
        except InvalidArgument:
            raise Unreadable("a descriptor without a digest") from None
        except BackendError as error:
            if "larger than" not in str(error):
                raise
            raise Unreadable(f"{_short(digest)} is too large") from None
        document = json_object(data)
        if not document:
            raise Unreadable(f"{_short(digest)} is not JSON")
        return document, len(data)


def _short(digest: str) -> str:
    algorithm, _, value = digest.partition(":")
    return f"blob {algorithm}:{value[:12]}"
