"""Which locale the user asked for: it decides between UTF-8 and ASCII signs."""

from collections.abc import Mapping
from pathlib import Path


def says_utf8(environ: Mapping[str, str]) -> bool:
    """Whether the locale of the environment says UTF-8 (POSIX: LC_ALL, LC_CTYPE, LANG)."""
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        if environ.get(name):
            return "utf" in environ[name].lower()
    return False


def users_own(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment without an LC_CTYPE that Python set itself.

    Where the locale is C, Python makes it UTF-8 in its own environment before any
    code of ours runs; the kernel keeps the one that the program was started with.
    """
    try:
        given = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return environ
    if any(each.startswith(b"LC_CTYPE=") for each in given):
        return environ
    return {name: value for name, value in environ.items() if name != "LC_CTYPE"}
