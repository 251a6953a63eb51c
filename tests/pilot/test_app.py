"""Keys of the app itself: namespace, palette, help, copying, the mouse, leaving."""

from pathlib import Path

import pytest
from textual.widgets._toast import Toast

from tests.support.driving import at, driving
from tui import keymap
from tui.actions import ACTIONS, Action
from tui.app import C9dApp
from tui.demo.control import Control
from tui.demo.launch import DemoEngine
from tui.settings import Settings
from tui.state.snapshot import ConnectionState
from tui.targets import Pane


async def test_a_click_on_a_toast_selects_nothing(engine: DemoEngine) -> None:
    app = at(engine.address)
    async with app.run_test(notifications=True) as pilot:
        app.notify("Something happened.", timeout=600)
        while not app.screen.query(Toast):
            await pilot.pause()
        toast = app.screen.query_one(Toast)
        assert toast.allow_select
        await pilot.mouse_down(toast)
        assert app.screen._select_state is None


async def test_nothing_is_asked_or_copied_when_its_row_has_gone(engine: DemoEngine) -> None:
    async with driving(at(engine.address, namespace="empty")) as app:
        app.app.main.confirm("delete", ())
        app.app.main._copy()
        await app.pilot.pause()
        assert app.dialog == ""
        assert app.told() == []


@pytest.mark.parametrize(
    "action", [each for each in ACTIONS if each.dangerous], ids=lambda each: each.id
)
async def test_what_may_lose_something_asks_first(engine: DemoEngine, action: Action) -> None:
    async with driving(at(engine.address)) as app:
        before = app.app.snapshot
        for pane, key in ((Pane.CONTAINERS, "web-1"), (Pane.SNAPSHOTS, "overlayfs/web-canary")):
            if pane in action.panes:
                await app.go(pane, key)
                await app.press(action.keys[0])
                assert app.dialog.endswith("Dialog")
                await app.press("escape")
                assert app.dialog == ""
        assert not any(app.app.pending.values())
        assert app.app.snapshot.containers.keys() == before.containers.keys()


async def test_n_switches_the_namespace(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.press("n")
        assert app.dialog == "PickDialog"
        await app.press(*"k8s", "enter")
        await app.until(lambda: app.app.snapshot.namespace == "k8s.io", "it went there")
        await app.until(lambda: app.keys and "web-1" not in app.keys, "its containers show")
        assert "k8s.io" in app.text().splitlines()[0]


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_the_palette_finds_actions(engine: DemoEngine, key: str) -> None:
    async with driving(at(engine.address)) as app:
        await app.press(key)
        assert app.dialog == "PickDialog"
        await app.press(*"go to the snap", "enter")
        assert app.app.main.pane is Pane.SNAPSHOTS


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_shows_every_key(engine: DemoEngine, key: str) -> None:
    async with driving(at(engine.address), (100, 90)) as app:
        await app.press(key)
        assert app.dialog == "HelpScreen"
        text = app.text()
        for action in ACTIONS:
            if action.keys:
                assert action.description in text
        await app.press("escape")
        assert app.dialog == ""


async def test_y_copies_the_name(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "web-1")
        await app.press("y")
        assert app.app.clipboard == "web-1"
        await app.press("space", "y")
        assert app.app.clipboard.splitlines() == ["web-1"]


async def test_ctrl_r_reads_at_once_what_no_event_told(
    engine: DemoEngine, control: Control
) -> None:
    async with driving(at(engine.address)) as app:
        control.add("unannounced", state="none")
        await app.press("ctrl+r")
        await app.until(lambda: "unannounced" in app.keys, "it is there")
    control.remove("container", "unannounced")


async def test_m_gives_the_mouse_away_and_takes_it_back(
    engine: DemoEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driving(at(engine.address)) as app:
        await app.press("m")
        assert any("cannot be switched" in each for each in app.told())
        switched: list[bool] = []
        driver = app.app._driver
        monkeypatch.setattr(
            driver, "_enable_mouse_support", lambda: switched.append(True), raising=False
        )
        monkeypatch.setattr(
            driver, "_disable_mouse_support", lambda: switched.append(False), raising=False
        )
        await app.press("m", "m")
        assert switched == [False, True]


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_leaving(engine: DemoEngine, key: str) -> None:
    async with driving(at(engine.address)) as app:
        await app.press(key)
        await app.until(lambda: app.app._exit, "it leaves")


async def test_the_footer_shows_what_works_here_and_can_be_clicked(engine: DemoEngine) -> None:
    async with driving(at(engine.address)) as app:
        await app.go(Pane.CONTAINERS, "legacy")
        line = app.text().splitlines()[-1]
        assert "Start" in line
        assert "Pause" not in line
        await app.press("2")
        line = app.text().splitlines()[-1]
        assert "Start" not in line
        await app.pilot.click("#hints", offset=(line.index("Filter"), 0))
        await app.until(lambda: app.pane.bar.display, "the filter is open")


async def test_users_keys_replace_the_defaults(
    engine: DemoEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c9d").mkdir()
    config = tmp_path / "c9d" / "config.toml"
    config.write_text('[keymap]\nhelp = "x"\nnonsense = "w"\nquit = "s"\n', encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    async with driving(at(engine.address)) as app:
        assert any("nonsense" in each and "'s' is 'toggle'" in each for each in app.told())
        assert "x Help" in app.text().splitlines()[-1]
        await app.press("question_mark")
        assert app.dialog == ""
        await app.press("x")
        assert app.dialog == "HelpScreen"


def test_every_action_has_an_answer() -> None:
    app = C9dApp(Settings())
    for action in ACTIONS:
        assert action.id in app.main._answers or action.by_widget, action.id


def test_no_two_actions_share_a_key() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))


def test_every_binding_of_the_dashboard_has_an_id_and_a_tooltip() -> None:
    app = C9dApp(Settings())
    known = set(keymap.default_keys())
    for binding in app.main.BINDINGS:
        assert not isinstance(binding, tuple)
        assert binding.id in known
        assert binding.tooltip


async def test_a_lost_engine_is_told_and_found_again() -> None:
    with DemoEngine.start() as engine:
        async with driving(at(engine.address)) as app:
            engine.kill()
            await app.until(
                lambda: (
                    app.app.snapshot.connection.state
                    in (ConnectionState.STALE, ConnectionState.NO_SOCKET)
                ),
                "it noticed",
            )
            assert "web-1" in app.keys
            assert app.pane.table.dim
            await app.press("s")
            assert app.dialog == ""
            assert any("Not connected" in each for each in app.told())
            engine.restart()
            await app.until(lambda: app.app.snapshot.connection.live, "it is back")
            await app.until(lambda: not app.pane.table.dim, "it is bright again")
