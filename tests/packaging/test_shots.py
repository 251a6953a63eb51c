"""The pictures of the README: the same bytes wherever nothing changed."""

import pytest

from screenshots.take import SHOTS, picture


@pytest.mark.parametrize("name", ["all-panes", "stop"])
async def test_a_picture_is_the_same_each_time(name: str) -> None:
    shot = next(shot for shot in SHOTS if shot.name == name)
    first, second = await picture(shot, 2), await picture(shot, 2)
    assert first == second
    assert "terminal-" not in first
