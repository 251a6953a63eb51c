"""Dialogs ask, and take no answer that was not given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.widgets.apps import press, screen_lines
from widgets.buttons import Buttons
from widgets.dialog import ConfirmDialog, ModalDialog, PromptDialog
from widgets.glyphs import use_glyphs
from widgets.pick_dialog import Option, PickDialog
from widgets.scroller import Prose
from widgets.table import Table

UNANSWERED = object()


@pytest.fixture(autouse=True)
def _unicode() -> Iterator[None]:
    use_glyphs(ascii=False)
    yield
    use_glyphs(None)


class Asker(App[None]):
    """Shows a dialog and keeps the answer."""

    answer: Any = UNANSWERED

    def said(self) -> Any:
        """Return the answer, `UNANSWERED` before there is one."""
        return self.answer

    async def ask(self, pilot: Pilot[None], dialog: ModalDialog[Any]) -> None:
        self.answer = UNANSWERED

        def keep(answer: Any) -> None:
            self.answer = answer

        await self.push_screen(dialog, keep)
        await pilot.pause()


def confirm(targets: int = 2) -> ConfirmDialog:
    return ConfirmDialog(
        "Delete [/b]?",
        lines=["They are [red]running."],
        targets=[f"web-{number}[/b]" for number in range(targets)],
        consequence="What they wrote is lost.",
        command="ctr containers delete [/b]",
        confirm_label="Delete",
    )


async def test_cancel_has_the_focus() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(pilot, confirm())
        assert app.screen.query_one(Buttons).current == "cancel"
        assert app.focused is app.screen.query_one(Buttons)
        text = "\n".join(screen_lines(app))
        for part in (
            "Delete [/b]?",
            "They are [red]running.",
            "· web-0[/b]",
            "· web-1[/b]",
            "What they wrote is lost.",
            "$ ctr containers delete [/b]",
            "[> Cancel <]",
            "[  Delete  ]",
        ):
            assert part in text
        await press(pilot, "enter")
        assert app.said() is False


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["escape"], False),
        (["right", "enter"], True),
        (["tab", "enter"], True),
        (["tab", "tab", "enter"], False),
        (["shift+tab", "enter"], True),
        (["right", "left", "enter"], False),
        (["right", "escape"], False),
        (["y"], UNANSWERED),
        (["d", "delete", "space", "ctrl+d"], UNANSWERED),
    ],
)
async def test_only_enter_on_the_button_confirms(keys: list[str], answer: object) -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(pilot, confirm())
        await press(pilot, *keys)
        assert app.said() is answer


async def test_buttons_take_clicks() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(pilot, confirm())
        line = next(line for line in screen_lines(app) if "Delete  ]" in line)
        x = line.index("[  Delete") - app.screen.query_one(Buttons).region.x + 3
        await pilot.click(Buttons, offset=(x, 0))
        assert app.said() is True


async def test_the_targets_are_those_of_the_moment_of_asking() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        targets = ["one"]
        dialog = ConfirmDialog("Delete?", targets=targets)
        await app.ask(pilot, dialog)
        targets.append("two")
        assert dialog.targets == ("one",)


@pytest.mark.parametrize("size", [(80, 24), (60, 14), (40, 12)])
async def test_many_targets_scroll_and_the_rest_stays_in_view(size: tuple[int, int]) -> None:
    app = Asker()
    async with app.run_test(size=size) as pilot:
        await app.ask(pilot, confirm(200))
        for keys in ([], ["j"] * 3 + ["pagedown"] * 2):
            await press(pilot, *keys)
            text = "\n".join(screen_lines(app))
            assert "[> Cancel <]" in text
            assert "What they wrote" in text
            assert "Delete [/b]?" in text
        assert app.screen.query_one("#targets", Prose).top == 19
        assert app.said() is UNANSWERED


async def test_a_dialog_in_ascii() -> None:
    use_glyphs(ascii=True)
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(pilot, confirm())
        assert all(line.isascii() for line in screen_lines(app))


async def test_a_prompt_says_what_is_wrong() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:

        def check(text: str) -> str | None:
            return None if text and "/" not in text else "Not [/b] a name."

        await app.ask(
            pilot, PromptDialog("Commit [/b]", "Name", "a", check, confirm_label="Commit")
        )
        assert "Commit [/b]" in "\n".join(screen_lines(app))
        assert "Not [/b]" not in "\n".join(screen_lines(app))
        await pilot.press("slash")
        await press(pilot, "enter")
        assert app.said() is UNANSWERED
        assert "Not [/b] a name." in "\n".join(screen_lines(app))
        await press(pilot, "backspace")
        await pilot.press("b")
        await press(pilot, "enter")
        assert app.said() == "b"


async def test_a_prompt_gives_its_text_or_nothing() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(pilot, PromptDialog("T", "Name", "abc"))
        await press(pilot, "enter")
        assert app.said() == "abc"
        await app.ask(pilot, PromptDialog("T", "Name", "abc"))
        await press(pilot, "escape")
        assert app.said() is None
        await app.ask(pilot, PromptDialog("T", "Name", "abc"))
        await press(pilot, "tab", "enter")
        assert app.said() == "abc"
        await app.ask(pilot, PromptDialog("T", "Name", "abc"))
        await press(pilot, "tab", "tab", "enter")
        assert app.said() is None
        await app.ask(pilot, PromptDialog("T", "Name", "abc"))
        await press(pilot, "tab", "tab", "tab", "enter")
        assert app.said() == "abc"


OPTIONS: list[Option | str] = [
    Option("default", "default", "12 containers"),
    Option("k8s", "k8s.io[/b]", "41"),
    "moby",
]


async def test_one_is_picked_by_keys_or_by_typing() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.ask(pilot, PickDialog("Pick [/b]", OPTIONS, "k8s"))
        assert app.screen.query_one(Table).cursor_key == "k8s"
        assert "k8s.io[/b]" in "\n".join(screen_lines(app))
        await press(pilot, "enter")
        assert app.said() == "k8s"
        await app.ask(pilot, PickDialog("Pick", OPTIONS, "k8s"))
        await press(pilot, "down", "enter")
        assert app.said() == "moby"
        await app.ask(pilot, PickDialog("Pick", OPTIONS, "moby"))
        await pilot.press("1", "2")
        await press(pilot, "enter")
        assert app.said() == "default"
        await app.ask(pilot, PickDialog("Pick", OPTIONS))
        await pilot.press("x", "x")
        await press(pilot, "enter")
        assert app.said() is UNANSWERED
        assert "Nothing matches." in "\n".join(screen_lines(app))
        await press(pilot, "escape")
        assert app.said() is None


async def test_a_long_list_fits_the_screen() -> None:
    app = Asker()
    async with app.run_test(size=(80, 24)) as pilot:
        options = [Option(str(number), f"option {number}") for number in range(500)]
        await app.ask(pilot, PickDialog("Pick", options, "400"))
        lines = screen_lines(app)
        assert any("option 400" in line for line in lines)
        assert any("╰" in line for line in lines)
        assert any("╭" in line for line in lines)
        await press(pilot, "pagedown", "pagedown")
        assert int(app.screen.query_one(Table).cursor_key or 0) > 420
        await pilot.double_click(Table, offset=(3, 2))
        assert int(app.said()) > 400
