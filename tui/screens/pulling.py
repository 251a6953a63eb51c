"""Pulling: the form, the dialog and the strip, and leaving while pulls run."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.timer import Timer

from tui.format import plural
from tui.messages import PullAsked, PullRequested
from tui.pulled import Pulled
from tui.screens.activity import under_way
from tui.screens.choosing import Choosing
from tui.screens.pull_words import foremost, in_strip, name, strip_lines
from tui.state.arrivals import Arrivals
from tui.state.pulls import PullRequest, PullState
from widgets.dialog import ConfirmDialog

if TYPE_CHECKING:  # what is opened later does not hold up the first paint
    from tui.screens.pulls import PullsScreen

STEP = 1.0
"""Seconds between two looks at the clock while something is pulled."""


class Pulling(Choosing):
    """Asks what to pull and shows how it stands; never pulls itself."""

    def __init__(
        self,
        *,
        normalise: Callable[[str], str],
        pulled: Pulled,
        snapshotter: str,
        **board: Any,
    ) -> None:
        """Take what the form needs.

        Args:
            normalise: Returns the whole of a reference, or raises ValueError with a sentence.
            pulled: The references of before.
            snapshotter: The one of the settings.
            board: What the board takes.
        """
        super().__init__(**board)
        self._normalise, self._pulled, self._snapshotter = normalise, pulled, snapshotter
        self.pulls: tuple[PullState, ...] = ()
        self._arrivals = Arrivals()
        self._ticker: Timer | None = None
        self._dialog: PullsScreen | None = None
        self._leaving = False

    def on_mount(self) -> None:
        """Follow the app's pulls."""
        self._ticker = self.set_interval(STEP, self.draw_strip, pause=True)
        self.watch(self.app, "pulls", self._take_pulls, init=False)

    def _take_pulls(self, pulls: tuple[PullState, ...]) -> None:
        self.pulls = pulls
        self.draw_strip()

    def draw(self) -> None:
        """Bring everything up to date, the strip as well."""
        super().draw()
        self.draw_strip()

    def draw_strip(self) -> None:
        """Show what is under way; while something is pulled, time matters to it."""
        now = self.clock()
        arrivals = self._arrivals.take(self.snapshot.ingests, self.pulls, now)
        lines = strip_lines(self.pulls, arrivals, now)
        self.activity.show([*lines, *under_way(self.pending)])
        self.set_class(self.activity.display, "-busy")
        if self._ticker is None:
            return
        if arrivals or any(in_strip(pull, now) for pull in self.pulls):
            self._ticker.resume()
        else:
            self._ticker.pause()

    def ask_pull(self) -> None:
        """Ask what to pull."""
        from tui.screens.pull_form import PullForm

        def answered(answer: tuple[PullRequest, str] | None) -> None:
            if answer:
                self.post_message(PullRequested(*answer))

        self.post_message(PullAsked())
        server = self.snapshot.server
        self.app.push_screen(
            PullForm(
                self.snapshot.namespace,
                self._normalise,
                self._pulled.names(),
                server.snapshotters if server else (),
                self._snapshotter,
            ),
            answered,
        )

    def show_pulls(self, number: int | None = None) -> None:
        """Show a pull and its layers: the one asked for, else the one that wants it most."""
        if not self.pulls:
            self.say("Nothing is being pulled.")
            return
        if number is None:
            number = foremost(self.pulls).id
        if self._dialog is not None:
            self._dialog.choose(number)
            return
        from tui.screens.pulls import PullsScreen

        self._dialog = PullsScreen(self.pulls, number)
        self.app.push_screen(self._dialog, self._left_dialog)

    def _left_dialog(self, _result: None) -> None:
        self._dialog = None

    def leave(self) -> None:
        """End the app; while pulls are under way only after asking."""
        running = [pull for pull in self.pulls if pull.running]
        if not running:
            self.app.exit()
        elif not self._leaving:
            self._leaving = True
            are, them = ("is", "it") if len(running) == 1 else ("are", "them")
            question = ConfirmDialog(
                f"{plural(len(running), 'pull')} {are} under way: quit and cancel {them}?",
                targets=[name(pull) for pull in running],
                confirm_label="Quit",
                cancel_label="Keep pulling",
            )
            self.app.push_screen(question, self._answered_leaving)

    def _answered_leaving(self, yes: bool | None) -> None:
        self._leaving = False
        if yes:
            self.app.exit()
