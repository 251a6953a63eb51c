"""The log of a run: a file, as the screen belongs to the dashboard."""

import logging
from pathlib import Path

LARGEST = 4 << 20
"""Bytes from which on the next run begins a new log and keeps this one as ``.1``."""


def log_to(target: Path, *, ours: bool) -> None:
    """Send what is logged to a file, behind what it holds.

    Args:
        target: The file; its folder is made.
        ours: Whether it is the one that nobody named, which must not grow for ever.

    Raises:
        OSError: It cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if ours and target.exists() and target.stat().st_size > LARGEST:
        target.replace(target.with_name(f"{target.name}.1"))
    handler = logging.FileHandler(target, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    # A disk that is full is no reason to write over the screen.
    logging.raiseExceptions = False
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)


def log_nowhere() -> None:
    """Drop what is logged; without a handler Python writes it to the terminal."""
    logging.getLogger().addHandler(logging.NullHandler())
