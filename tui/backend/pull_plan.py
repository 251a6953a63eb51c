"""What a pull is about to fetch: the documents of an image, read and judged before its layers."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.backend import platforms
from tui.backend.convert import mapping, strings
from tui.backend.descriptor import INDEXES, MANIFESTS, Descriptor
from tui.backend.errors import NotFound, safe
from tui.backend.manifests import chain_id
from tui.backend.platforms import Platform
from tui.backend.reference import is_digest
from tui.backend.registry_errors import WrongContent

Read = Callable[[Descriptor], Awaitable[bytes]]

LAYERS = 500
"""Layers of one image; a list beyond this is an attack and no image."""
_UNSAID = 16
"""Entries of an index whose platform is looked for in their configs."""
_DEPTH = 3
"""Indexes within indexes."""
_CONTENT = "containerd.io/gc.ref.content."
_ATTESTATION = "vnd.docker.reference.type"
_OCI = "application/vnd.oci.image."
_DOCKER = "application/vnd.docker."
_CONFIGS = (f"{_OCI}config.v1+json", f"{_DOCKER}container.image.v1+json")
_LAYERS = (f"{_OCI}layer.", f"{_DOCKER}image.rootfs.")


@dataclass(frozen=True, slots=True)
class Document:
    """An index, a manifest or a config, as it goes into the content store."""

    descriptor: Descriptor
    data: bytes
    labels: Mapping[str, str]
    """What of it refers to which other blobs, for the garbage collector."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All about an image but its layers."""

    top: Descriptor
    documents: tuple[Document, ...]
    """From the top down; the config is the last."""
    layers: tuple[Descriptor, ...]
    """From the lowest up."""
    diff_ids: tuple[str, ...]

    @property
    def config(self) -> Document:
        """The image's config."""
        return self.documents[-1]

    @property
    def chain_ids(self) -> tuple[str, ...]:
        """Names of the snapshots of the layers (OCI image specification), the lowest first."""
        return tuple(chain_id(self.diff_ids[: top + 1]) for top in range(len(self.diff_ids)))


def ingest_ref(descriptor: Descriptor) -> str:
    """Return the ref under which containerd's clients write a blob."""
    kind = descriptor.media_type
    name = descriptor.annotations.get("org.opencontainers.image.ref.name", "")
    end = f"{name}@{descriptor.digest}" if name else descriptor.digest
    if kind in INDEXES:
        return f"index-{end}"
    if kind in MANIFESTS:
        return f"manifest-{end}"
    if kind in _CONFIGS:
        return f"config-{end}"
    return f"layer-{end}" if kind.startswith(_LAYERS) else f"unknown-{end}"


def child_labels(children: Sequence[Descriptor]) -> dict[str, str]:
    """Return the labels that keep the children of a document from being collected."""
    labels: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for child in children:
        prefix = _prefix(child.media_type)
        number = counts[prefix]
        counts[prefix] += 1
        first_config = prefix.endswith("config") and not number
        labels[prefix if first_config else f"{prefix}{number}"] = child.digest
    return labels


def _prefix(media_type: str) -> str:
    if media_type in _CONFIGS:
        return f"{_CONTENT}config"
    if media_type in MANIFESTS:
        return f"{_CONTENT}m."
    return f"{_CONTENT}l." if media_type.startswith(_LAYERS) else _CONTENT


async def make_plan(top: Descriptor, read: Read, wanted: Platform, name: str) -> Plan:
    """Read an image's documents from the top down.

    Args:
        top: what the reference points at.
        read: returns the bytes of a document, verified.
        wanted: the platform; an image that is no index is taken as it is.
        name: of the image, for the sentences.

    Raises:
        NotFound: the image has no manifest for the platform.
        WrongContent: it is no image, or one that no honest registry has.
        BackendError: a document could not be had.
    """
    documents: list[Document] = []
    descriptor = top
    for _ in range(_DEPTH):
        document = await _document(descriptor, read)
        if "manifests" not in document.content:
            break
        documents.append(document.with_children(document.children("manifests")))
        descriptor = await _choose(document, read, wanted, name)
    else:
        raise WrongContent(f"{safe(name)} is an index of indexes without an end.")
    config_entry, layers = _parts(document, name)
    documents.append(document.with_children([config_entry, *layers]))
    config = await _document(config_entry, read)
    diff_ids = strings(mapping(config.content.get("rootfs")).get("diff_ids"))
    if len(diff_ids) != len(layers) or not all(map(is_digest, diff_ids)):
        raise WrongContent(
            f"{safe(name)} cannot be unpacked: its manifest has {len(layers)} layers and "
            f"its config {len(diff_ids)}."
        )
    documents.append(config.with_children([]))
    return Plan(top, tuple(documents), tuple(layers), diff_ids)


@dataclass(frozen=True, slots=True)
class _Read:
    """A document and what it says."""

    descriptor: Descriptor
    data: bytes
    content: Mapping[str, Any]

    def children(self, key: str) -> list[Descriptor]:
        """Return the descriptors in a list of it."""
        entries = self.content.get(key)
        if not isinstance(entries, list):
            raise WrongContent(f"{self.descriptor.digest} has no list of {key}.")
        if len(entries) > LAYERS:
            raise WrongContent(
                f"{self.descriptor.digest} lists {len(entries)} {key}: more than {LAYERS} "
                "are refused."
            )
        return [Descriptor.from_json(entry) for entry in entries]

    def with_children(self, children: Sequence[Descriptor]) -> Document:
        """Return the document with the labels that hold its children."""
        return Document(self.descriptor, self.data, child_labels(children))


async def _document(descriptor: Descriptor, read: Read) -> _Read:
    data = await read(descriptor)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise WrongContent(f"{descriptor.digest} is not the JSON that it should be.")
    return _Read(descriptor, data, content)


def _parts(document: _Read, name: str) -> tuple[Descriptor, list[Descriptor]]:
    """Return config and layers of a manifest."""
    if "fsLayers" in document.content:
        raise WrongContent(
            f"{safe(name)} is an image of Docker's schema 1, which containerd no longer takes: "
            "push it anew with a current client."
        )
    config = document.content.get("config")
    if not isinstance(config, dict):
        raise WrongContent(f"{safe(name)} is not the manifest of an image.")
    return Descriptor.from_json(config), document.children("layers")


async def _choose(index: _Read, read: Read, wanted: Platform, name: str) -> Descriptor:
    """Return the manifest of an index that suits the platform best."""
    entries = [each for each in index.children("manifests") if _ATTESTATION not in each.annotations]
    found = [
        (platform, entry)
        for entry in entries
        if entry.platform and (platform := platforms.parse(entry.platform)) is not None
    ]
    if not _best(found, wanted):
        # Only then is it worth to read what entries are that do not say it.
        unsaid = [each for each in entries if not each.platform and each.media_type in MANIFESTS]
        for entry in unsaid[:_UNSAID]:
            platform = await _platform_of_config(entry, read)
            found += [(platform, entry)] if platform is not None else []
    if best := _best(found, wanted):
        return best
    if nested := [each for each in entries if each.media_type in INDEXES]:
        return nested[0]
    there = ", ".join(dict.fromkeys(str(platform) for platform, _ in found))
    raise NotFound(
        f"{safe(name)} has no image for {wanted}: it has {safe(there) or 'none at all'}."
    )


def _best(found: Sequence[tuple[Platform, Descriptor]], wanted: Platform) -> Descriptor | None:
    """Return what suits a platform best, the first of equals; None where nothing does."""
    ranked = [
        (rank, place)
        for place, (platform, _) in enumerate(found)
        if (rank := platforms.rank(platform, wanted)) is not None
    ]
    return found[min(ranked)[1]][1] if ranked else None


async def _platform_of_config(entry: Descriptor, read: Read) -> Platform | None:
    """Return the platform that the config of a manifest names; None where it is no image."""
    try:
        manifest = await _document(entry, read)
        config = manifest.content.get("config")
        document = await _document(Descriptor.from_json(config), read)
    except (NotFound, WrongContent):
        return None
    return platforms.parse(document.content)
