"""Sends the terminal only the cells that differ from what it shows already.

Textual sends each changed line whole and waits for a terminal that does not
read. This layer replaces `App._display`, a private part of Textual, and is
therefore kept apart: it has a switch, it checks what it meets, and it steps
aside for good at the first thing that it does not know.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

from rich.color import ColorSystem
from rich.console import RenderableType
from textual import on
from textual.app import App, ReturnType
from textual.driver import Driver
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer

from widgets.cell_diff import CellDiff
from widgets.terminal_cells import PenTable

_log = logging.getLogger(__name__)

BACKLOG = 4
"""Writes that may wait for the terminal before frames are dropped; Textual blocks at 30."""
RETRY = 0.05
"""Seconds until a terminal that did not read is looked at again."""
SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"


def placed_strips(update: Any) -> Iterator[tuple[int, int, Strip]]:
    """Yield the strips of an update of Textual's compositor, each with its place.

    Raises:
        AttributeError: If it is no update of a known shape.
    """
    if hasattr(update, "strips"):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield x, y, strip
                x += strip.cell_length
        return
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= x2 and end > x1:
                yield x, y, strip.crop(0, min(end, x2) - x)


class DiffDisplay(App[ReturnType]):
    """An app whose frames are sent as differences.

    Attributes:
        diff_display: Whether they are. Turns itself off when Textual's private
            parts are not what they were.
    """

    diff_display = True
    _diff: CellDiff | None = None
    _retry: Timer | None = None

    def repaint(self) -> None:
        """Send the whole screen again, whatever the terminal shows."""
        if self._diff is not None:
            self._diff.forget()
            self._send()

    def _resume_signal(self) -> None:
        """Repaint after another program had the terminal."""
        super()._resume_signal()
        self.repaint()

    @on(Driver.SignalResume)
    def _continued(self) -> None:
        """Repaint after the shell had the terminal: Textual calls only its own handler."""
        self.repaint()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Take a frame of Textual's and send what is new in it."""
        if not self._takes(renderable):
            super()._display(screen, renderable)
            return
        try:
            size = screen.outer_size
            if self._diff is None or (self._diff.width, self._diff.height) != tuple(size):
                colors = self.console._color_system or ColorSystem.TRUECOLOR
                self._diff = CellDiff(PenTable(colors), size.width, size.height)
                # The new picture is empty: a part of the screen is not enough.
                renderable = screen._compositor.render_full_update()
            for x, y, strip in placed_strips(renderable):
                self._diff.put_strip(x, y, strip)
            self._send()
        except (AttributeError, TypeError, KeyError, IndexError) as error:
            self._step_aside(error)
            super()._display(screen, renderable)
        else:
            self.post_display_hook()

    def _takes(self, renderable: RenderableType | None) -> bool:
        """Say whether a frame is one of those that are sent as differences."""
        return (
            self.diff_display
            and type(renderable).__name__ in ("LayoutUpdate", "ChopsUpdate")
            and self._running
            and not self._closed
            and not self.is_headless
            and not self.is_inline
            and self._backlog() is not None
        )

    def _backlog(self) -> Callable[[], int] | None:
        """Return what counts the writes that wait, `None` if the driver has no such thing."""
        writer = getattr(self._driver, "_writer_thread", None)
        return getattr(getattr(writer, "_queue", None), "qsize", None)

    def _step_aside(self, error: Exception) -> None:
        """Leave the drawing to Textual from now on."""
        self.diff_display = False
        self._diff = None
        _log.warning("the display layer does not know this version of Textual: %r", error)
        self.call_later(self.refresh)

    def _stalled(self) -> bool:
        """Say whether the terminal does not take what was sent before."""
        backlog = self._backlog()
        return backlog is not None and backlog() >= BACKLOG

    def _suspended(self) -> bool:
        """Say whether another program has the terminal."""
        writer = getattr(self._driver, "_writer_thread", None)
        return writer is None or not writer.is_alive()

    def _send(self) -> None:
        """Send what the terminal does not show yet; later, if it is slow."""
        if self._diff is None or self._driver is None or self._suspended():
            return
        if self._batch_count or self._stalled():
            if self._retry is None:
                self._retry = self.set_timer(RETRY, self._try_again)
            return
        text = self._diff.render()
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        if not text and cursor == self._previous_cursor_position:
            return
        self._previous_cursor_position = cursor
        text += f"\x1b[{cursor.y + 1};{cursor.x + 1}H"
        # One write, as each counts as one that waits.
        self._driver.write(f"{SYNC_START}{text}{SYNC_END}" if self._sync_available else text)
        self._driver.flush()

    def _try_again(self) -> None:
        """Send the newest picture, now that time has passed."""
        self._retry = None
        self._send()
