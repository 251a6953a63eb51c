"""The first thing on the screen, written before Textual is imported."""

import os
import sys

_ENTER = "\x1b[?1049h\x1b[H\x1b[2J\x1b[?25l"
_LEAVE = "\x1b[?25h\x1b[?1049l"
_shown = False


def show(target: str) -> None:
    """Take the alternate screen and say in its first line what is being opened.

    Textual takes the same screen later, so nothing flickers. `target` comes from
    the command line and is made printable here.
    """
    global _shown
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
    except OSError:
        columns = 80
    text = "".join(char if char.isprintable() else "?" for char in target)
    line = f" c9d  opening {text} ...".encode(errors="replace").decode(errors="replace")
    _shown = True
    _write(_ENTER + line[:columns])


def taken() -> None:
    """Forget the splash: Textual ran, and has given the terminal its own screen back."""
    global _shown
    _shown = False


def leave() -> None:
    """Give the terminal its own screen back, if `show` took it and nobody else did."""
    global _shown
    if _shown:
        _shown = False
        _write(_LEAVE)


def _write(text: str) -> None:
    encoding = getattr(sys.stderr, "encoding", None) or "ascii"
    os.write(sys.stderr.fileno(), text.encode(encoding, "replace"))
