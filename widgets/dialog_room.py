"""Who gets how many lines of a dialog; pure."""

from __future__ import annotations

from typing import NamedTuple

CHROME = 7
"""Lines of a dialog that are not its text: border, title, free lines and buttons."""
SMALL = 9
"""Lines of a screen below which a dialog has neither border nor free lines."""


class Room(NamedTuple):
    """Lines at most for each part, 0 for one that is left out."""

    title: int
    targets: int
    below: int


def share(height: int, title: int, below: int) -> Room:
    """Divide the lines of a screen; what is to be done stands in the title, which goes last.

    Args:
        height: Lines of the screen.
        title: Lines that the title needs.
        below: Lines that stand under the targets, 0 for none.
    """
    title = min(title, max(1, height - 2))
    if height < SMALL:
        room = max(0, height - 1 - title)
        below = max(0, min(below, room - 1))
        return Room(title, room - below, below)
    room = max(2, height - CHROME - (title - 1))
    below = min(below, max(1, room // 2))
    return Room(title, max(1, room - below - bool(below)), below)
