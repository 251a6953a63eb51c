"""Dialogs on screens that have hardly any room."""

from __future__ import annotations

import pytest

from tests.widgets.apps import screen_lines
from tests.widgets.test_dialogs import Asker
from widgets.dialog import ConfirmDialog
from widgets.dialog_room import Room, share


@pytest.mark.parametrize("size", [(20, 5), (20, 3), (40, 6), (80, 8)])
async def test_a_tiny_screen_still_shows_what_is_asked(size: tuple[int, int]) -> None:
    app = Asker()
    async with app.run_test(size=size) as pilot:
        dialog = ConfirmDialog(
            "Stop task web-1?",
            lines=["The kubelet manages it."],
            targets=["web-1 (running, pid 4211)"],
            consequence="What it holds in memory is lost.",
            command="ctr -a /run/containerd/containerd.sock tasks kill web-1",
            confirm_label="Stop",
        )
        await app.ask(pilot, dialog)
        lines = screen_lines(app)
        assert "Stop task web-1?" in lines[0]
        assert any("[> Cancel <]" in line for line in lines)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        text = "\n".join(screen_lines(app))
        for part in ("╭", "Stop task", "pid 4211", "in memory", "$ ctr"):
            assert part in text


@pytest.mark.parametrize(
    ("height", "title", "below", "room"),
    [
        (24, 1, 4, Room(1, 12, 4)),
        (24, 1, 0, Room(1, 17, 0)),
        (24, 2, 40, Room(2, 7, 8)),
        (9, 1, 4, Room(1, 1, 1)),
        (8, 1, 4, Room(1, 2, 4)),
        (5, 2, 4, Room(2, 1, 1)),
        (5, 9, 4, Room(3, 1, 0)),
        (3, 1, 4, Room(1, 1, 0)),
        (1, 1, 1, Room(1, 0, 0)),
    ],
)
def test_the_title_gets_its_lines_first(height: int, title: int, below: int, room: Room) -> None:
    assert share(height, title, below) == room
