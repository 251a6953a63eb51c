"""Pulling: the form, the dialog and the strip, at small and large sizes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.snapshot.test_screens import pressing, settle
from tests.support.pulling import PullingApp
from tests.support.pulls import downloading, layers, pull
from tests.support.world import ADDRESS, MIB, NOW, WORLD
from tui.settings import Settings
from tui.state.models import Ingest, Server
from tui.state.progress import PullPhase, PullProgress
from tui.state.pulls import PullState

SnapCompare = Callable[..., bool]
SIZES = {"80x24": (80, 24), "200x50": (200, 50), "60x20": (60, 20)}
REFUSED = (
    "The registry ghcr.io refused to give out acme/private:1.2 (403); it may be private: "
    "log in with docker login ghcr.io, or check its name."
)
OTHERS = replace(
    WORLD,
    server=Server("2.1.9", "", "", 1, ("native", "overlayfs", "btrfs")),
    ingests=(
        Ingest("k8s.io", "layer-sha256:aa", 40 * MIB, 98 * MIB),
        Ingest("moby", "layer-sha256:bb", 12 * MIB, 0),
    ),
)


def pulls() -> tuple[PullState, ...]:
    """Return one pull in each phase."""
    unpacking = replace(
        downloading("ghcr.io/acme/api:4.3"), phase=PullPhase.UNPACKING, rate=None, left=None
    )
    large = replace(
        downloading("registry.acme.example:5000/teams/platform/base-image:2026-08-01"),
        layers=layers(40, 30.0),
        rate=900.0 * 1024,
        left=754.0,
    )
    failed = PullProgress("ghcr.io/acme/private:1.2", "default", PullPhase.FAILED)
    done = replace(downloading("docker.io/library/busybox:1"), phase=PullPhase.DONE)
    return (
        pull(downloading()),
        pull(large, 2),
        pull(unpacking, 3),
        pull(PullProgress("docker.io/library/redis:7", "k8s.io"), 4),
        pull(failed, 5, ended=True, error=REFUSED),
        pull(done, 6, ended=True),
    )


def showing(states: tuple[PullState, ...], *keys: str) -> Callable[[Pilot[None]], object]:
    """Return what waits for the world, shows pulls and then presses keys."""

    async def run(pilot: Pilot[None]) -> None:
        await settle(pilot)
        app = pilot.app
        assert isinstance(app, PullingApp)
        app.pulls = states
        for key in keys:
            app.simulate_key(key)
            await pilot.pause()
        await settle(pilot)

    return run


@pytest.mark.parametrize("size", SIZES)
def test_strip(snap_compare: SnapCompare, tmp_path: Path, size: str) -> None:
    app = PullingApp(tmp_path, OTHERS)
    assert snap_compare(app, terminal_size=SIZES[size], run_before=showing(pulls(), "2"))


def test_strip_in_ascii(snap_compare: SnapCompare, tmp_path: Path) -> None:
    settings = Settings(address=ADDRESS, ascii=True)
    app = PullingApp(tmp_path, OTHERS, settings=settings)
    assert snap_compare(app, terminal_size=(80, 24), run_before=showing(pulls(), "w"))


@pytest.mark.parametrize("size", SIZES)
def test_form(snap_compare: SnapCompare, tmp_path: Path, size: str) -> None:
    app = PullingApp(tmp_path, OTHERS)
    for name in ("redis:7", "nginx:1.27", "ghcr.io/acme/api:4.2", "nginx", "busybox:1", "alpine"):
        app.pulled.add(name)
    run = pressing("2", "P", *"nginx", "down", "tab")
    assert snap_compare(app, terminal_size=SIZES[size], run_before=run)


@pytest.mark.parametrize(
    "keys",
    [tuple("Nginx"), (*"nginx", "tab", "tab", *"arm64", "enter"), ()],
    ids=["reference", "platform", "empty"],
)
def test_form_says(snap_compare: SnapCompare, tmp_path: Path, keys: tuple[str, ...]) -> None:
    app = PullingApp(tmp_path, OTHERS)
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing("P", *keys))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [9, 40])
def test_dialog(snap_compare: SnapCompare, tmp_path: Path, size: str, count: int) -> None:
    app = PullingApp(tmp_path)
    states = (pull(downloading(count=count)), *pulls()[2:4])
    assert snap_compare(app, terminal_size=SIZES[size], run_before=showing(states, "w"))


DIALOGS: dict[str, tuple[int, tuple[str, ...]]] = {
    "resolving": (3, ()),
    "unpacking": (2, ()),
    "failed": (4, ()),
    "done": (5, ()),
    "long_name": (1, ("end",)),
    "cancel": (0, ("x",)),
    "quit": (0, ("escape", "q")),
}


@pytest.mark.parametrize("name", DIALOGS)
def test_dialogs(snap_compare: SnapCompare, tmp_path: Path, name: str) -> None:
    place, keys = DIALOGS[name]
    run = showing((pulls()[place],), "w", *keys)
    assert snap_compare(PullingApp(tmp_path), terminal_size=(80, 24), run_before=run)


def test_failed_after_layers(snap_compare: SnapCompare, tmp_path: Path) -> None:
    state = replace(pull(ended=True, error=REFUSED))
    broken = replace(state.progress, phase=PullPhase.FAILED, rate=None, left=None)
    run = showing((replace(state, progress=broken, ended=NOW),), "w")
    assert snap_compare(PullingApp(tmp_path), terminal_size=(80, 24), run_before=run)
