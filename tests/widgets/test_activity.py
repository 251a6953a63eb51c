"""The strip of what goes on in the background."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.widgets.apps import Draws, Stage, screen_lines
from widgets.activity import Activity, ActivityLine
from widgets.bars import Item
from widgets.glyphs import use_glyphs


@pytest.fixture(autouse=True)
def _unicode() -> Iterator[None]:
    use_glyphs(ascii=False)
    yield
    use_glyphs(None)


async def test_activity_takes_room_only_while_something_goes_on() -> None:
    app = Stage(Activity())
    async with app.run_test(size=(60, 6)) as pilot:
        activity = app.widget
        await pilot.pause()
        assert not activity.display
        lines = [ActivityLine("↓ nginx[/b]", "3/5 layers", 0.61), ActivityLine("A note", "x")]
        activity.show(lines)
        await pilot.pause()
        assert activity.size.height == 2
        shown = screen_lines(app)
        assert shown[0].rstrip() == " ↓ nginx[/b]  ▓▓▓▓▓▓▓░░░░░  61%  3/5 layers"
        assert shown[1].rstrip() == " A note  x"
        draws = Draws(activity)
        activity.show([ActivityLine("↓ nginx[/b]", "4/5 layers", 0.7), lines[1]])
        await pilot.pause()
        assert draws.take() == [0]
        activity.show([ActivityLine(f"line {number}") for number in range(9)])
        await pilot.pause()
        assert [line.strip() for line in screen_lines(app)[:3]] == [
            "line 0",
            "line 1",
            "and 7 more",
        ]
        activity.show([])
        await pilot.pause()
        assert not activity.display
        assert not activity.region


async def test_figures_of_an_activity_stand_in_columns_and_drop_by_priority() -> None:
    app = Stage(Activity())
    figures = (Item((("18.2/29.8", ""),), priority=2), Item((("3/5 layers", ""),), priority=4))
    bare = (Item((("     12 kB", ""),), priority=2), Item((("          ", ""),), priority=4))
    lines = [
        ActivityLine("nginx", fraction=0.61, parts=figures),
        ActivityLine("a long name", "resolving", aligned=True),
        ActivityLine("other", parts=bare, aligned=True),
    ]
    async with app.run_test(size=(60, 6)) as pilot:
        app.widget.show(lines)
        await pilot.pause()
        assert [line.rstrip() for line in screen_lines(app)[:3]] == [
            " nginx        ▓▓▓▓▓▓▓░░░░░  61%  18.2/29.8  3/5 layers",
            " a long name  resolving",
            " other                                12 kB",
        ]
        await pilot.resize_terminal(45, 6)
        await pilot.pause()
        assert screen_lines(app)[0].rstrip() == " nginx        ▓▓▓▓▓▓▓░░░░░  61%  18.2/29.8"
        await pilot.resize_terminal(31, 6)
        await pilot.pause()
        assert [line.rstrip() for line in screen_lines(app)[:2]] == [
            " nginx      ▓▓▓▓▓▓▓░░░░░  61%",
            " a long n…  resolving",
        ]


async def test_a_bar_is_full_only_at_the_end() -> None:
    app = Stage(Activity())
    async with app.run_test(size=(40, 6)) as pilot:
        for fraction, percent, empty in (
            (0.999, " 99%", True),
            (1.0, "100%", False),
            (7, "100%", False),
        ):
            app.widget.show([ActivityLine("x", fraction=fraction)])
            await pilot.pause()
            line = screen_lines(app)[0]
            assert percent in line
            assert ("░" in line) is empty
