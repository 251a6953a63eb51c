"""The pulls, one at a time: how the whole stands, and each of its layers."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from tui.messages import PullCancelled, PullRequested, PullsSeen
from tui.screens.pull_words import asked, layer_lines, name, outcome, sentence, whole_lines
from tui.state.progress import LayerPhase
from tui.state.pulls import PullState
from tui.text import safe
from widgets.cells import Span
from widgets.dialog import ConfirmDialog, ModalDialog, fixed
from widgets.key_hints import Hint, KeyHints
from widgets.progress_list import ProgressList
from widgets.scroller import Prose

WIDTH = 96
EDGES = 5
"""Cells of a line that are not text: border, padding, and the sign that there is more."""
AROUND = 6
"""Lines that are neither text nor layers: border, free lines and keys."""
REFERENCE = 300
"""Cells of the reference, which is wrapped."""
FEWEST = 3
"""Layers that are in sight however small the screen is."""


class PullsScreen(ModalDialog[None]):
    """Shows one pull of several; it goes on when the dialog is left.

    Args:
        pulls: All there are; not empty.
        current: The id of the one to begin with.
    """

    DEFAULT_CSS = f"""
    PullsScreen {{
        & .dialog {{ width: {WIDTH}; }}
        & ProgressList {{ background: $background; }}
        & KeyHints {{ background: $background; }}
    }}
    """
    BINDINGS = [
        Binding("w", "cancel", "Leave", show=False),
        Binding("x,ctrl+d", "stop", "Cancel the pull", show=False),
        Binding("r", "again", "Pull again", show=False),
        Binding("left_square_bracket,less_than_sign,left", "turn(-1)", "Previous", show=False),
        Binding("right_square_bracket,greater_than_sign,right", "turn(1)", "Next", show=False),
    ]

    def __init__(self, pulls: Sequence[PullState], current: int) -> None:
        super().__init__("")
        self._pulls = tuple(pulls)
        self._current = current
        self._seen: set[int] = set()
        self._about = fixed([])
        self._whole = ProgressList(LayerPhase)
        self._whole.can_focus = False
        self._outcome = fixed([])
        self._layers = ProgressList(LayerPhase, id="layers")
        self._hints = KeyHints()

    def compose(self) -> ComposeResult:
        """Compose the box: what is pulled, how it stands, its layers and the keys."""
        with Vertical(classes="dialog"):
            yield self._about
            yield from (self._whole, self._outcome, self._layers, self._hints)
        self._whole.add_class("gap")
        self._outcome.add_class("gap")
        self._layers.add_class("gap")
        self._hints.add_class("gap")

    def on_mount(self) -> None:
        """Follow the app's pulls, and take the keys that scroll."""
        self.watch(self.app, "pulls", self._take, init=False)
        self._layers.focus()
        self.draw()

    def on_resize(self, event: events.Resize) -> None:
        """Divide the screen anew."""
        self.draw()

    def _take(self, pulls: tuple[PullState, ...]) -> None:
        if pulls:
            self._pulls = pulls
            self.draw()

    def choose(self, number: int) -> None:
        """Show another pull."""
        self._current = number
        self._layers.action_edge(-1)
        self.draw()

    @property
    def pull(self) -> PullState:
        """The one that is shown: the last one, if the one chosen is not there."""
        found = (each for each in self._pulls if each.id == self._current)
        return next(found, self._pulls[-1])

    def draw(self) -> None:
        """Bring everything up to date; what did not change draws nothing."""
        pull = self.pull
        if not pull.running:
            self._seen.add(pull.id)
        place = self._pulls.index(pull) + 1
        count = f"  ({place} of {len(self._pulls)})" if len(self._pulls) > 1 else ""
        reference = safe(pull.request.reference, REFERENCE)
        about: list[Span] = [(reference + count, "title"), (asked(pull), "dim")]
        layers, whole, end = layer_lines(pull), whole_lines(pull), [("", "")]
        if not pull.running:
            failed = pull.failed
            whole, end = [], [(outcome(pull), "bad") if failed else (sentence(pull), "ok")]
        self._divide(about, len(whole), end, len(layers))
        self._about.show(about)
        self._whole.show(whole, layers)
        self._outcome.show(end)
        self._layers.show(layers, whole)
        self._hints.show(self._keys(pull))

    def _divide(self, about: list[Span], whole: int, end: list[Span], layers: int) -> None:
        """Give every part its lines; the layers get what is left."""
        width = min(WIDTH, self.size.width) - EDGES
        above = len(Prose(about).build(width))
        middle = whole or min(len(Prose(end).build(width)), max(1, self.size.height // 3))
        room = max(FEWEST, self.size.height - AROUND - above - middle)
        self._about.styles.height = above
        self._whole.display, self._outcome.display = bool(whole), not whole
        self._whole.styles.height = self._outcome.styles.height = middle
        self._layers.styles.height = min(layers, room)
        self._layers.display = bool(layers)

    def _keys(self, pull: PullState) -> list[Hint]:
        hints = [Hint("cancel", "Esc", "Leave it running" if pull.running else "Close")]
        if pull.running and not pull.cancelling:
            hints.append(Hint("stop", "x", "Cancel the pull"))
        elif not pull.running and not pull.done:
            hints.append(Hint("again", "r", "Pull again"))
        if len(self._pulls) > 1:
            hints.append(Hint("turn(1)", "[ ]", "Other pulls", 2))
        return hints

    async def on_key_hints_pressed(self, event: KeyHints.Pressed) -> None:
        """Do what the key does."""
        event.stop()
        await self.run_action(event.action)

    def action_turn(self, steps: int) -> None:
        """Show the pull before or after."""
        place = self._pulls.index(self.pull) + steps
        self.choose(self._pulls[place % len(self._pulls)].id)

    def action_again(self) -> None:
        """Ask for the same once more, after it came to nothing."""
        pull = self.pull
        if not pull.running and not pull.done:
            self.app.post_message(PullRequested(pull.request))

    def action_stop(self) -> None:
        """Ask whether to cancel the pull."""
        pull = self.pull
        if not pull.running or pull.cancelling:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.app.post_message(PullCancelled(pull.id))

        self.app.push_screen(
            ConfirmDialog(
                f"Cancel the pull of {name(pull)}?",
                lines=(
                    "Pulling it again goes on with what is fetched already, "
                    "as long as containerd keeps that.",
                ),
                confirm_label="Cancel the pull",
                cancel_label="Keep pulling",
            ),
            answered,
        )

    def action_cancel(self) -> None:
        """Leave; what was over and in sight has been looked at."""
        self.app.post_message(PullsSeen(frozenset(self._seen)))
        self.dismiss(None)
