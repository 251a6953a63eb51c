"""Keys that come in one packet go where they would go one by one."""

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from widgets.key_order import KeyOrder


class Question(ModalScreen[str]):
    def compose(self) -> ComposeResult:
        yield Input(id="answer")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)


class Body(Static, can_focus=True):
    pass


class Subject(KeyOrder):
    BINDINGS = [
        Binding("slash", "line", "Line"),
        Binding("q", "question", "Question"),
        Binding("s", "stop", "Stop"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.stopped = 0
        self.answers: list[str | None] = []

    def compose(self) -> ComposeResult:
        yield Body("body")
        yield Input(id="line")

    def on_mount(self) -> None:
        self.query_one(Body).focus()

    def action_line(self) -> None:
        self.query_one("#line", Input).focus()

    def action_question(self) -> None:
        self.push_screen(Question(), self.answers.append)

    def action_stop(self) -> None:
        self.stopped += 1

    def burst(self, text: str) -> None:
        names = {"/": "slash", "\r": "enter"}
        for char in text:
            self.post_message(events.Key(names.get(char, char), None if char == "\r" else char))


async def until(pilot: Pilot[None], happened: Callable[[], bool]) -> None:
    for _ in range(200):
        if happened():
            return
        await pilot.pause(0.05)
    raise AssertionError("it did not happen")


async def test_text_typed_ahead_goes_into_the_line_that_its_first_key_opened() -> None:
    app = Subject()
    async with app.run_test() as pilot:
        app.burst("/sss")
        await until(pilot, lambda: app.query_one("#line", Input).value == "sss")
        assert app.stopped == 0


async def test_text_typed_ahead_goes_into_the_dialog_that_its_first_key_opened() -> None:
    app = Subject()
    async with app.run_test() as pilot:
        app.burst("qsess\rs")
        await until(pilot, lambda: app.stopped == 1)
        assert app.answers == ["sess"]


async def test_a_widget_that_goes_away_does_not_hold_the_keys_for_long() -> None:
    app = Subject()
    async with app.run_test() as pilot:
        body = app.query_one(Body)
        app.burst("ss")
        await body.remove()
        app.screen.set_focus(None)
        app.burst("s")
        await until(pilot, lambda: app.stopped > 0)
