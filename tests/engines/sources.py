"""The machine's own apt sources of the Debian archive, for any suite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ETC_APT = Path("/etc/apt")

_SUITE = re.compile(
    r"(?:bullseye|bookworm|trixie|forky|duke|sid|unstable|testing|stable|oldstable|oldoldstable)"
    r"(?P<pocket>-updates|-security)?"
)
_ONE_LINE = re.compile(
    r"deb\s+(?:\[(?P<options>[^]]*)]\s*)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<rest>.+)"
)
_TIMESTAMP = re.compile(r"\d{8}T\d{6}Z")
_SUITES_WITHOUT_POCKETS = {"sid", "unstable"}


@dataclass(frozen=True)
class Source:
    """One archive line: where from, which suite, and how its signature is checked."""

    uri: str
    suite: str
    options: tuple[str, ...] = ()

    def line_for(self, suite: str) -> str | None:
        """Returns the line for another suite, None where that suite has no such pocket."""
        match = _SUITE.fullmatch(self.suite)
        pocket = (match["pocket"] if match else None) or ""
        if pocket and suite in _SUITES_WITHOUT_POCKETS:
            return None
        options = f"[{' '.join(self.options)}] " if self.options else ""
        return f"deb {options}{self.uri} {suite}{pocket} main"


def archive_sources(etc: Path = ETC_APT) -> list[Source]:
    """Returns the machine's sources of the Debian archive; those of others are left out."""
    found: dict[Source, None] = {}
    parts = etc / "sources.list.d"
    for path in [etc / "sources.list", *sorted(parts.glob("*.list"))]:
        found.update(dict.fromkeys(_one_line_entries(_text(path))))
    for path in sorted(parts.glob("*.sources")):
        found.update(dict.fromkeys(_deb822_entries(_text(path))))
    return list(found)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _one_line_entries(text: str) -> Iterator[Source]:
    for line in text.splitlines():
        match = _ONE_LINE.match(line.partition("#")[0].strip())
        if match:
            options = dict(
                option.split("=", 1) for option in (match["options"] or "").split() if "=" in option
            )
            yield from _debian([match["uri"]], [match["suite"]], match["rest"].split(), options)


def _deb822_entries(text: str) -> Iterator[Source]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in re.split(r"\n\s*\n", "\n".join(lines)):
        fields = _fields(stanza)
        if fields.get("enabled", "yes").lower() in {"no", "false", "0"}:
            continue
        if "deb" in fields.get("types", "").split():
            yield from _debian(
                fields.get("uris", "").split(),
                fields.get("suites", "").split(),
                fields.get("components", "").split(),
                fields,
            )


def _fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line[:1].isspace():
            fields[name] = f"{fields.get(name, '')} {line.strip()}"
        elif ":" in line:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _debian(
    uris: Iterable[str], suites: Iterable[str], components: Iterable[str], options: dict[str, str]
) -> Iterator[Source]:
    # Others name their suites "bookworm" too, so the suite alone proves
    # nothing: the component, the key and the place must look like Debian's.
    if "main" not in components:
        return
    keyring = options.get("signed-by", "")
    kept = tuple(
        f"{name}={options[name]}"
        for name in ("signed-by", "trusted")
        if options.get(name, "").strip() and " " not in options[name]
    )
    for uri in uris:
        if not _looks_like_the_archive(uri, keyring):
            continue
        for suite in suites:
            if _SUITE.fullmatch(suite):
                yield Source(uri, suite, kept)


def _looks_like_the_archive(uri: str, keyring: str) -> bool:
    if "debian-archive" in keyring:
        return True
    if keyring.startswith("/"):
        return False
    folders = [part for part in uri.split("/") if part and not _TIMESTAMP.fullmatch(part)]
    return bool(folders) and folders[-1].startswith("debian")
