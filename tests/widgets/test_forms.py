"""Fields, forms and lists of bars."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.app import ComposeResult

from tests.widgets.apps import Draws, Stage, press, screen_lines
from tests.widgets.test_dialogs import UNANSWERED, Asker
from widgets.dialog import ConfirmDialog
from widgets.fields import ChoiceField, TextField, Toggle
from widgets.form import FormDialog
from widgets.glyphs import use_glyphs
from widgets.progress_list import ProgressLine, ProgressList
from widgets.recall_field import RecallField
from widgets.suggestions import Suggestions


@pytest.fixture(autouse=True)
def _unicode() -> Iterator[None]:
    use_glyphs(ascii=False)
    yield
    use_glyphs(None)


COLOURS = [("r", "red[/b]"), ("g", "green"), ("b", "blue")]


class Form(FormDialog[tuple[str, ...] | None]):
    """One field of each kind."""

    def fields(self) -> ComposeResult:
        self.recall = RecallField("Name", ["abc", "abd", "x[/b]"])
        self.choice = ChoiceField("Colour", COLOURS, "g")
        self.text = TextField("Text", placeholder="none")
        self.toggle = Toggle("Switch", "do it", True)
        yield from (self.recall, self.choice, self.text, self.toggle)

    def on_mount(self) -> None:
        self.recall.focus_input()

    def answer(self) -> tuple[str, ...] | None:
        if self.text.value == "bad":
            self.complain("That is [/b] bad.")
            return None
        return self.recall.value, self.choice.value, self.text.value, str(self.toggle.on)


async def test_a_form_is_filled_by_keys() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(pilot, Form("Fill [/b] it", "Go"))
        text = "\n".join(screen_lines(app))
        for part in ("Fill [/b] it", "Name", "abc", "x[/b]", "< green >  2 of 3", "[x] do it"):
            assert part in text
        await pilot.press("n", "tab", "right", "tab", "t", "tab", "space", "enter")
        assert app.said() == ("n", "b", "t", "False")


async def test_up_and_down_go_through_the_fields_that_do_not_need_them() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        form = Form("T")
        await app.ask(pilot, form)
        await press(pilot, "tab", "left", "left")
        assert form.choice.value == "b"
        await press(pilot, "down", "down")
        assert form.toggle.has_focus
        await press(pilot, "up", "up", "space", "enter")
        assert app.said() == ("", "r", "", "True")


@pytest.mark.parametrize("keys", [["escape"], ["tab"] * 5 + ["enter"]])
async def test_a_form_is_left_without_an_answer(keys: list[str]) -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(pilot, Form("T"))
        await press(pilot, *keys)
        assert app.said() is None


async def test_a_form_says_what_is_wrong_and_stays() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        form = Form("T", "Go")
        await app.ask(pilot, form)
        form.text.input.value = "bad"
        form.text.input.focus()
        await press(pilot, "enter")
        assert app.said() is UNANSWERED
        assert "That is [/b] bad." in "\n".join(screen_lines(app))
        await press(pilot, "tab", "tab", "enter")
        assert app.said() is UNANSWERED, "neither by the button"


async def test_fields_take_clicks() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        form = Form("T")
        await app.ask(pilot, form)
        await pilot.click(Toggle)
        assert not form.toggle.on
        await pilot.click(ChoiceField)
        assert form.choice.value == "b"
        await pilot.click(Suggestions, offset=(2, 1))
        await pilot.pause()
        assert form.recall.value == "abd"


async def test_what_is_typed_narrows_the_list_and_arrows_take_from_it() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        form = Form("T")
        await app.ask(pilot, form)
        recall = form.recall
        await pilot.press("a", "b")
        assert "x[/b]" not in "\n".join(screen_lines(app))
        await press(pilot, "down")
        assert recall.value == "abc"
        await press(pilot, "down")
        assert recall.value == "abd"
        await press(pilot, "down")
        assert recall.value == "abd"
        assert form.choice.has_focus, "below the last one stands the next field"
        recall.focus_input()
        await press(pilot, "up", "up")
        assert recall.value == "ab", "above the first one stands what was typed"
        await press(pilot, "up")
        assert recall.value == "ab"
        await press(pilot, "down")
        await pilot.press("c")
        assert recall.value == "abcc"
        assert "abd" not in "\n".join(screen_lines(app)), "what is typed then narrows again"


async def test_a_long_list_scrolls_in_its_room() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:

        class Long(Form):
            def fields(self) -> ComposeResult:
                self.recall = RecallField("Name", [f"name-{n}" for n in range(30)])
                self.recall.make_room(4)
                yield self.recall

        form = Long("T")
        await app.ask(pilot, form)
        text = "\n".join(screen_lines(app))
        assert "name-3 " in text
        assert "name-4" not in text
        assert "↓" in text
        await press(pilot, *["down"] * 10)
        text = "\n".join(screen_lines(app))
        assert "▌name-9" in text
        assert "↑" in text
        await pilot.click(Suggestions, offset=(2, 0))
        await pilot.pause()
        assert form.recall.value == "name-6"


async def test_without_earlier_answers_there_is_no_list() -> None:
    app = Stage(RecallField("Name"))
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.pause()
        assert not app.widget.suggestions.display
        app.widget.show_note("means [/b] this")
        await pilot.pause()
        assert screen_lines(app)[1].strip() == "means [/b] this"


async def test_one_option_cannot_be_turned() -> None:
    app = Stage(ChoiceField("Colour", COLOURS[:1], "unknown"))
    async with app.run_test(size=(40, 3)) as pilot:
        app.widget.focus()
        await press(pilot, "right")
        assert app.widget.value == "r"
        assert screen_lines(app)[0].strip() == "Colour       red[/b]"


async def test_the_safe_button_can_have_another_label() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(pilot, ConfirmDialog("Stop?", cancel_label="Go on", confirm_label="Stop"))
        assert "[> Go on <]  [  Stop  ]" in "\n".join(screen_lines(app))
        await press(pilot, "enter")
        assert app.said() is False


def bars(count: int, note: str = "busy") -> list[ProgressLine]:
    return [ProgressLine(f"part-{n}[/b]", n / count, f"{n} B", note, "ok") for n in range(count)]


async def test_bars_stand_in_columns_and_only_changed_ones_are_drawn() -> None:
    app = Stage(ProgressList(["busy", "a long note"]))
    async with app.run_test(size=(60, 6)) as pilot:
        app.widget.show(bars(4))
        await pilot.pause()
        lines = [line.rstrip() for line in screen_lines(app)]
        assert lines[1] == "part-1[/b]  ▓▓▓▓▓▓░░░░░░░░░░░░░░░░░░  25%  1 B  busy"
        draws = Draws(app.widget)
        changed = bars(4)
        changed[2] = ProgressLine("part-2[/b]", 0.6, "2 B", "a long note")
        app.widget.show(changed)
        await pilot.pause()
        assert draws.take() == [2]
        app.widget.show(tuple(changed))
        await pilot.pause()
        assert draws.take() == []


async def test_two_lists_share_their_columns() -> None:
    app = Stage(ProgressList())
    async with app.run_test(size=(60, 6)) as pilot:
        app.widget.show([ProgressLine("x", 0.5, "1 B")], beside=bars(4))
        await pilot.pause()
        alone = "x           ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓░░░░░░░░░░░░░░░░  50%  1 B"
        assert screen_lines(app)[0].rstrip() == alone


async def test_bars_go_where_there_is_no_room_and_many_lines_scroll() -> None:
    app = Stage(ProgressList())
    async with app.run_test(size=(30, 5)) as pilot:
        app.widget.show(bars(40))
        app.widget.focus()
        await pilot.pause()
        assert screen_lines(app)[1].rstrip() == "part-1[/b]    1 B  busy"
        assert screen_lines(app)[-1].endswith("↓")
        await press(pilot, "end")
        assert screen_lines(app)[-1].startswith("part-39")
        app.widget.show([ProgressLine("only", None, "9 B")])
        await pilot.pause()
        assert screen_lines(app)[0].split() == ["only", "9", "B"]
