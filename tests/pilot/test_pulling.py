"""Pulling by keys: the form, the dialog, the strip, and what is told at the end."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.pulling import pulling
from tests.support.pulls import downloading
from tests.support.world import ADDRESS, MIB, WORLD
from tui.screens.pull_words import LINGER
from tui.settings import Settings
from tui.state.models import Server
from widgets.progress_list import ProgressList

TWO = replace(WORLD, server=Server("2.1.9", "", "", 1, ("native", "overlayfs")))


@pytest.mark.parametrize("pane", ["1", "2", "3", "4"])
async def test_capital_p_asks_in_every_pane_and_escape_pulls_nothing(
    tmp_path: Path, pane: str
) -> None:
    async with pulling(tmp_path) as app:
        await app.press(pane, "P")
        assert app.dialog == "PullForm"
        await app.press(*"nginx", "escape")
        assert app.dialog == ""
        assert app.service.pulls == []
        assert app.fixed.pulled.names() == ()


async def test_only_the_images_have_it_in_the_footer(tmp_path: Path) -> None:
    async with pulling(tmp_path) as app:
        assert "P Pull" not in app.text().splitlines()[-1]
        await app.press("2")
        assert "P Pull" in app.text().splitlines()[-1]


async def test_a_short_name_is_shown_whole_and_pulled_whole(tmp_path: Path) -> None:
    async with pulling(tmp_path, TWO) as app:
        await app.press("P", *"nginx")
        await app.shows("docker.io/library/nginx:latest")
        await app.press("enter")
        await app.until(lambda: app.service.pulls, "it is pulled")
        (pull,) = app.service.pulls
        assert (pull.reference, pull.namespace) == ("docker.io/library/nginx:latest", "default")
        assert pull.asked == {"unpack": True, "snapshotter": "overlayfs", "platform": None}
        await app.until(lambda: app.dialog == "PullsScreen", "the dialog opens by itself")
        await app.shows("resolving")


async def test_snapshotter_platform_and_unpacking_can_be_chosen(tmp_path: Path) -> None:
    async with pulling(tmp_path, TWO) as app:
        await app.press("P", *"a/b", "tab", "space", "tab", *"linux/arm64", "tab", "space", "enter")
        await app.until(lambda: app.service.pulls, "it is pulled")
        asked = {"unpack": False, "snapshotter": "native", "platform": "linux/arm64"}
        assert app.service.pulls[0].asked == asked
        await app.shows("linux/arm64 · not unpacked")


async def test_the_settings_snapshotter_is_offered_also_if_the_daemon_does_not_name_it(
    tmp_path: Path,
) -> None:
    settings = Settings(address=ADDRESS, snapshotter="stargz")
    async with pulling(tmp_path, TWO, settings=settings) as app:
        await app.press("P")
        await app.shows("< stargz >  3 of 3")


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (["N", "enter"], "N has upper-case letters"),
        (["enter"], "A reference is needed"),
        ([*"a", "tab", "tab", *"arm64", "enter"], "A platform is written as linux/arm64"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_sent(
    tmp_path: Path, keys: list[str], sentence: str
) -> None:
    async with pulling(tmp_path) as app:
        await app.press("P", *keys)
        await app.shows(sentence)
        assert app.dialog == "PullForm"
        assert app.service.pulls == []
        await app.press("escape")
        assert app.fixed.pulled.names() == ()


async def test_earlier_references_are_offered(tmp_path: Path) -> None:
    async with pulling(tmp_path) as app:
        for name in ("redis:7", "nginx"):
            await app.pull(name)
            await app.press("escape")
        assert app.fixed.pulled.names() == ("nginx", "redis:7")
        await app.press("P", "down")
        await app.shows("docker.io/library/nginx:latest")
        await app.press("down")
        await app.shows("docker.io/library/redis:7")
        await app.press("escape", "P", *"red", "down", "enter")
        await app.until(lambda: app.dialog == "PullsScreen", "the one under way is shown")
        assert len(app.service.pulls) == 2, "what is being pulled is not pulled twice"
        await app.shows("docker.io/library/redis:7  (1 of 2)")


async def test_the_dialog_and_the_strip_follow_the_layers(tmp_path: Path) -> None:
    async with pulling(tmp_path) as app:
        pull = await app.pull("nginx:1.28")
        assert app.strip == ["↓ nginx:1.28  resolving"]
        pull.progress()
        await app.shows("28.9/36.0 MiB  3/9 layers")
        await app.shows("waiting")
        assert app.text().count(" MiB  already there") == 2
        assert "7.1 MiB/s  2s left" in app.text()
        await app.press("escape")
        assert app.dialog == ""
        (line,) = app.strip
        assert line.endswith("28.9/36.0 MiB   7.1 MiB/s     2s  3/9 layers")
        await app.press("w")
        assert app.dialog == "PullsScreen"
        await app.press("w")
        assert app.dialog == ""


async def test_only_the_lines_that_changed_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[str | None, int]] = []
    draw = ProgressList.render_line

    def counted(self: ProgressList, y: int) -> object:
        drawn.append((self.id, y))
        return draw(self, y)

    async with pulling(tmp_path) as app:
        pull = await app.pull("nginx:1.28")
        pull.progress()
        await app.shows("waiting")
        monkeypatch.setattr(ProgressList, "render_line", counted)
        before = downloading(pull.reference)
        layers = list(before.layers)
        layers[6] = replace(layers[6], offset=3 * MIB)
        layers[8] = replace(layers[8], offset=MIB)
        pull.progress(replace(before, layers=tuple(layers)))
        await app.shows("3.0/4.0 MiB")
        assert [y for which, y in drawn if which == "layers"] == [6, 8]


async def test_many_layers_scroll(tmp_path: Path) -> None:
    async with pulling(tmp_path) as app:
        pull = await app.pull("nginx:1.28")
        pull.progress(downloading(pull.reference, count=40))
        await app.shows("14/40 layers")
        assert "waiting" not in app.text()
        await app.press("end")
        await app.shows("waiting")
        await app.press("g")
        await app.shows("already there")


async def test_a_success_is_told_and_leaves_the_strip_by_itself(tmp_path: Path) -> None:
    async with pulling(tmp_path) as app:
        pull = await app.pull("nginx:1.28")
        pull.progress()
        await app.press("escape")
        app.fixed.wait(12)
        pull.succeed()
        await app.until(lambda: app.told(), "it is told")
        assert app.told() == ["Pulled nginx:1.28 in 12s, 10 MiB."]
        assert app.strip == ["● nginx:1.28  pulled in 12s, 10 MiB"]
        assert ("reread image", pull.reference) in app.fixed.watcher.asked
        app.fixed.wait(LINGER - 1)
        assert len(app.strip) == 1
        app.fixed.wait(1)
        assert app.strip == []


async def test_a_failure_stays_until_it_was_looked_at(tmp_path: Path) -> None:
    sentence = "The registry has no tag 1.28 of library/nginx."
    async with pulling(tmp_path) as app:
        pull = await app.pull("nginx:1.28")
        await app.press("escape")
        pull.fail(sentence)
        await app.until(lambda: app.told(), "it is told")
        assert app.told() == [f"nginx:1.28: {sentence}"]
        assert [each.severity for each in app.app._notifications] == ["error"]
        app.fixed.wait(3600)
        assert app.strip == [f"✕ nginx:1.28  {sentence}"]
        await app.press("w")
        await app.shows(sentence)
        assert "x Cancel" not in app.text()
        await app.press("escape")
        assert app.strip == []
        await app.press("w")
        assert app.dialog == ""
        assert app.told()[-1] == "Nothing is being pulled."


async def test_a_failure_in_sight_keeps_its_layers_and_can_be_tried_again(tmp_path: Path) -> None:
    async with pulling(tmp_path) as app:
        pull = await app.pull("nginx:1.28")
        pull.progress()
        await app.shows("3/9 layers")
        pull.fail("The connection broke.")
        await app.shows("The connection broke.")
        assert "downloading" not in app.text()
        assert app.text().count("not done") == 5
        await app.press("x")
        assert app.dialog == "PullsScreen", "there is nothing to cancel"
        await app.press("r")
        await app.until(lambda: len(app.service.pulls) == 2, "it is tried again")
        assert app.service.pulls[1].reference == pull.reference
        await app.shows("(2 of 2)")
        await app.shows("resolving")
        await app.press("r")
        assert len(app.service.pulls) == 2
