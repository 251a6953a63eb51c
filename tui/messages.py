"""What goes up from panes and screens to the app."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from textual.message import Message

from tui.state.pulls import PullRequest
from tui.state.snapshot import Snapshot
from tui.targets import Target


@dataclass
class ActionRequested(Message):
    """Somebody wants a verb run on these objects; the daemon decides what comes of it."""

    action: str
    """Id of the action in `tui.actions`."""
    targets: tuple[Target, ...]
    """Frozen when the key was pressed."""
    options: Mapping[str, str] = field(default_factory=dict)
    """What a dialog asked for: ``name`` of a commit, ``signal`` of a kill."""
    seen: Snapshot = field(default_factory=Snapshot)
    """What was known of the targets then; another namespace may be shown by now."""


@dataclass
class FocusChanged(Message):
    """Other rows are in sight or selected: these containers want fresh figures."""

    container_ids: frozenset[str]


class RefreshRequested(Message):
    """Read everything anew, or try to connect at once."""


@dataclass
class NamespaceChosen(Message):
    """The screen shall show another namespace."""

    name: str


class PullAsked(Message):
    """Somebody types what to pull: what that needs can be loaded meanwhile."""


@dataclass
class PullRequested(Message):
    """Somebody wants an image pulled."""

    request: PullRequest
    typed: str = ""
    """The reference as it was typed, to be remembered; ``""`` if it was not typed."""


@dataclass
class PullCancelled(Message):
    """Somebody wants a pull to stop."""

    number: int


@dataclass
class PullsSeen(Message):
    """Somebody has looked at the ends of these pulls."""

    numbers: frozenset[int]
