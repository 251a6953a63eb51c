"""The references that were pulled before, remembered from run to run."""

import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)

MOST = 100
"""References that are kept."""
LONGEST = 512
"""Characters of a reference that is kept; no registry takes a longer one."""


class Pulled:
    """A file with one reference a line, the newest first.

    It is read whenever it is needed, as several c9d may run at once. What is
    broken in it is left out, and where it cannot be written nothing is
    remembered: neither is a reason not to pull.

    Args:
        path: The file; its folder is made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> tuple[str, ...]:
        """Return what was remembered, the newest first."""
        try:
            with self._path.open(encoding="utf-8") as file:
                text = file.read(MOST * (LONGEST + 1))
        except (OSError, UnicodeDecodeError):
            return ()
        lines = (line.strip() for line in text.split("\n"))
        return tuple(dict.fromkeys(line for line in lines if _fit(line)))[:MOST]

    def add(self, name: str) -> None:
        """Remember a reference as the newest."""
        if not _fit(name):
            return
        names = dict.fromkeys((name, *self.names()))
        try:
            self._write("".join(f"{each}\n" for each in tuple(names)[:MOST]))
        except OSError as error:
            _log.warning("cannot remember what was pulled: %s", error.strerror)

    def _write(self, text: str) -> None:
        """Replace the file as a whole, so that nobody ever reads half of it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Made by mkstemp it is readable for its owner alone.
        number, draft = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(draft, self._path)
        except OSError:
            with suppress(OSError):
                os.unlink(draft)
            raise


def _fit(line: str) -> bool:
    """Tell whether a line can be a reference, which is printable ASCII without spaces."""
    return 0 < len(line) <= LONGEST and line.isascii() and line.isprintable() and " " not in line
