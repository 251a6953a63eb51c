"""How text, columns and samples are fitted into cells."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.cells import cell_width, fit, fit_spans, wrap
from widgets.columns import GAP, Column, place
from widgets.glyphs import ASCII, UNICODE, glyphs, use_glyphs
from widgets.row_model import RowModel
from widgets.sparkline import buckets, sparkline
from widgets.table_lines import empty_lines


@pytest.fixture(autouse=True)
def _unicode() -> Iterator[None]:
    use_glyphs(ascii=False)
    yield
    use_glyphs(None)


def placed(columns: list[Column], width: int) -> list[tuple[str, int]]:
    return [(column.column.key, column.width) for column in place(columns, width)]


def test_columns_share_the_width_by_weight_up_to_their_maximum() -> None:
    columns = [Column("a", "A", weight=1), Column("b", "B", weight=2), Column("c", "C", 10)]
    assert placed(columns, 40) == [("a", 11), ("b", 15), ("c", 10)]
    columns = [Column("a", "A", max_width=8), Column("b", "B"), Column("c", "C", 10)]
    assert placed(columns, 40) == [("a", 8), ("b", 18), ("c", 10)]
    assert placed([Column("a", "A", max_width=8)], 40) == [("a", 8)]


def test_columns_drop_by_priority_and_from_the_right() -> None:
    columns = [
        Column("a", "A", 10),
        Column("b", "B", 10, priority=3),
        Column("c", "C", 10, priority=2),
        Column("d", "D", 10, priority=3),
    ]
    kept = {width: [key for key, _ in placed(columns, width)] for width in (46, 45, 33, 21, 5)}
    assert kept == {
        46: ["a", "b", "c", "d"],
        45: ["a", "b", "c"],
        33: ["a", "c"],
        21: ["a"],
        5: ["a"],
    }


@given(
    st.lists(
        st.builds(
            Column,
            st.uuids().map(str),
            st.just("T"),
            st.one_of(st.none(), st.integers(1, 20)),
            st.integers(1, 9),
            st.integers(1, 4),
            weight=st.integers(1, 3),
            max_width=st.one_of(st.none(), st.integers(9, 30)),
        ),
        max_size=7,
    ),
    st.integers(0, 120),
)
def test_columns_never_overlap_or_leave_the_width(columns: list[Column], width: int) -> None:
    x = 0
    for column in place(columns, width):
        assert column.x >= x
        assert column.width > 0
        x = column.x + column.width
        assert x <= width
        x += GAP


@given(
    st.lists(st.tuples(st.text("ab 日é\x1b\u202e", max_size=9), st.just("")), max_size=4),
    st.integers(0, 20),
    st.sampled_from(["left", "right"]),
)
def test_fitted_spans_have_the_width(spans: list[tuple[str, str]], width: int, align: str) -> None:
    texts = [text for text, _ in fit_spans(spans, width, align)]
    assert sum(map(cell_width, texts)) == width
    assert "".join(texts).isprintable()


def test_fit_aligns_and_cuts() -> None:
    assert fit("ab", 4) == "ab  "
    assert fit("ab", 4, "right") == "  ab"
    assert fit("abcdef", 4) == "abc…"
    assert fit("日本語", 4) == "日… "


def test_wrap_breaks_at_spaces_where_it_can() -> None:
    assert wrap("one two three", 8) == ["one two", "three"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap("日本語", 5) == ["日本", "語"]
    assert wrap("a\n\nb", 5) == ["a", "", "b"]
    assert wrap("", 5) == [""]


def test_the_empty_text_stands_in_the_middle() -> None:
    assert empty_lines("nothing", 11, 3) == ("", "  nothing", "")
    assert empty_lines("", 11, 2) == ("", "")
    assert len(empty_lines("much " * 50, 11, 3)) == 3


def test_a_sparkline_has_a_fixed_scale() -> None:
    assert sparkline([0, 50, 100], 3, high=100) == "▁▅█"
    assert sparkline([0, 50, 500], 3, high=100) == "▁▅█"
    assert sparkline([0.1, 0.2], 2) == "▁▂"
    assert sparkline([0, 400], 2) == "▁█"
    assert sparkline([-5.0], 1) == "▁"


def test_a_sparkline_shows_gaps_and_stands_at_the_right() -> None:
    assert sparkline([1, None, math.nan, 1], 6) == "  █  █"
    assert sparkline([], 4) == "    "
    assert sparkline([1], 0) == ""
    assert sparkline([math.inf, 1], 2) == " █"


def test_cells_of_a_sparkline_keep_their_samples_while_new_ones_come() -> None:
    series = [float((step * 37) % 101) for step in range(300)]
    window = 60
    before: list[float | None] = []
    for end in range(window, 300):
        cells = buckets(series[end - window : end], 5, bucket=12, start=end - window)
        if before and (end - 1) % 12:
            assert cells[:-1] == before[:-1]
        elif before:
            assert cells[:-1] == before[1:]
        before = cells


def test_buckets_take_the_largest_or_the_mean() -> None:
    assert buckets([1, 2, 3, 4], 9, bucket=2) == [2, 4]
    assert buckets([1, 2, 3, 4], 9, bucket=2, mean=True) == [1.5, 3.5]
    assert buckets([None, None, 3], 9, bucket=2) == [None, 3]
    assert buckets([1, 2, 3], 9, bucket=2, start=1) == [1, 3]


def test_a_sparkline_in_ascii() -> None:
    assert sparkline([0, 100], 2, high=100, glyphs=ASCII) == "_#"


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_signs_take_one_cell(signs: object) -> None:
    for name in UNICODE.__slots__:
        sign = getattr(signs, name)
        if name == "ramp":
            assert cell_width(sign) == len(sign) == 8
        elif sign != ASCII.enter:
            assert cell_width(sign) == 1
    assert all(getattr(ASCII, name).isascii() for name in UNICODE.__slots__)


def test_signs_go_by_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for encoding, signs in (("UTF-8", UNICODE), ("utf8", UNICODE), ("ANSI_X3.4-1968", ASCII)):
        monkeypatch.setattr("locale.getpreferredencoding", lambda _, name=encoding: name)
        use_glyphs(None)
        assert glyphs() is signs


def test_the_thumb_shows_where_the_viewport_is() -> None:
    from widgets.cells import Row

    model = RowModel()
    model.resize(10)
    model.replace([Row(str(n), ()) for n in range(100)])
    assert model.thumb() == range(0, 1)
    model.move(99)
    assert model.thumb() == range(9, 10)
    model.replace([Row(str(n), ()) for n in range(10)])
    assert not model.thumb()
