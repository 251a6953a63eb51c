"""The judge of the terminal tests must not be blind."""

import pytest

from tests.support.escapes import foreign


@pytest.mark.parametrize(
    "attack",
    [
        b"\x1b]52;c;ZXZpbA==\x07",
        b"\x1b]0;title\x1b\\",
        b"\x1bPq#0\x1b\\",
        b"\x1b]8;;http://x\x07",
        b"\x1bc",
        b"\x07",
        b"\x1b[6i",
        b"\x1b[21t",
        b"\x00",
    ],
)
def test_an_attack_is_seen_between_harmless_output(attack: bytes) -> None:
    assert foreign(b"\x1b[1;1Hab\x1b[31m" + attack + b"c\x1b[0m") == [attack]


def test_what_a_screen_needs_is_harmless() -> None:
    assert foreign(b"\x1b[?1049h\x1b[2J\x1b[10;3Hx\x1b[38;5;12my\x1b[0m\x1b[?2026$p\x1b[>25u") == []
