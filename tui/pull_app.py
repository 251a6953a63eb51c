"""The part of the app that has images pulled and tells what came of it."""

from typing import Any

from textual import on
from textual.app import App
from textual.notifications import SeverityLevel
from textual.reactive import var

from tui.messages import PullAsked, PullCancelled, PullRequested, PullsSeen
from tui.pulled import Pulled
from tui.pulls import Pulls
from tui.screens.main import MainScreen
from tui.screens.pull_words import sentence
from tui.settings import state_directory
from tui.state.pulls import PullState
from tui.verbs import Backend


class PullApp(App[Any]):
    """An app that pulls."""

    pulls: var[tuple[PullState, ...]] = var(())
    """Our pulls, those over as well until somebody has looked at them."""
    main: MainScreen
    """The dashboard."""
    _pulls: Pulls | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.pulled = Pulled(state_directory() / "pulled")
        super().__init__(*args, **kwargs)

    def open_pulls(self, backend: Backend) -> Pulls:
        """Take the back end that does the pulling; return the book of the pulls."""
        self._pulls = Pulls(
            backend.service,
            backend.watcher.reread,
            self._publish_pulls,
            self._pull_ended,
            self.main.clock,
        )
        return self._pulls

    async def action_quit(self) -> None:
        """Leave, from anywhere; ask first while pulls are under way."""
        self.main.leave()

    @on(PullAsked)
    def _pull_asked(self) -> None:
        if self._pulls is not None:
            self.run_worker(_warm_up(), name="warm up", group="warm up", exclusive=True)

    @on(PullRequested)
    def _pull_requested(self, event: PullRequested) -> None:
        if self._pulls is not None:
            self.pulled.add(event.typed)
            self.main.show_pulls(self._pulls.start(event.request).id)

    @on(PullCancelled)
    def _pull_cancelled(self, event: PullCancelled) -> None:
        if self._pulls is not None:
            self._pulls.cancel(event.number)

    @on(PullsSeen)
    def _pulls_seen(self, event: PullsSeen) -> None:
        if self._pulls is not None:
            self._pulls.forget(event.numbers)

    def _publish_pulls(self, pulls: tuple[PullState, ...]) -> None:
        self.pulls = pulls

    def _pull_ended(self, pull: PullState) -> None:
        severity: SeverityLevel = "error" if pull.failed else "information"
        self.notify(sentence(pull), severity=severity, markup=False)


async def _warm_up() -> None:
    from tui.backend.pull import warm_up

    await warm_up()
