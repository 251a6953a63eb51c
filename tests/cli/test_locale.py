"""Which glyphs the user's locale gets, by the bytes on a real terminal."""

import os
import sys
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ("LANG", "LC_ALL", "LC_CTYPE", "PYTHONUTF8", "PYTHONCOERCECLOCALE")


@pytest.mark.parametrize(
    ("locale", "ascii"),
    [
        ({"LANG": "C"}, True),
        ({"LANG": "POSIX"}, True),
        ({"LANG": ""}, True),
        ({"LC_ALL": "C", "LANG": "C.UTF-8"}, True),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
    ],
    ids=lambda value: " ".join(value.values()) if isinstance(value, dict) else "",
)
def test_a_locale_without_utf8_gets_ascii(locale: dict[str, str], ascii: bool) -> None:
    env = {name: value for name, value in os.environ.items() if name not in LOCALE}
    argv = [sys.executable, "-m", "tui", "--demo"]
    with Terminal(argv, env=env | locale, cwd=str(ROOT)) as terminal:
        terminal.wait_for("running", timeout=90)
        terminal.send("j\x04")
        terminal.wait_for("Cancel")
        assert bytes(terminal.raw).isascii() is ascii
