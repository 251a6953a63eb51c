"""Signals: their names as people and images write them."""

import re
import signal

from tui.backend.errors import InvalidArgument, safe

_REAL_TIME = re.compile(r"RTMIN(?:\+(\d{1,2}))?\Z|RTMAX(?:-(\d{1,2}))?\Z")


def signal_number(value: str | int) -> int:
    """Return the number of a signal: ``TERM``, ``SIGTERM``, ``15``, ``SIGRTMIN+3``.

    Raises:
        InvalidArgument: there is no such signal.
    """
    text = str(value).strip().upper().removeprefix("SIG")
    if text.isascii() and text.isdigit() and len(text) <= 3:
        number = int(text)
    elif match := _REAL_TIME.match(text):
        up, down = (int(part or 0) for part in match.groups())
        number = signal.SIGRTMIN + up if text.startswith("RTMIN") else signal.SIGRTMAX - down
    else:
        number = int(getattr(signal.Signals, f"SIG{text}", 0))
    if not 1 <= number <= signal.SIGRTMAX:
        raise InvalidArgument(f'There is no signal "{safe(str(value))}".')
    return number
