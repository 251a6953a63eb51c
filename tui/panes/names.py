"""Names as they stand in a row: short where that loses nothing that matters there."""

from tui.format import short_digest
from tui.text import safe


def short_image(name: str) -> str:
    """Return an image's name without its registry, ``nginx:1.27`` for Docker's own images."""
    host, slash, path = name.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        name = path.removeprefix("library/") if host == "docker.io" else path
    return short_reference(name)


def short_reference(name: str) -> str:
    """Return a name with at most twelve digits of its digest."""
    start, at, digest = name.partition("@")
    if at:
        name = f"{start}@{short_digest(digest)}"
    elif name.startswith("sha256:"):
        name = f"sha256:{short_digest(name)}"
    return safe(name)
