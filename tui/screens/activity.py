"""What the strip over the footer says of verbs at work; pure."""

from collections import Counter

from tui.targets import Pending
from widgets.activity import ActivityLine


def under_way(pending: Pending) -> list[ActivityLine]:
    """Return a line for every verb that is at work on more than one row of a pane."""
    most: dict[str, int] = {}
    for rows in pending.values():
        for doing, count in Counter(rows.values()).items():
            most[doing] = max(most.get(doing, 0), count)
    return [
        ActivityLine(doing.capitalize(), f"{count} to go", style="busy")
        for doing, count in most.items()
        if count > 1
    ]
