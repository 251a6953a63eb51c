"""Keys that move, mark, filter and sort; nothing of the daemon changes."""

import pytest

from tests.support.driving import Driver, at, driving
from tui.actions import SORT_KEYS
from tui.demo.launch import DemoEngine
from tui.state.select import sort_rows
from tui.targets import Pane


@pytest.mark.parametrize(("key", "pane"), [(str(n), p) for n, p in enumerate(Pane, start=1)])
async def test_digits_go_to_a_pane(engine: DemoEngine, key: str, pane: Pane) -> None:
    async with driving(at(engine.address)) as app:
        await app.press("3" if key != "3" else "1", key)
        assert app.app.main.pane is pane
        assert app.app.focused is app.pane.table


async def test_tab_goes_round_the_panes(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        seen = []
        for _ in Pane:
            await app.press("tab")
            seen.append(app.app.main.pane)
        assert seen == [Pane.IMAGES, Pane.TASKS, Pane.SNAPSHOTS, Pane.CONTAINERS]
        await app.press("shift+tab")
        assert app.app.main.pane is Pane.SNAPSHOTS


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("j",), 1),
        (("down", "down"), 2),
        (("j", "j", "k"), 1),
        (("down", "up"), 0),
        (("G",), -1),
        (("end",), -1),
        (("G", "g"), 0),
        (("end", "home"), 0),
        (("pagedown",), -1),
        (("ctrl+f",), -1),
        (("G", "pageup"), 0),
        (("G", "ctrl+b"), 0),
    ],
)
async def test_the_cursor_moves(engine: DemoEngine, keys: tuple[str, ...], place: int) -> None:
    async with driving(at(engine.address)) as app:
        await app.press(*keys)
        assert app.cursor == app.keys[place]


async def test_enter_and_escape_show_and_leave_the_details(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "web-1")
        await app.press("enter")
        assert app.dialog == "DetailsScreen"
        assert "web-1" in app.text()
        assert "Overview" in app.text()
        await app.press("escape")
        assert app.dialog == ""
        assert app.cursor == "web-1"


async def test_brackets_turn_the_tabs_of_the_details(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.press("enter", "right_square_bracket")
        await app.until(lambda: "Labels" in app.text().splitlines()[3], "the labels show")
        await app.press("greater_than_sign")
        await app.until(lambda: "Events" in app.text().splitlines()[3], "the events show")
        await app.press("left_square_bracket", "less_than_sign")
        await app.until(lambda: "Container" in app.text().splitlines()[3], "the overview shows")


async def test_beside_the_table_the_details_take_the_keys(engine: DemoEngine) -> None:
    async with driving(at(engine.address), (120, 36)) as app:
        await app.go(Pane.CONTAINERS, "web-1")
        await app.press("right_square_bracket")
        assert app.app.main.side.tab == 1
        await app.press("left_square_bracket", "enter")
        assert app.app.main.side.detail.has_focus
        await app.press("escape")
        assert app.pane.table.has_focus


async def test_space_marks_and_escape_clears(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        first, second, *_ = app.keys
        await app.press("space", "space")
        assert app.pane.table.marked == {first, second}
        assert app.cursor == app.keys[2]
        await app.press("escape")
        assert app.pane.table.marked == frozenset()


async def test_ctrl_a_marks_all(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.press("ctrl+a")
        assert app.pane.table.marked == set(app.keys)


async def test_slash_filters_while_typing(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        total = len(app.keys)
        await app.press("slash", *"web-")
        await app.until(lambda: app.keys and len(app.keys) < total, "fewer rows")
        assert all("web-" in app.cells(key) for key in app.keys)
        await app.press("enter")
        assert app.app.focused is app.pane.table
        assert app.pane.bar.display
        assert app.pane.bar.value == "web-"
        await app.press("escape")
        assert len(app.keys) == total


async def test_an_exclamation_mark_inverts_the_filter(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.press("slash", *"!web-", "enter")
        assert "web-1" not in app.keys
        assert "api-7" in app.keys


async def test_a_broken_filter_says_so_and_keeps_the_rows(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        total = len(app.keys)
        await app.press("slash", "(")
        assert len(app.keys) == total
        await app.until(lambda: "unterminated" in app.text(), "the reason shows")
        await app.press("escape")
        assert app.app.focused is app.pane.table


SORTS = {
    Pane.CONTAINERS: ("name", "image", "status", "cpu", "memory", "age"),
    Pane.IMAGES: ("name", "digest", "size", "platforms", "age", "users"),
    Pane.TASKS: ("name", "pid", "status", "cpu", "memory", "pids", "age"),
    Pane.SNAPSHOTS: ("name", "parent", "kind", "size", "age", "users"),
}


def in_order(app: Driver, column: str, reverse: bool) -> bool:
    """Whether the rows stand as they should, those without a value at the end."""
    view = app.app.main.view(app.app.main.pane)
    items = dict(app.pane.resource.items(view))
    wanted = sort_rows(
        app.keys, lambda key: app.pane.resource.sort_value(items[key], column), reverse
    )
    return wanted == app.keys


@pytest.mark.parametrize(
    ("pane", "column"), [(pane, column) for pane, columns in SORTS.items() for column in columns]
)
async def test_a_capital_letter_sorts_and_then_reverses(
    engine: DemoEngine, pane: Pane, column: str
) -> None:
    async with driving(at(engine.address)) as app:
        assert {each.key for each in app.pane.resource.columns(80)} == set(SORTS[Pane.CONTAINERS])
        await app.press(str(list(Pane).index(pane) + 1), "o", "escape")
        before = app.pane.sort
        await app.press(SORT_KEYS[column][0])
        first = app.pane.sort
        assert first[0] == column
        assert first != before
        await app.until(lambda: in_order(app, *first), f"sorted by {column}")
        await app.press(SORT_KEYS[column][-1])
        assert app.pane.sort == (column, not first[1])
        await app.until(lambda: in_order(app, *app.pane.sort), f"reversed by {column}")


async def test_a_letter_of_another_pane_says_why_it_does_nothing(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.press(SORT_KEYS["digest"][0])
        assert app.pane.sort == ("name", False)
        assert app.told() == ["The containers have no column digest."]


async def test_the_tabs_of_no_details_say_why_they_do_not_turn(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.press("right_square_bracket")
        assert app.told() == ["No details beside the table below 120 columns: press enter."]
        for words in ("digest", "tab of the details"):
            await app.press("colon", *(char if char != " " else "space" for char in words))
            await app.until(lambda: "Nothing matches." in app.text(), "it is not offered")
            await app.press("escape")
        await app.pilot.resize_terminal(120, 36)
        await app.until(lambda: app.app.main.side_by_side, "the details are there")
        await app.press("right_square_bracket")
        assert app.app.main.side.tab == 1
        assert len(app.told()) == 1


async def test_o_offers_the_columns(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.press("o")
        assert app.dialog == "PickDialog"
        await app.press(*"mem", "enter")
        assert app.dialog == ""
        assert app.pane.sort == ("memory", True)


async def test_a_click_on_a_header_sorts(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        at_image = app.text().splitlines()[2].index("IMAGE")
        await app.pilot.click(app.pane.table, offset=(at_image, 0))
        await app.until(lambda: app.pane.sort == ("image", False), "sorted by image")


async def test_a_click_on_a_tab_goes_there(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        at_images = app.text().splitlines()[1].index("Images")
        await app.pilot.click("#tabs", offset=(at_images, 0))
        await app.until(lambda: app.app.main.pane is Pane.IMAGES, "the images show")


async def test_z_hides_what_does_not_run(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.press("z")
        assert "legacy" not in app.keys
        assert "web-1" in app.keys
        await app.press("z")
        assert "legacy" in app.keys


async def test_a_pane_that_does_not_fit_drops_columns(engine: DemoEngine) -> None:
    async with driving(at(engine.address), (60, 20)) as app:
        assert "IMAGE" not in app.text()
        await app.pilot.resize_terminal(80, 24)
        await app.until(lambda: "IMAGE" in app.text(), "the image's column is back")
        await app.pilot.resize_terminal(200, 50)
        await app.until(lambda: "PLATFORMS" in app.text(), "all panes stand together")
        assert "Overview" in app.text()
        assert app.app.focused is app.pane.table


async def test_a_click_in_another_pane_makes_it_the_current_one(engine: DemoEngine) -> None:
    async with driving(at(engine.address), (200, 50)) as app:
        tasks = app.app.main.panes[Pane.TASKS]
        await app.pilot.click(tasks.table, offset=(4, 2))
        await app.until(lambda: app.app.main.pane is Pane.TASKS, "the tasks are current")
        assert tasks.cursor_key == tasks.table.rows[1].key
