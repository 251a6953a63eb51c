"""Platforms: which manifest of an index is meant for this host."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.backend.errors import InvalidArgument, safe

_ARCHITECTURES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm",
    "armv7l": "arm",
    "armv6l": "arm",
    "i386": "386",
    "i686": "386",
}
_VARIANTS = {"armhf": "v7", "armv7l": "v7", "armv6l": "v6", "armel": "v6"}
# What an older or plainer machine of the same family would run, best first.
_ALSO = {
    "amd64": (("amd64", ""), ("386", "")),
    "arm64": (("arm64", "v8"), ("arm", "v8"), ("arm", "v7"), ("arm", "v6"), ("arm", "v5")),
    "arm": (("arm", "v7"), ("arm", "v6"), ("arm", "v5")),
}


@dataclass(frozen=True, slots=True)
class Platform:
    """What a program was built for, in the words of the image specification."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        parts = (self.os, self.architecture, self.variant)
        return "/".join(part for part in parts if part)


def parse(value: Mapping[str, Any]) -> Platform | None:
    """Read a platform from a descriptor or an image's config; None where it names none."""
    os, architecture, variant = (
        text if isinstance(text := value.get(key), str) else ""
        for key in ("os", "architecture", "variant")
    )
    if not os or not architecture or "unknown" in (os, architecture):
        return None
    variant = variant or _VARIANTS.get(architecture.lower(), "")
    architecture = _ARCHITECTURES.get(architecture.lower(), architecture.lower())
    if (architecture, variant) in (("amd64", "v1"), ("arm64", "v8"), ("arm64", "8")):
        variant = ""
    elif architecture == "arm":
        variant = f"v{(variant or '7').lstrip('v')}"
    return Platform(os.lower(), architecture, variant)


def read(text: str) -> Platform:
    """Read a platform as people write it: ``linux/arm64/v8``, or ``arm64`` alone.

    Raises:
        InvalidArgument: it is none.
    """
    parts = text.strip().split("/")
    if len(parts) == 1:
        parts.insert(0, "linux")
    names = ("os", "architecture", "variant")
    found = parse(dict(zip(names, parts, strict=False))) if len(parts) <= 3 else None
    if found is None or not all(part.isalnum() for part in parts):
        raise InvalidArgument(f'"{safe(text)}" is no platform: write it as linux/arm64.')
    return found


def host() -> Platform:
    """Return the platform of this machine."""
    found = parse({"os": "linux", "architecture": platform.machine() or "amd64"})
    return found or Platform("linux", "amd64")


def rank(candidate: Platform, wanted: Platform) -> int | None:
    """Return how well a platform suits a host, 0 the best, None not at all."""
    if candidate.os != wanted.os:
        return None
    order = _ALSO.get(wanted.architecture, ((wanted.architecture, wanted.variant),))
    if wanted.architecture == "arm":
        order = tuple(entry for entry in order if entry[1] <= wanted.variant)
    variant = candidate.variant
    if candidate.architecture == "arm64":
        variant = variant or "v8"
    try:
        return order.index((candidate.architecture, variant))
    except ValueError:
        return None
