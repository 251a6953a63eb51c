"""The user's keys: the table ``[keymap]`` of the configuration file.

Its names are action ids (``toggle = "x"``, ``delete = "ctrl+x,delete"``); what
is wrong in it is told in one sentence and the defaults stand.
"""

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

from tui.actions import ACTIONS
from widgets.glyphs import glyphs


def default_keys() -> dict[str, tuple[str, ...]]:
    """Return the keys of every action that has some, by action id."""
    return {action.id: action.keys for action in ACTIONS if action.keys}


def load(path: Path) -> tuple[dict[str, str], str]:
    """Read the user's keys.

    Returns:
        The keymap for Textual, and one sentence about what was ignored, ``""`` for nothing.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("keymap", {})
    except FileNotFoundError:
        return {}, ""
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, f"The keys in {path.name} are ignored: {error}."
    if not isinstance(table, dict):
        return {}, f"The keys in {path.name} are ignored: [keymap] is not a table."
    return checked(table, default_keys())


def checked(
    table: Mapping[str, object], defaults: Mapping[str, Collection[str]]
) -> tuple[dict[str, str], str]:
    """Keep what is a known action with keys that nothing else has.

    Args:
        table: What the user wrote.
        defaults: The keys of every action.

    Returns:
        As `load`.
    """
    keymap: dict[str, str] = {}
    taken = {
        key: action for action, keys in defaults.items() if action not in table for key in keys
    }
    problems: list[str] = []
    for action, value in table.items():
        keys = [key.strip() for key in value.split(",")] if isinstance(value, str) else []
        if action not in defaults:
            problems.append(f"there is no action {action!r}")
        elif not keys or not all(keys):
            problems.append(f"{action!r} needs a key")
        elif clash := next((key for key in keys if taken.get(key, action) != action), None):
            problems.append(f"{clash!r} is {taken[clash]!r} already")
        else:
            keymap[action] = ",".join(keys)
            taken.update(dict.fromkeys(keys, action))
    return keymap, f"Keys ignored: {'; '.join(problems)}." if problems else ""


SHOWN = {
    "slash": "/",
    "question_mark": "?",
    "colon": ":",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "space": "Space",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "S-Tab",
    "delete": "Del",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}


def shown(key: str) -> str:
    """Return a key as it is drawn: ``^d`` for ctrl+d, ``/`` for slash."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    if key == "enter":
        return glyphs().enter
    return SHOWN.get(key, key.capitalize() if len(key) > 1 else key)


def effective(keymap: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the keys of every action under the user's keymap, by action id."""
    keys = default_keys()
    keys.update({action: tuple(value.split(",")) for action, value in keymap.items()})
    return keys
