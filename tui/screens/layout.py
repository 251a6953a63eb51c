"""What fits on a terminal of some size; pure."""

from typing import NamedTuple

SIDE_WIDTH = 120
ALL_WIDTH, ALL_HEIGHT = 160, 45


class Layout(NamedTuple):
    """How the screen is divided.

    Attributes:
        side: The details stand beside the table and follow the cursor.
        all_panes: The four panes stand together.
    """

    side: bool
    all_panes: bool


def layout(width: int, height: int) -> Layout:
    """Return the layout for a terminal of that many cells."""
    return Layout(width >= SIDE_WIDTH, width >= ALL_WIDTH and height >= ALL_HEIGHT)
