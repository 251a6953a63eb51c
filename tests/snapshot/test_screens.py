"""The dashboard at all sizes, in all states, with all its dialogs."""

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from tests.support import world
from tests.support.fixed import FixedApp
from tui.settings import Settings
from tui.state.snapshot import Snapshot

SnapCompare = Callable[..., bool]
SIZES = {"80x24": (80, 24), "120x36": (120, 36), "200x50": (200, 50), "60x20": (60, 20)}
PANES = {"containers": "1", "images": "2", "tasks": "3", "snapshots": "4"}
DIALOGS = {
    "stop": ("s",),
    "delete_container": ("ctrl+d",),
    "delete_marked": ("space", "space", "space", "ctrl+d"),
    "delete_image": ("2", "delete"),
    "delete_task": ("3", "delete"),
    "delete_parent": ("4", "Y", "Y", "g", "j", "ctrl+d"),
    "signal": ("K",),
    "commit": ("C",),
    "namespace": ("n",),
    "sort": ("o",),
    "help": ("question_mark",),
    "details": ("enter",),
    "details_labels": ("G", "k", "enter", "right_square_bracket"),
    "palette": ("colon",),
    "filter": ("slash", "w", "e", "b"),
    "broken_filter": ("slash", "("),
    "nothing_matches": ("slash", "q", "q"),
    "running_only": ("z",),
}
STATES: dict[str, Snapshot] = {
    "stale": world.STALE,
    "denied": world.DENIED,
    "no_socket": world.NO_SOCKET,
    "not_containerd": world.NOT_CONTAINERD,
    "reading": world.READING,
    "empty": world.EMPTY,
}


async def settle(pilot: Pilot[None]) -> None:
    """Wait until the world is on the screen."""
    app = pilot.app
    assert isinstance(app, FixedApp)
    for _ in range(500):
        await pilot.pause()
        if app.watcher.queue.empty() and app.main.snapshot is app.snapshot:
            break
    await pilot.pause()


def pressing(*keys: str) -> Callable[[Pilot[None]], object]:
    """Return what waits for the world and then presses keys."""

    async def press(pilot: Pilot[None]) -> None:
        await settle(pilot)
        for key in keys:
            pilot.app.simulate_key(key)
            await pilot.pause()
        await settle(pilot)

    return press


@pytest.mark.parametrize("pane", PANES)
@pytest.mark.parametrize("size", SIZES)
def test_panes(snap_compare: SnapCompare, size: str, pane: str) -> None:
    app = FixedApp()
    assert snap_compare(app, terminal_size=SIZES[size], run_before=pressing(PANES[pane]))


@pytest.mark.parametrize("dialog", DIALOGS)
def test_dialogs(snap_compare: SnapCompare, dialog: str) -> None:
    assert snap_compare(FixedApp(), terminal_size=(80, 24), run_before=pressing(*DIALOGS[dialog]))


@pytest.mark.parametrize("state", STATES)
def test_states(snap_compare: SnapCompare, state: str) -> None:
    app = FixedApp(STATES[state])
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing())


def test_demo_says_so(snap_compare: SnapCompare) -> None:
    app = FixedApp(
        settings=Settings(address=world.ADDRESS, demo=True),
        notice="No containerd at /run/containerd/containerd.sock: this is the demo engine.",
    )
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing())


def test_read_only(snap_compare: SnapCompare) -> None:
    app = FixedApp(settings=Settings(address=world.ADDRESS, read_only=True))
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing())


def test_ascii(snap_compare: SnapCompare) -> None:
    app = FixedApp(settings=Settings(address=world.ADDRESS, ascii=True))
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing("j", "space"))


def test_no_color(snap_compare: SnapCompare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(FixedApp(), terminal_size=(80, 24), run_before=pressing("j"))
