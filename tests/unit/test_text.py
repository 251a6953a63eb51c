"""The gate for text from outside, case by case."""

import unicodedata
from collections.abc import Iterator

import pytest
from textual.content import Content

from tui.text import cell_width, content, cut, safe, safe_lines
from widgets.glyphs import use_glyphs


@pytest.fixture(autouse=True)
def _unicode() -> Iterator[None]:
    use_glyphs(ascii=False)
    yield
    use_glyphs(None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nginx:1.27", "nginx:1.27"),
        ("[/b][red]x", "[/b][red]x"),
        ("a\x1b[31mb", "a␛[31mb"),
        ("\x1b]52;c;Zm9v\x07", "␛]52;c;Zm9v␇"),
        ("a\nb\tc\r", "a␊b␉c␍"),
        ("\x00\x7f", "␀␡"),
        ("\x9b31m\x85", "\\x9b31m\\x85"),
        ("abc\u202edef", "abc⟨U+202E⟩def"),
        ("a\u200bb\ufeff", "a⟨U+200B⟩b⟨U+FEFF⟩"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("❤\ufe0f", "❤⟨U+FE0F⟩"),
        ("\ud800x", "⟨U+D800⟩x"),
        ("\ue000\uffff\u0378", "⟨U+E000⟩⟨U+FFFF⟩⟨U+0378⟩"),
        ("a\u00a0b\u3000", "a␣b␣"),
        ("\u2028", "⟨U+2028⟩"),
        ("\u3164", "⟨U+3164⟩"),
        ("\U0001f1e9\U0001f1ea", "⟨U+1F1E9⟩⟨U+1F1EA⟩"),
        ("é日本", "é日本"),
        ("e\u0301\u0302", "e\u0301\u0302"),
        ("e" + "\u0301" * 9 + "x", "e\u0301\u0301⟨+⟩x"),
        ("\u0301a", "⟨U+0301⟩a"),
        (None, "None"),
        (137, "137"),
        ("", ""),
    ],
)
def test_safe_shows_what_is_there(text: object, shown: str) -> None:
    assert safe(text) == shown


def test_safe_caps_by_cells_with_an_ellipsis() -> None:
    assert safe("abcdef", 4) == "abc…"
    assert safe("日本語", 4) == "日…"
    assert safe("日本語", 6) == "日本語"
    assert safe("a\x00b\x00c", 3) == "a␀…"
    assert safe("x", 0) == ""


def test_safe_does_no_more_work_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = 0
    category = unicodedata.category

    def counting(char: str) -> str:
        nonlocal seen
        seen += 1
        return category(char)

    monkeypatch.setattr(unicodedata, "category", counting)
    for text in ("\x1b" * 1_000_000, "e" + "\u0301" * 1_000_000, "é" * 1_000_000):
        assert cell_width(safe(text, 100)) <= 100
        assert safe(text, 100).endswith("…")
    assert seen < 10_000


def test_safe_in_ascii() -> None:
    use_glyphs(ascii=True)
    assert safe("é\x1b日\u202e") == "\\xe9\\x1b\\u65e5\\u202e"
    assert safe("abcdef", 4) == "abc~"
    assert all(ord(char) < 0x7F for char in safe("\U0001f600 ü" * 99))


def test_safe_lines_wraps_and_stops() -> None:
    assert safe_lines("one\ntwo\x1b\r\n") == ["one", "two␛"]
    assert safe_lines("one two three", width=8) == ["one two", "three"]
    assert safe_lines("a\nb\nc\nd", max_lines=3) == ["a", "b", "…"]
    assert len(safe_lines("x" * 1_000_000, width=10, max_lines=5)) == 5
    assert safe_lines("", width=5) == [""]


def test_cut_leaves_no_half_character() -> None:
    assert cut("日本", 3) == "日…"
    assert cut("日本", 2) == "…"
    assert cut("ab", 2) == "ab"


def test_content_parses_no_markup() -> None:
    made = content("[red]x[/b]")
    assert isinstance(made, Content)
    assert made.plain == "[red]x[/b]"
    assert not made.spans
