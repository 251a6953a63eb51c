"""The app: it joins the screens to the back end, and knows no details of either."""

import asyncio
import gc
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from datetime import datetime

from textual import on
from textual.binding import Binding
from textual.filter import LineFilter
from textual.reactive import var
from textual.screen import Screen
from textual.worker import Worker, WorkerError, WorkerFailed

from tui import keymap, paths, themes
from tui.messages import ActionRequested, FocusChanged, NamespaceChosen, RefreshRequested
from tui.pull_app import PullApp
from tui.pulls import full_reference
from tui.runner import Runner
from tui.screens.main import MainScreen
from tui.settings import Settings
from tui.signals import on_ending
from tui.state.snapshot import Snapshot
from tui.targets import NO_PENDING, Pending
from tui.verbs import Backend
from widgets.diff_display import DiffDisplay
from widgets.glyphs import use_glyphs
from widgets.key_order import KeyOrder
from widgets.no_color import NO_COLOR

_log = logging.getLogger(__name__)

Connect = Callable[[Settings], Awaitable[Backend]]
LEAVING = 5.0
"""Seconds that verbs have to clean up after themselves when the app ends in the middle."""


def local_time() -> datetime:
    """Return the time in the zone of this machine."""
    return datetime.now().astimezone()


async def _connect(settings: Settings) -> Backend:
    from tui.connect import connect

    return await connect(settings)


class C9dApp(PullApp, KeyOrder, DiffDisplay[None]):
    """The dashboard of one daemon.

    Args:
        settings: What the command line settled on.
        notice: A sentence that stays on the screen.
        clock: Tells the time, with its zone.
        host: Name of the machine, as the top line says it.
        connect: Makes the back end, after the first paint.
        normalise: Returns the whole of a reference, or raises ValueError with a sentence.
    """

    CSS_PATH = paths.style_sheets()
    TITLE = "c9d"
    ENABLE_COMMAND_PALETTE = False
    # Nothing here can be selected, and Textual fails at a click on a toast that just goes.
    ALLOW_SELECT = False
    BINDINGS = [
        Binding(
            "ctrl+c,ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit",
            tooltip="Leave c9d from anywhere",
        ),
        Binding(
            "ctrl+z", "suspend_process", "Suspend", show=False, priority=True, id="app.suspend",
            tooltip="Go back to the shell for a while",
        ),
    ]  # fmt: skip

    snapshot: var[Snapshot] = var(Snapshot)
    """The newest picture of the daemon."""
    pending: var[Pending] = var(NO_PENDING)
    """What verbs of ours are under way, by pane and row."""

    def __init__(
        self,
        settings: Settings,
        *,
        notice: str = "",
        clock: Callable[[], datetime] = local_time,
        host: str = "",
        connect: Connect = _connect,
        normalise: Callable[[str], str] = full_reference,
    ) -> None:
        use_glyphs(settings.ascii)
        super().__init__()
        self.animation_level = "none"
        self.diff_display = settings.diff_display
        self.settings = settings
        self._connect_to = connect
        self._backend: Backend | None = None
        self._runner: Runner | None = None
        self._following: Worker[None] | None = None
        self.failure: BaseException | None = None
        """The first error that nobody expected; the app has ended because of it."""
        self.register_theme(themes.DARK)
        self.theme = themes.DARK.name
        user_keys, self._key_problem = keymap.load(paths.config_file())
        self.set_keymap(user_keys)
        self.main = MainScreen(
            keys=keymap.effective(user_keys),
            clock=clock,
            host=host or os.uname().nodename,
            notice=notice,
            demo=settings.demo,
            read_only=settings.read_only,
            normalise=normalise,
            pulled=self.pulled,
            snapshotter=settings.snapshotter,
        )

    def get_default_screen(self) -> Screen[None]:
        """Open the dashboard."""
        return self.main

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Take all colour out where the user does not want any."""
        return [NO_COLOR] if self.no_color else super().get_line_filters()

    def on_mount(self) -> None:
        """Paint first, then connect."""
        gc.freeze()
        gc.enable()
        if not self.is_headless:
            on_ending(lambda code: self.exit(return_code=code))
        if self._key_problem:
            self.notify(self._key_problem, severity="warning", markup=False)
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        self._following = self.run_worker(self._follow_daemon(), name="follow", group="follow")

    async def _follow_daemon(self) -> None:
        """Follow the daemon until the app ends; if that ends before, so does the app.

        A dashboard that nothing feeds would show old data as if they were live.
        """
        try:
            await self._follow()
        except asyncio.CancelledError:
            here = asyncio.current_task()
            if here is not None and here.cancelling():
                raise
        raise RuntimeError("nothing follows the daemon any more")

    async def _follow(self) -> None:
        """Connect, and show every picture that comes."""
        self._backend = backend = await self._connect_to(self.settings)
        self._runner = runner = Runner(backend, self._publish)
        pulls = self.open_pulls(backend)
        try:
            async with aclosing(backend.watcher.snapshots()) as snapshots:
                async for snapshot in snapshots:
                    self.snapshot = snapshot
        finally:
            # A verb that is cut short takes back what it began, over the same connection.
            await asyncio.gather(runner.settled(LEAVING), pulls.close(LEAVING))
            await backend.service.client.close()

    async def on_unmount(self) -> None:
        """Wait until the back end is closed: what still runs afterwards is not asked."""
        if self._following is not None:
            with suppress(WorkerError):
                await self._following.wait()

    def _handle_exception(self, error: Exception) -> None:
        """Log an error that nobody expected and end; the command line tells of it.

        This is Textual's own, private place for all of them: it would print the
        traceback, with the values of the variables, into the user's terminal.
        """
        cause = error.error if isinstance(error, WorkerFailed) else error
        _log.error("unexpected error", exc_info=cause)
        self.failure = self.failure or cause
        super()._handle_exception(error)
        self._exit_renderables.clear()

    @on(FocusChanged)
    def _focus_changed(self, event: FocusChanged) -> None:
        if self._backend is not None:
            self._backend.watcher.focus(event.container_ids)

    @on(RefreshRequested)
    def _refresh_requested(self) -> None:
        self.repaint()
        if self._backend is not None:
            self._backend.watcher.refresh_now()

    @on(NamespaceChosen)
    def _namespace_chosen(self, event: NamespaceChosen) -> None:
        if self._backend is not None:
            self._backend.watcher.select_namespace(event.name)

    @on(ActionRequested)
    def _action_requested(self, event: ActionRequested) -> None:
        self.run_worker(self._perform(event), name=event.action, group="verbs")

    async def _perform(self, event: ActionRequested) -> None:
        """Run a verb and tell what came of it where the rows do not."""
        if self._runner is None:
            return
        outcome = await self._runner.run(event.action, event.targets, event.options)
        stubborn = outcome.take_stubborn()
        if stubborn:
            self.main.confirm("force", stubborn, seen=event.seen)
        if outcome.worth_telling:
            self.notify(
                outcome.summary(),
                severity="error" if outcome.failed else "information",
                markup=False,
            )

    def _publish(self, pending: Pending) -> None:
        """Take what is under way, for the rows to say so."""
        self.pending = pending
