"""What the answer to a reference says: the descriptor of an index or a manifest."""

import hashlib
import json
from typing import TYPE_CHECKING

from tui.backend.descriptor import INDEXES, MANIFESTS, SCHEMA_1, Descriptor
from tui.backend.errors import safe
from tui.backend.reference import Reference, is_digest
from tui.backend.registry_errors import WrongContent, could_not

if TYPE_CHECKING:  # HTTP takes its time to load
    from tui.backend.registry_http import Answer

DOCUMENT_LIMIT = 4 << 20
"""An index, a manifest or a config beyond this is not one."""
_KNOWN = (*INDEXES, *MANIFESTS, *SCHEMA_1)


def from_head(answer: "Answer", reference: Reference) -> Descriptor | None:
    """Return what the head of an answer says, None where only the body can tell.

    Raises:
        WrongContent: it names another digest than the reference.
    """
    digest = answer.header("Docker-Content-Digest")
    media_type = _content_type(answer)
    if not is_digest(digest) or not answer.length or media_type not in _KNOWN:
        return None
    _same(digest, reference)
    return Descriptor(media_type, reference.digest or digest, answer.length)


def from_body(answer: "Answer", body: bytes, reference: Reference) -> Descriptor:
    """Return what a manifest or an index is, as it was read.

    Raises:
        WrongContent: it is too long, not what its digest says, or something else.
    """
    if len(body) > DOCUMENT_LIMIT:
        why = f"its manifest has more than the {DOCUMENT_LIMIT >> 20} MiB that are allowed"
        raise WrongContent(could_not(reference, why))
    told = answer.header("Docker-Content-Digest")
    told = reference.digest or (told if is_digest(told) else "")
    algorithm = told.partition(":")[0] or "sha256"
    digest = f"{algorithm}:{hashlib.new(algorithm, body).hexdigest()}"
    if told and told != digest:
        raise WrongContent(could_not(reference, "the manifest is not that of its digest"))
    media_type = _content_type(answer)
    if media_type not in _KNOWN:
        media_type = _by_content(body)
    if not media_type:
        said = safe(_content_type(answer) or "nothing")
        why = f"its registry answered with {said}, which is no manifest"
        raise WrongContent(could_not(reference, why))
    return Descriptor(media_type, digest, len(body))


def _same(digest: str, reference: Reference) -> None:
    algorithm = digest.partition(":")[0]
    # Of another algorithm it may well be another name for the same.
    if reference.digest.startswith(f"{algorithm}:") and reference.digest != digest:
        raise WrongContent(could_not(reference, "its registry has another digest for it"))


def _content_type(answer: "Answer") -> str:
    return answer.header("Content-Type").partition(";")[0].strip().lower()


def _by_content(body: bytes) -> str:
    """Return the media type that a document itself has or shows, empty if it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(document, dict):
        return ""
    if document.get("mediaType") in _KNOWN:
        return str(document["mediaType"])
    if isinstance(document.get("manifests"), list):
        return INDEXES[0]
    if "fsLayers" in document:
        return SCHEMA_1[0]
    return MANIFESTS[0] if isinstance(document.get("config"), dict) else ""
