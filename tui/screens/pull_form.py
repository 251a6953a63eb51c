"""The form that asks what to pull."""

import re
from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult

from tui.state.pulls import PullRequest
from tui.text import safe
from widgets.fields import ChoiceField, TextField, Toggle
from widgets.form import FormDialog
from widgets.recall_field import RecallField

PLATFORM = re.compile(r"[\w.-]+/[\w.-]+(/[\w.-]+)?", re.ASCII)
SHOWN = 400
"""Cells of a reference or of a sentence about it."""
HISTORY = 5
"""Lines of earlier references where the screen has room for them."""
AROUND = 13
"""Lines of the form that are not earlier references."""


class PullForm(FormDialog[tuple[PullRequest, str] | None]):
    """Asks for a reference and how to pull it; answers with the request and what was typed.

    Args:
        namespace: Where the image goes.
        normalise: Returns the whole of a reference, or raises ValueError with a sentence.
        history: References of before, the newest first.
        snapshotters: Those of the daemon.
        snapshotter: The one to begin with.
    """

    def __init__(
        self,
        namespace: str,
        normalise: Callable[[str], str],
        history: Sequence[str],
        snapshotters: Sequence[str],
        snapshotter: str,
    ) -> None:
        super().__init__(f"Pull an image into {safe(namespace, 40)}", "Pull")
        self._namespace = namespace
        self._normalise = normalise
        names = list(dict.fromkeys((*snapshotters, snapshotter)))
        self.reference = RecallField(
            "Reference", history, placeholder="nginx or ghcr.io/acme/api:4.2", id="reference"
        )
        options = [(name, safe(name, 30)) for name in names]
        self.snapshotter = ChoiceField("Snapshotter", options, snapshotter, id="snapshotter")
        self.platform = TextField("Platform", placeholder="this host's", id="platform")
        self.unpack = Toggle("Unpack", "ready to run", True, id="unpack")

    def fields(self) -> ComposeResult:
        """Compose the reference and what is seldom changed."""
        self.reference.add_class("gap")
        yield self.reference
        self.snapshotter.add_class("gap")
        yield self.snapshotter
        yield self.platform
        yield self.unpack

    def on_mount(self) -> None:
        """Focus the reference."""
        self.reference.focus_input()

    def on_resize(self, event: events.Resize) -> None:
        """Show as many earlier references as there is room for."""
        self.reference.make_room(min(HISTORY, event.size.height - AROUND))

    def on_recall_field_changed(self, event: RecallField.Changed) -> None:
        """Say what the reference means, or what is wrong with it."""
        event.stop()
        self._read(event.value)

    def _read(self, text: str) -> str | None:
        """Return the whole of a reference, None if it is none; the note says which."""
        if not text.strip():
            self.reference.show_note("")
            return None
        try:
            full = self._normalise(text.strip())
        except ValueError as wrong:
            self.reference.show_note(safe(wrong, SHOWN), "bad")
            return None
        self.reference.show_note(safe(full, SHOWN))
        return full

    def answer(self) -> tuple[PullRequest, str] | None:
        """Return what to pull, and the reference as it was typed."""
        typed = self.reference.value.strip()
        reference = self._read(typed)
        if reference is None:
            if not typed:
                self.reference.show_note("A reference is needed, for instance nginx.", "bad")
            self.reference.focus_input()
            return None
        platform = self.platform.value.strip()
        if platform and not PLATFORM.fullmatch(platform):
            self.complain("A platform is written as linux/arm64 or linux/arm/v7.")
            self.platform.input.focus()
            return None
        request = PullRequest(
            reference, self._namespace, self.unpack.on, self.snapshotter.value, platform or None
        )
        return request, typed
