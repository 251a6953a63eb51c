"""The table keeps its cursor on a key and redraws no line that did not change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual import events

from tests.widgets.apps import Draws, press, screen_lines
from tests.widgets.tables import row, rows, stage
from widgets import table_messages as messages
from widgets.glyphs import use_glyphs
from widgets.table import Table


@pytest.fixture(autouse=True)
def _unicode() -> Iterator[None]:
    use_glyphs(ascii=False)
    yield
    use_glyphs(None)


async def test_an_unchanged_table_draws_nothing() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(rows(*range(30)))
        await pilot.pause()
        draws = Draws(app.widget)
        app.widget.show(rows(*range(30)))
        await pilot.pause()
        assert draws.take() == []


async def test_a_changed_row_draws_its_line_alone() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(rows(*range(30)))
        await pilot.pause()
        draws = Draws(app.widget)
        changed = rows(*range(30))
        changed[3], changed[20] = row(3, "down"), row(20, "down")
        app.widget.show(changed)
        await pilot.pause()
        assert draws.take() == [4]
        assert "down" in screen_lines(app)[4]


async def test_a_cursor_move_draws_two_lines() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(rows(*range(30)))
        await pilot.pause()
        draws = Draws(app.widget)
        await press(pilot, "j")
        assert draws.take() == [1, 2]
        assert app.last(messages.Highlighted).key == "k1"


async def test_every_key_of_the_cursor() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(rows(*range(50)))
        steps = [
            ("down", "k1"),
            ("j", "k2"),
            ("up", "k1"),
            ("k", "k0"),
            ("G", "k49"),
            ("g", "k0"),
            ("end", "k49"),
            ("home", "k0"),
            ("pagedown", "k8"),
            ("ctrl+f", "k16"),
            ("pageup", "k8"),
            ("ctrl+b", "k0"),
            ("up", "k0"),
        ]
        for key, expected in steps:
            await press(pilot, key)
            assert (key, app.widget.cursor_key) == (key, expected)
            assert expected in app.widget.visible_keys()
        await press(pilot, "enter")
        assert app.last(messages.Activated).key == "k0"


async def test_the_cursor_stays_on_its_key_and_line() -> None:
    app = stage()
    async with app.run_test(size=(40, 12)) as pilot:
        table = app.widget
        table.show(rows(*range(100)))
        table.move_to("k50")
        await pilot.pause()
        line = table.visible_keys().index("k50")
        for numbers in (range(5, 100), range(0, 100), reversed(range(100))):
            table.show(rows(*numbers))
            assert table.cursor_key == "k50"
            assert table.visible_keys().index("k50") == line
        await pilot.pause()
        assert [m.key for m in app.seen if isinstance(m, messages.Highlighted)] == ["k0", "k50"]


async def test_the_neighbour_takes_the_cursor_of_a_row_that_is_gone() -> None:
    app = stage()
    async with app.run_test(size=(40, 12)) as pilot:
        table = app.widget
        table.show(rows(1, 2, 3, 4))
        table.move_to("k2")
        table.show(rows(1, 3, 4))
        assert table.cursor_key == "k3"
        table.move_to("k4")
        table.show(rows(1, 3))
        assert table.cursor_key == "k3"
        table.show([])
        await pilot.pause()
        assert app.last(messages.Highlighted).key is None
        table.show(rows(1, 2, 3))
        assert table.cursor_key == "k3"


async def test_rows_removed_above_an_idle_view_leave_it_where_it_is() -> None:
    app = stage()
    async with app.run_test(size=(40, 12)) as pilot:
        table = app.widget
        table.show(rows(*range(100)))
        await pilot.pause()
        table._model.scroll(40)
        table._sync()
        seen = table.visible_keys()
        table.show(rows(*range(10, 100)))
        assert table.visible_keys() == seen


async def test_marks_belong_to_keys_and_outlive_a_filter() -> None:
    app = stage()
    async with app.run_test(size=(40, 12)) as pilot:
        table = app.widget
        table.show(rows(1, 2, 3))
        await pilot.pause()
        draws = Draws(table)
        table.toggle_mark()
        await pilot.pause()
        assert draws.take() == [1]
        assert screen_lines(app)[1].startswith("╋item-1")
        table.show(rows(2, 3))
        table.toggle_mark("k3")
        assert table.marked == {"k1", "k3"}
        table.mark_all()
        assert table.marked == {"k1", "k2", "k3"}
        table.clear_marks()
        table.clear_marks()
        await pilot.pause()
        told = [m.marked for m in app.seen if isinstance(m, messages.MarksChanged)]
        assert told == [{"k1"}, {"k1", "k3"}, {"k1", "k2", "k3"}, set()]


async def test_a_click_moves_the_cursor_and_a_double_click_enters() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(rows(1, 2, 3))
        await pilot.pause()
        await pilot.click(Table, offset=(3, 2))
        assert app.widget.cursor_key == "k2"
        assert app.last(messages.Activated) is None
        await pilot.double_click(Table, offset=(3, 3))
        assert app.last(messages.Activated).key == "k3"
        await pilot.click(Table, offset=(3, 8))
        assert app.widget.cursor_key == "k3"


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(rows(*range(30)))
        await pilot.pause()
        await pilot._post_mouse_events([events.MouseScrollDown], Table)
        assert app.widget.visible_keys()[0] == "k3"
        assert app.widget.cursor_key == "k0"
        assert app.last(messages.ViewportChanged).keys == app.widget.visible_keys()


async def test_the_viewport_is_told_once_for_each_change() -> None:
    app = stage()
    async with app.run_test(size=(40, 10)) as pilot:
        app.widget.show(rows(*range(30)))
        await pilot.pause()
        app.widget.show(rows(*range(30)))
        await press(pilot, "j")
        told = [m.keys for m in app.seen if isinstance(m, messages.ViewportChanged)]
        assert told == [tuple(f"k{n}" for n in range(9))]
