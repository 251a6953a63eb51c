"""A line of buttons, one of which has the focus."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.binding import Binding
from textual.message import Message

from widgets.bars import Bar, Item


class Buttons(Bar, can_focus=True):
    """Buttons in one line; only enter or a click on one of them presses it.

    No letter is bound to a button: what asks before it deletes must not be
    answered by a key that was meant for something else.
    """

    BINDINGS = [
        Binding("left", "step(-1)", "Previous button", show=False),
        Binding("right", "step(1)", "Next button", show=False),
        Binding("shift+tab", "tab(-1)", "Previous", show=False),
        Binding("tab", "tab(1)", "Next", show=False),
        Binding("enter", "press", "Press", show=False),
    ]

    class Pressed(Message):
        """A button was pressed; `key` is its key."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(
        self,
        buttons: Sequence[tuple[str, str]],
        *,
        danger: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Take the buttons.

        Args:
            buttons: Key and label of each, from the left; the first one is current.
            danger: The key of the button that does harm.
            id: As of any widget.
            classes: As of any widget.
        """
        super().__init__(id=id, classes=classes)
        self._buttons = tuple(buttons)
        self._danger = danger
        self._current = 0

    @property
    def current(self) -> str:
        """The key of the button that enter presses."""
        return self._buttons[self._current][0]

    def items(self, width: int) -> Sequence[Item]:
        """Return the buttons; the current one is reversed and in angle brackets."""
        items: list[Item] = []
        for place, (key, label) in enumerate(self._buttons):
            current = place == self._current and self.has_focus
            style = "bad" if key == self._danger else ""
            text, name = (f"[> {label} <]", "selected") if current else (f"[  {label}  ]", style)
            items.append(Item(((text, name),), key, joint="  "))
        return items

    def action_step(self, steps: int) -> None:
        """Make another button the current one."""
        self._current = (self._current + steps) % len(self._buttons)
        self.refresh()

    def action_tab(self, steps: int) -> None:
        """Go to the next button, and from the last one to the next widget if there is one."""
        if not 0 <= self._current + steps < len(self._buttons):
            others = [widget for widget in self.screen.focus_chain if widget is not self]
            if others:
                (self.screen.focus_next if steps > 0 else self.screen.focus_previous)()
        self.action_step(steps)

    def action_press(self) -> None:
        """Press the current button."""
        self.post_message(self.Pressed(self.current))

    def on_focus(self) -> None:
        """Draw the current button."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw no current button."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Press the button that was clicked."""
        key = self.key_at(event.x)
        if key:
            event.stop()
            self.post_message(self.Pressed(key))
