"""What the cell diff sends makes a terminal show what was asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tests.widgets.grid import Grid
from widgets.cell_diff import CellDiff
from widgets.terminal_cells import PenTable

STYLES = [
    None,
    Style(color="red"),
    Style(bgcolor="#102030"),
    Style(color="#ff8800", bgcolor="#102030", bold=True),
    Style(reverse=True),
    Style(underline=True, italic=True),
]
SIZE = (14, 7)

puts = st.lists(
    st.tuples(
        st.integers(0, SIZE[0] - 1),
        st.integers(0, SIZE[1] - 1),
        st.text(st.sampled_from("ab  日本é▓\u0301"), min_size=1, max_size=9),
        st.sampled_from(STYLES),
    ),
    max_size=12,
)


def line(text: str, style: Style | None = None) -> Strip:
    return Strip([Segment(text, style)])


def new_diff(width: int = SIZE[0], height: int = SIZE[1]) -> CellDiff:
    return CellDiff(PenTable(ColorSystem.TRUECOLOR), width, height)


@given(st.lists(puts, max_size=6))
def test_differences_add_up_to_the_whole_picture(
    frames: list[list[tuple[int, int, str, Style | None]]],
) -> None:
    diff = new_diff()
    seen = Grid(*SIZE)
    for frame in frames:
        for x, y, text, style in frame:
            diff.put_strip(x, y, line(text, style))
        seen.feed(diff.render())
    # What the same frames give when they are sent as one.
    whole = new_diff()
    for frame in frames:
        for x, y, text, style in frame:
            whole.put_strip(x, y, line(text, style))
    expected = Grid(*SIZE)
    expected.feed(whole.render())
    seen.feed(diff.render())
    assert seen.mismatches(expected) == []


def test_nothing_is_sent_when_nothing_changed() -> None:
    diff = new_diff()
    diff.put_strip(0, 0, line("hello"))
    assert diff.render()
    diff.put_strip(0, 0, line("hello"))
    assert diff.render() == ""


def test_one_changed_cell_is_one_move_and_one_sign() -> None:
    diff = new_diff(80, 24)
    diff.put_strip(0, 3, line("memory 12 MiB"))
    diff.render()
    diff.put_strip(0, 3, line("memory 17 MiB"))
    assert diff.render() == "\x1b[4;9H7"


def test_a_shifted_list_is_scrolled() -> None:
    width, height = 80, 24
    diff, grid = new_diff(width, height), Grid(width, height)
    style = Style(color="green", bgcolor="#101010")

    def show(first: int) -> str:
        diff.put_strip(0, 0, line("HEADER".ljust(width), style))
        for y in range(1, height - 1):
            diff.put_strip(0, y, line(f"item number {first + y}".ljust(width), style))
        diff.put_strip(0, height - 1, line("footer".ljust(width), style))
        text = diff.render()
        grid.feed(text)
        return text

    whole = show(0)
    for first in (1, 2, 1, 4, 0):
        sent = show(first)
        assert len(sent) < len(whole) / 4
        expected = new_diff(width, height)
        expected._back = diff._back
        other = Grid(width, height)
        other.feed(expected.render())
        assert grid.mismatches(other) == []


def test_a_forgotten_screen_is_sent_whole() -> None:
    diff = new_diff()
    diff.put_strip(0, 0, line("hello"))
    first = diff.render()
    diff.forget()
    assert diff.render() == first


def test_no_control_character_gets_through() -> None:
    diff = new_diff()
    diff.put_strip(0, 0, line("a\x1b]52;c;eA==\x07é\x9b2Jb"))
    sent = diff.render()
    grid = Grid(*SIZE)
    grid.feed(sent)
    assert "\x07" not in sent
    assert "\x1b]" not in sent
    assert "\x9b" not in sent
    assert grid.screen.display[0].startswith("a]52;c;eA==é2J")


def test_a_link_is_opened_and_closed() -> None:
    diff = new_diff()
    diff.put_strip(0, 0, line("docs", Style(link="https://example.org/\x1bx")))
    sent = diff.render()
    assert "https://example.org/x\x1b\\" in sent
    assert sent.index("docs") < sent.index("\x1b]8;;\x1b\\")
