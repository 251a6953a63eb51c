"""Figures, ages, names, statuses and the lines around the panes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support import world
from tests.support.world import MIB, NOW, ago
from tui import format as words
from tui.panes.cells import cpu, memory, status
from tui.panes.names import short_image, short_reference
from tui.screens.header import banner, top_line
from tui.screens.layout import layout
from tui.state.models import Exit, TaskStatus
from tui.state.snapshot import Connection, ConnectionState
from widgets.cells import Cell


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (48 * 2**20, "48 MiB"),
        (1023 * 2**20, "1023 MiB"),
        (int(1.25 * 2**30), "1.2 GiB"),
        (10 * 2**40, "10 TiB"),
    ],
)
def test_sizes_are_iec_and_fit_their_column(number: int, text: str) -> None:
    assert words.size(number) == text
    assert len(words.size(number)) <= 8


@pytest.mark.parametrize(("rate", "text"), [(0.0, "0.0%"), (12.34, "12.3%"), (1600.0, "1600%")])
def test_rates_fit_their_column(rate: float, text: str) -> None:
    assert words.percent(rate) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "now"),
        (9, "now"),
        (19, "10s"),
        (59, "50s"),
        (60, "1m"),
        (3600, "1h"),
        (47 * 3600, "47h"),
        (48 * 3600, "2d"),
        (400 * 86400, "400d"),
        (3 * 31_557_600, "3y"),
    ],
)
def test_ages_change_in_coarse_steps(seconds: float, text: str) -> None:
    assert words.span(seconds) == text


def test_moments_are_in_the_readers_zone_with_their_age() -> None:
    assert words.moment(ago(hours=3), NOW) == "2026-08-01 09:04:31 (3h ago)"
    assert words.moment(None, NOW) == ""


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("docker.io/library/nginx:1.27", "nginx:1.27"),
        ("docker.io/grafana/loki:3", "grafana/loki:3"),
        ("registry.example.com:5000/acme/api:4", "acme/api:4"),
        ("localhost/x", "x"),
        ("acme/api", "acme/api"),
        ("", ""),
    ],
)
def test_images_are_named_without_their_registry(name: str, short: str) -> None:
    assert short_image(name) == short


def test_digests_are_shortened_in_names() -> None:
    assert short_reference("acme/api@sha256:" + "ab" * 32) == "acme/api@abababababab"
    assert short_reference("sha256:" + "ab" * 32) == "sha256:abababababab"


def test_a_status_is_glyph_word_and_colour() -> None:
    task = world.WORLD.tasks["web-1"]
    assert status(task, None, "") == Cell("● running", "ok")
    assert status(task, None, "stopping") == Cell("◌ stopping…", "busy")
    assert status(None, None, "").parts == (("○ no task", "dim"),)
    assert status(None, Exit(1, NOW), "").parts == (("○ no task ✕1", "bad"),)
    stopped = replace(task, status=TaskStatus.STOPPED, exit_status=137)
    assert status(stopped, None, "") == Cell("✕ exited 137", "bad")
    assert status(replace(stopped, exit_status=0), None, "") == Cell("○ exited 0")
    for each in TaskStatus:
        word = {TaskStatus.STOPPED: "exited", TaskStatus.UNKNOWN: "no answer"}.get(each, each)
        assert word in status(replace(task, status=each), None, "").text


def test_figures_say_what_is_not_known() -> None:
    series = world.SERIES["web-1"]
    assert cpu(None, 5) == Cell()
    assert "…" in cpu(replace(series, cpu=(None,), count=1), 0).text
    assert cpu(replace(series, answering=False), 5) == Cell("no answer", "warn")
    assert memory(None, 3) == Cell()


def test_memory_near_its_limit_is_coloured() -> None:
    series = world.SERIES["web-1"]
    tight = replace(series.last, memory=100, memory_limit=105)
    assert memory(replace(series, last=tight), 0).style == "warn"
    assert memory(replace(series, last=replace(tight, memory_limit=101)), 0).style == "bad"
    assert memory(replace(series, last=replace(tight, memory_limit=None)), 0).style == ""


def test_the_top_line_names_host_namespace_and_state() -> None:
    left, right = top_line(world.WORLD, NOW, host="edge-7", demo=False, read_only=True)
    text = " ".join(part for item in [*left, *right] for part, _ in item.spans)
    for word in ("edge-7", "containerd 2.1.9", "default", "live", "12:04", "read-only"):
        assert word in text
    left, _ = top_line(world.WORLD, NOW, host="edge-7", demo=True, read_only=False)
    assert "demo" in " ".join(part for item in left for part, _ in item.spans)


def test_the_banner_tells_why_how_old_and_the_way_out() -> None:
    text, style = banner(world.STALE.connection, NOW, "a notice")
    assert "Nobody listens" in text
    assert "40s old" in text
    assert "Trying again" in text
    assert style == "bad"
    assert banner(world.LIVE, NOW, "a notice") == ("a notice", "dim")
    assert banner(Connection(ConnectionState.CONNECTING), NOW, "") == ("", "dim")


@pytest.mark.parametrize(
    ("size", "side", "together"),
    [
        ((80, 24), False, False),
        ((119, 60), False, False),
        ((120, 36), True, False),
        ((160, 44), True, False),
        ((160, 45), True, True),
        ((200, 50), True, True),
    ],
)
def test_the_layout_follows_the_size(size: tuple[int, int], side: bool, together: bool) -> None:
    assert layout(*size) == (side, together)


def test_a_minute_changes_no_age_of_days() -> None:
    then = ago(days=3, hours=1)
    assert words.age(then, NOW) == words.age(then, NOW + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("part", "total", "text"),
    [
        (0, 1000, "   0/1000 B"),
        (int(18.2 * MIB), int(29.8 * MIB), "18.2/29.8 MiB"),
        (int(1.2 * MIB), int(29.8 * MIB), " 1.2/29.8 MiB"),
        (512, MIB, "0.0/1.0 MiB"),
        (2**40, 2**41, "1.0/2.0 TiB"),
        (int(12.4 * MIB), 300 * MIB, " 12/300 MiB"),
        (0, 2**60, "      0/1048576 TiB"),
    ],
)
def test_bytes_of_a_whole_keep_their_width(part: int, total: int, text: str) -> None:
    assert words.of_total(part, total) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (2.4, "2s"),
        (59.6, "1m00s"),
        (65, "1m05s"),
        (600, "10m"),
        (3600, "1h"),
        (1e9, ">999h"),
    ],
)
def test_durations_fit_their_column(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text
    assert len(text) <= 5
