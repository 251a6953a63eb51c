"""How a table looks: columns, header, signs, and what it says when it is empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.widgets.apps import Draws, screen_lines
from tests.widgets.tables import row, rows, stage
from widgets import table_messages as messages
from widgets.cells import Cell, Row
from widgets.glyphs import use_glyphs
from widgets.table import Table


@pytest.fixture(autouse=True)
def _unicode() -> Iterator[None]:
    use_glyphs(ascii=False)
    yield
    use_glyphs(None)


async def test_columns_drop_and_never_wrap() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(
            [Row("k", (Cell("a-name-that-is-too-long-for-it"), Cell("up"), Cell("3d")))]
        )
        for width, shown, hidden in ((40, "AGE", ""), (22, "STATE", "AGE"), (12, "NAME", "STATE")):
            await pilot.resize_terminal(width, 10)
            await pilot.pause()
            lines = screen_lines(app)
            assert shown in lines[0]
            assert not hidden or hidden not in lines[0]
            assert all(len(line) == width for line in lines)
        assert "a-name…" in screen_lines(app)[1] or "a-name-th…" in screen_lines(app)[1]


async def test_the_header_shows_the_order_and_takes_clicks() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        table = app.widget
        table.show(rows(1, 2, 3))
        await pilot.pause()
        draws = Draws(table)
        table.set_sort("age", reverse=True)
        table.set_sort("age", reverse=True)
        await pilot.pause()
        assert draws.take() == [0]
        assert "AGE▼" in screen_lines(app)[0]
        await pilot.click(Table, offset=(screen_lines(app)[0].index("STATE") + 1, 0))
        assert app.last(messages.HeaderClicked).column == "state"


async def test_an_empty_table_says_why() -> None:
    app = stage(empty="No items in [/b]: press n")
    async with app.run_test(size=(40, 11)) as pilot:
        await pilot.pause()
        assert screen_lines(app)[5].strip() == "No items in [/b]: press n"
        app.widget.set_empty("Reading…")
        await pilot.pause()
        assert screen_lines(app)[5].strip() == "Reading…"
        app.widget.show(rows(1))
        await pilot.pause()
        assert "Reading" not in "".join(screen_lines(app))


async def test_hostile_cells_reach_no_segment() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        hostile = "[/b]\x1b[31m\x07\u202e\ud800\n"
        app.widget.show([Row(hostile, (Cell(hostile), Cell(spans=((hostile, "bad"), ("[x", "")))))])
        await pilot.pause()
        line = screen_lines(app)[1]
        assert "[/b]�[31m��" in line
        assert line.isprintable()
        assert len(line) == 40


async def test_stale_rows_are_dimmed() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(rows(1))
        await pilot.pause()
        before = app.widget.render_line(1)
        app.widget.dim = True
        await pilot.pause()
        assert any(segment.style and segment.style.dim for segment in app.widget.render_line(1))
        app.widget.dim = False
        await pilot.pause()
        assert list(app.widget.render_line(1)) == list(before)


async def test_ascii_signs() -> None:
    use_glyphs(ascii=True)
    app = stage()
    async with app.run_test(size=(24, 6)) as pilot:
        app.widget.show(
            [Row(f"k{n}", (Cell("a-very-long-name" * 2), Cell("up"))) for n in range(9)]
        )
        app.widget.set_sort("name")
        await pilot.pause()
        lines = screen_lines(app)
        assert all(line.isascii() for line in lines)
        assert lines[0].startswith(" NAME^")
        assert lines[1].startswith(">a-very")


async def test_the_cursor_is_seen_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(rows(1, 2))
        await pilot.pause()
        first, second = app.widget.render_line(1), app.widget.render_line(2)
        assert all(segment.style and segment.style.reverse for segment in first)
        assert not any(segment.style and segment.style.reverse for segment in second)


async def test_ten_thousand_rows_draw_no_more_than_the_viewport() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        draws = Draws(app.widget)
        many = rows(*range(10_000))
        app.widget.show(many)
        await pilot.pause()
        assert len(draws.take()) <= 10
        many[9_000] = row(9_000, "down")
        app.widget.show(many)
        await pilot.pause()
        assert draws.take() == []


async def test_rows_shown_while_there_is_no_size_appear_later() -> None:
    app = stage()
    app.widget.display = False
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(rows(1, 2))
        await pilot.pause()
        app.widget.display = True
        await pilot.pause()
        assert "item-1" in screen_lines(app)[1]
        assert app.last(messages.Highlighted).key == "k1"
