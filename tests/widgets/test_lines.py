"""The bars, the activity strip and the detail panel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.widgets.apps import Draws, Stage, press, screen_lines
from widgets.bars import Item
from widgets.detail import Detail, Field, Section
from widgets.filter_bar import FilterBar
from widgets.glyphs import use_glyphs
from widgets.key_hints import Hint, KeyHints
from widgets.line_input import LineInput
from widgets.status_line import StatusLine
from widgets.tabs_line import Tab, TabsLine


@pytest.fixture(autouse=True)
def _unicode() -> Iterator[None]:
    use_glyphs(ascii=False)
    yield
    use_glyphs(None)


HINTS = [
    Hint("stop", "s", "Stop"),
    Hint("logs", "l", "Logs", 3),
    Hint("help", "?", "Help", 1),
    Hint("bad", "b", "[/b]", 2),
]
TABS = [Tab("c", "Containers", "1", "12"), Tab("i", "Images", "2", "7"), Tab("t", "[/t]", "3")]


async def test_hints_drop_by_priority_and_take_clicks() -> None:
    app = Stage(KeyHints())
    async with app.run_test(size=(40, 3)) as pilot:
        app.widget.show(HINTS)
        await pilot.pause()
        assert screen_lines(app)[0].rstrip() == " s Stop  l Logs  ? Help  b [/b]"
        await pilot.click(KeyHints, offset=(10, 0))
        assert app.last(KeyHints.Pressed).action == "logs"
        await pilot.resize_terminal(24, 3)
        await pilot.pause()
        assert screen_lines(app)[0].rstrip() == " s Stop  ? Help  b [/b]"
        await pilot.resize_terminal(20, 3)
        await pilot.pause()
        assert screen_lines(app)[0].rstrip() == " s Stop  ? Help"
        await pilot.click(KeyHints, offset=(10, 0))
        assert app.last(KeyHints.Pressed).action == "help"


async def test_hints_that_did_not_change_are_not_drawn() -> None:
    app = Stage(KeyHints())
    async with app.run_test(size=(40, 3)) as pilot:
        app.widget.show(HINTS)
        await pilot.pause()
        draws = Draws(app.widget)
        app.widget.show(list(HINTS))
        await pilot.pause()
        assert draws.take() == []
        app.widget.show(HINTS[:1])
        await pilot.pause()
        assert draws.take() == [0]


async def test_tabs_show_as_much_as_fits_and_take_clicks() -> None:
    app = Stage(TabsLine())
    async with app.run_test(size=(60, 3)) as pilot:
        app.widget.show(TABS, "i")
        wanted = {
            60: " 1 Containers 12   2 Images 7   3 [/t]",
            36: " 1 Containers   2 Images   3 [/t]",
            20: " 1   2 Images   3",
            12: " 2 Images",
        }
        for width, line in wanted.items():
            await pilot.resize_terminal(width, 3)
            await pilot.pause()
            assert screen_lines(app)[0].rstrip() == line
        await pilot.resize_terminal(60, 3)
        await pilot.pause()
        await pilot.click(TabsLine, offset=(3, 0))
        assert app.last(TabsLine.Selected).key == "c"


async def test_the_status_line_has_two_ends() -> None:
    app = Stage(StatusLine())
    async with app.run_test(size=(40, 3)) as pilot:
        left = [Item((("c9d", "title"),)), Item((("host[/b]", ""),), priority=3)]
        right = [Item((("● live", "ok"),)), Item((("12:00", "dim"),), priority=2)]
        app.widget.show(left, right)
        await pilot.pause()
        assert screen_lines(app)[0] == " c9d  host[/b]            ● live  12:00 "
        for width, line in ((20, " c9d  ● live  12:00 "), (14, " c9d   ● live ")):
            await pilot.resize_terminal(width, 3)
            await pilot.pause()
            assert screen_lines(app)[0] == line
        app.widget.show([Item((("x" * 90, ""),))])
        await pilot.pause()
        assert screen_lines(app)[0].endswith("…")


def sections(count: int, name: str = "web") -> list[Section]:
    fields = tuple(Field(f"label {number}", f"value {number}") for number in range(count))
    return [Section(name, (Field("Name", f"{name}[/b]", "ok"), *fields)), Section("", ())]


async def test_the_detail_redraws_changed_lines_alone() -> None:
    app = Stage(Detail())
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(sections(3), "web")
        await pilot.pause()
        assert screen_lines(app)[1].rstrip() == "Name     web[/b]"
        draws = Draws(app.widget)
        app.widget.show(sections(3), "web")
        await pilot.pause()
        assert draws.take() == []
        changed = sections(3)
        fields = (*changed[0].fields[:2], Field("label 1", "other"), changed[0].fields[3])
        app.widget.show([Section("web", fields)], "web")
        await pilot.pause()
        assert draws.take() == [3]


async def test_the_detail_keeps_its_place_for_one_subject() -> None:
    app = Stage(Detail())
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(sections(50), "web")
        app.widget.focus()
        await press(pilot, "pagedown", "j", "j", "k")
        assert app.widget.top == 10
        assert screen_lines(app)[9].endswith("↓")
        app.widget.show(sections(60), "web")
        assert app.widget.top == 10
        await press(pilot, "G")
        assert "label 59" in screen_lines(app)[8]
        await press(pilot, "g")
        assert app.widget.top == 0
        await press(pilot, "ctrl+f")
        app.widget.show(sections(50, "api"), "api")
        assert app.widget.top == 0


async def test_long_values_are_wrapped_beside_or_below_their_label() -> None:
    app = Stage(Detail())
    async with app.run_test(size=(24, 8)) as pilot:
        app.widget.show(
            [Section("T", (Field("Digest", "abcdefghij" * 2), Field("", "whole line")))]
        )
        await pilot.pause()
        assert [line.rstrip() for line in screen_lines(app)[:4]] == [
            "T",
            "Digest  abcdefghijabcde",
            "        fghij",
            "whole line",
        ]
        await pilot.resize_terminal(14, 8)
        await pilot.pause()
        assert [line.rstrip() for line in screen_lines(app)[1:3]] == ["Digest", "  abcdefghija"]


async def test_the_filter_line_says_what_is_typed() -> None:
    app = Stage(FilterBar())
    async with app.run_test(size=(40, 6)) as pilot:
        bar = app.widget
        assert not bar.display
        bar.open("we")
        await pilot.pause()
        await pilot.press("b")
        assert app.last(FilterBar.Changed).value == "web"
        bar.show_note("3 of 12 [/b]")
        await pilot.pause()
        assert screen_lines(app)[0].rstrip() == " / web                     3 of 12 [/b]"
        await pilot.press("enter")
        assert app.last(FilterBar.Submitted).value == "web"
        await pilot.press("escape")
        assert app.last(FilterBar.Cancelled) is not None
        bar.close()
        assert not bar.display


async def test_what_is_pasted_is_cleaned() -> None:
    app = Stage(LineInput())
    async with app.run_test(size=(40, 6)) as pilot:
        app.widget.value = "a\x1b]52;c;x\x07b"
        await pilot.pause()
        assert app.widget.value == "a�]52;c;x�b"
        assert all(line.isprintable() for line in screen_lines(app))
