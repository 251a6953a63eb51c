"""Which control sequences a program sent to its terminal, told from the bytes alone."""

import re
from collections.abc import Iterator

_SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC
    rb"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"  # DCS, SOS, PM, APC
    rb"|\x1b[ -/]*[0-~]"  # two bytes, or three with an intermediate one
    rb"|[\x00-\x1f\x7f]",
    re.DOTALL,
)

# What a full-screen program needs: colours, the cursor, erasing, scrolling, modes, and
# the questions that Textual asks at its start.
_HARMLESS = re.compile(
    rb"\x1b\[[0-9;:]*m"
    rb"|\x1b\[[0-9;]*[A-HJKLMPSTXdfr]"
    rb"|\x1b\[\?[0-9;]+[hl]"
    rb"|\x1b\[\?[0-9]+\$p"
    rb"|\x1b\[[<>=?][0-9;]*u"
    rb"|\x1b\[\?u"
    rb"|\x1b\[[0-9;]*[nc]"
    rb"|\x1b\[[0-9 ]*q"
    rb"|\x1b\]22;(?:default|pointer|text)\x07"  # the shape of the mouse pointer
    rb"|\x1b[78M]"
    rb"|[\r\n\t\x08]"
)


def sequences(raw: bytes) -> Iterator[bytes]:
    """Yield every control sequence and control character of a stream."""
    for match in _SEQUENCE.finditer(raw):
        yield match.group()


def foreign(raw: bytes) -> list[bytes]:
    """Return the sequences that a full-screen program has no reason to send."""
    return [found for found in sequences(raw) if not _HARMLESS.fullmatch(found)]
