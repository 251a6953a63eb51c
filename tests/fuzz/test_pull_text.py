"""Hostile references, digests, namespaces and error texts of pulls, on their way to a widget."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fuzz.hostile import ATTACKS, MARK
from tests.support.pulling import Puller, pulling
from tests.support.pulls import NGINX
from tests.support.world import NOW, WORLD
from tui.state.models import Ingest, Server
from tui.state.progress import LayerPhase, LayerProgress, PullPhase, PullProgress
from tui.state.pulls import PullRequest, PullState
from tui.state.snapshot import Snapshot
from widgets.glyphs import UNICODE, use_glyphs


@pytest.fixture(autouse=True)
def _unicode() -> Iterator[None]:
    yield
    use_glyphs(None)


def hostile(text: str, phase: PullPhase) -> PullState:
    """Return a pull of which everything is hostile that somebody else can choose."""
    layers = (
        LayerProgress(f"sha256:{text}", 5, 99, LayerPhase.DOWNLOADING),
        LayerProgress(text, -1, -1),
    )
    progress = PullProgress(text, text, phase, layers, 1e30, 1e30)
    request = PullRequest(text, text, True, text, text)
    ended = None if phase is PullPhase.DOWNLOADING else NOW
    return PullState(1, request, progress, NOW, ended, text)


def world(text: str) -> Snapshot:
    """Return a picture with a hostile daemon's namespaces, snapshotters and ingests."""
    server = Server(text, text, text, 1, (text, f"{text}2"))
    return replace(WORLD, namespace=text, server=server, ingests=(Ingest(text, text, 9, 1),))


def assert_clean(app: Puller) -> None:
    """Everything went through the gate: the second lock of the widgets had nothing to do."""
    drawn = app.text().replace("\n", "")
    assert drawn.isprintable()
    assert UNICODE.unknown not in drawn
    for told in app.told():
        assert told.isprintable()
        assert len(told) < 500


@pytest.mark.parametrize("attack", ATTACKS)
async def test_nothing_hostile_reaches_a_widget_raw(tmp_path: Path, attack: str) -> None:
    text = ATTACKS[attack]
    async with pulling(tmp_path, world(text)) as app:
        assert_clean(app)
        for phase in (PullPhase.DOWNLOADING, PullPhase.FAILED, PullPhase.DONE):
            app.app.pulls = (hostile(text, phase),)
            await app.press("w")
            await app.until(lambda: app.dialog == "PullsScreen", "the dialog is there")
            await app.pilot.pause()
            assert_clean(app)
            await app.press("x")
            assert_clean(app)
            await app.press("escape")
            if app.dialog:
                await app.press("escape")
        app.app.pulls = (hostile(text, PullPhase.DOWNLOADING),)
        await app.press("q")
        await app.until(lambda: app.dialog == "ConfirmDialog", "it asks")
        assert_clean(app)
        await app.press("escape")


@pytest.mark.parametrize("attack", ATTACKS)
async def test_hostile_sentences_about_a_reference_are_harmless(
    tmp_path: Path, attack: str
) -> None:
    text = ATTACKS[attack]

    def refuse(_text: str) -> str:
        raise ValueError(text)

    async with pulling(tmp_path, world(text)) as app:
        app.app.main._normalise = refuse
        await app.press("P", "a", "enter", "tab", "right")
        assert app.dialog == "PullForm"
        assert MARK[:4] in app.text()
        assert_clean(app)
        app.app.main._normalise = lambda _text: text
        await app.press("escape", "P", "a")
        assert_clean(app)


@pytest.mark.parametrize("attack", ATTACKS)
async def test_a_hostile_error_is_told_and_harmless(tmp_path: Path, attack: str) -> None:
    async with pulling(tmp_path) as app:
        (await app.pull(NGINX)).fail(ATTACKS[attack])
        await app.until(lambda: app.told(), "it is told")
        await app.pilot.pause()
        assert_clean(app)
        await app.press("escape")
        assert_clean(app)
