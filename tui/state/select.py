"""Filter, sort and count the rows of a snapshot; pure functions."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from tui.state.snapshot import Snapshot

T = TypeVar("T")

_DIGITS = re.compile(r"([0-9]+)")


def compile_filter(pattern: str) -> Callable[[str], bool]:
    """Make a predicate of what was typed after ``/``.

    Args:
        pattern: A regular expression, found anywhere and in either case; a leading
            ``!`` inverts it; an empty one lets everything pass.

    Raises:
        ValueError: The expression is broken; the text is one sentence.
    """
    inverted = pattern.startswith("!")
    body = pattern[1:] if inverted else pattern
    if not body:
        return lambda text: True
    try:
        search = re.compile(body, re.IGNORECASE).search
    except (re.error, OverflowError, RecursionError) as error:
        reason = getattr(error, "msg", "") or "it is too large"
        raise ValueError(f"The filter is not a regular expression: {reason}.") from None
    if inverted:
        return lambda text: search(text) is None
    return lambda text: search(text) is not None


def natural(text: str) -> tuple[tuple[Any, ...], str]:
    """Give the sort key under which ``web-2`` comes before ``web-10``."""
    parts: list[Any] = []
    for index, part in enumerate(_DIGITS.split(text)):
        if index % 2:
            # By length, then by digits: the number may be longer than int() takes.
            digits = part.lstrip("0")
            parts.append((len(digits), digits))
        else:
            parts.append(part.casefold())
    return tuple(parts), text


def sort_rows(items: Iterable[T], key: Callable[[T], Any], reverse: bool = False) -> list[T]:
    """Sort rows, stable, texts in natural order.

    Args:
        items: The rows.
        key: What to sort by: numbers, texts, times or tuples of one shape. Rows
            whose key is None come last in both directions.
        reverse: Whether the greatest comes first.
    """
    known: list[tuple[Any, T]] = []
    unknown: list[T] = []
    for item in items:
        value = key(item)
        if value is None:
            unknown.append(item)
        else:
            known.append((_comparable(value), item))
    known.sort(key=lambda pair: pair[0], reverse=reverse)
    return [item for _, item in known] + unknown


def _comparable(value: Any) -> Any:
    if isinstance(value, str):
        return natural(value)
    return tuple(map(_comparable, value)) if isinstance(value, tuple) else value


def in_use(snapshot: Snapshot) -> dict[str, int]:
    """Count the containers of each image, by image name.

    Names that point at one digest share their users: the CRI plugin names the
    same image by tag, by digest and by its configuration.
    """
    users = Counter(row.image for row in snapshot.containers.values() if row.image)
    by_digest: Counter[str] = Counter()
    for name, count in users.items():
        image = snapshot.images.get(name)
        if image is not None and image.digest:
            by_digest[image.digest] += count
    counts = {name: by_digest.get(row.digest, 0) for name, row in snapshot.images.items()}
    return {name: count for name, count in counts.items() if count}


def snapshot_users(snapshot: Snapshot) -> dict[str, str]:
    """Name the container that each snapshot is the root file system of, by row key."""
    return {
        f"{row.snapshotter}/{row.snapshot_key}": row.id
        for row in snapshot.containers.values()
        if row.snapshot_key
    }


def children_counts(snapshot: Snapshot) -> dict[str, int]:
    """Count the snapshots that have each one as their parent, by row key."""
    return dict(
        Counter(
            f"{row.snapshotter}/{row.parent}" for row in snapshot.snapshots.values() if row.parent
        )
    )
