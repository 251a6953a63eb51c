"""Whatever goes into the gate for text, nothing dangerous comes out."""

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.text import cell_width, cut, safe, safe_lines
from widgets.cells import wrap
from widgets.glyphs import use_glyphs

NASTY = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cs", "Cc", "Cf", "Co", "Mn", "Me", "Mc", "Zs"]),
        st.sampled_from("\x1b\x9b\x07\n\r\t\u202e\u2066\u200d\ufe0f\u0301日\U0001f1e9[]"),
    ),
    max_size=80,
)


@pytest.fixture(autouse=True)
def _unicode() -> Iterator[None]:
    use_glyphs(ascii=False)
    yield
    use_glyphs(None)


def harmless(text: str) -> bool:
    """Say whether a terminal draws the text and does nothing else with it."""
    text.encode("utf-8")
    return all(
        char == " " or unicodedata.category(char)[0] not in "CZ" for char in text
    ) and not any("\u200b" <= char <= "\u200f" or char in "\u202e\ufeff\ufe0f" for char in text)


@given(NASTY, st.integers(0, 60))
def test_safe(text: str, limit: int) -> None:
    line = safe(text, limit)
    assert harmless(line)
    assert cell_width(line) <= limit
    assert safe(line, limit) == line


@given(NASTY, st.integers(1, 30), st.integers(1, 9))
def test_safe_lines(text: str, width: int, max_lines: int) -> None:
    lines = safe_lines(text, width, max_lines)
    assert 1 <= len(lines) <= max_lines
    assert all(harmless(line) for line in lines)
    # A character of two cells does not fit into a line of one.
    assert all(cell_width(line) <= max(2, width) for line in lines)


@given(NASTY, st.integers(2, 30))
def test_wrap_loses_nothing_but_spaces(text: str, width: int) -> None:
    line = safe(text, 1000)
    assert "".join(wrap(line, width)).replace(" ", "") == line.replace(" ", "")


@given(NASTY, st.integers(0, 30))
def test_cut(text: str, width: int) -> None:
    line = safe(text, 1000)
    short = cut(line, width)
    assert cell_width(short) <= width
    assert short == line or line.startswith(short[:-1].rstrip(" "))
