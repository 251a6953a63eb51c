"""Filter, sort and count rows."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.state.models import Container, Image, SnapshotInfo
from tui.state.select import (
    children_counts,
    compile_filter,
    in_use,
    natural,
    snapshot_users,
    sort_rows,
)
from tui.state.snapshot import Snapshot


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("", "anything", True),
        ("!", "anything", True),
        ("WEB", "my-web-1", True),
        ("^web", "my-web-1", False),
        ("!web", "my-web-1", False),
        ("!web", "api", True),
        ("a|b", "b", True),
    ],
)
def test_a_filter_finds_anywhere_in_either_case(pattern: str, text: str, found: bool) -> None:
    assert compile_filter(pattern)(text) is found


@pytest.mark.parametrize("pattern", ["(", "[a", "!*", "a{99999999999}"])
def test_a_broken_filter_is_one_sentence(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"^The filter is not a regular expression: [^\n]+\.$"):
        compile_filter(pattern)


@given(st.text())
def test_any_text_makes_a_filter_or_a_sentence(pattern: str) -> None:
    with suppress(ValueError):
        compile_filter(pattern)("some text")


def test_texts_sort_as_people_count() -> None:
    names = ["web-10", "Web-2", "web-1", "api", "web"]
    assert sort_rows(names, key=str) == ["api", "web", "web-1", "Web-2", "web-10"]
    assert sort_rows([("b", 1), ("a10", 2), ("a9", 3)], key=lambda pair: pair)[0] == ("a9", 3)


@pytest.mark.parametrize("reverse", [False, True])
def test_unknown_comes_last_in_both_directions(reverse: bool) -> None:
    values = [3, None, 1, None, 2]
    ordered = sort_rows(values, key=lambda value: value, reverse=reverse)
    assert ordered == ([3, 2, 1] if reverse else [1, 2, 3]) + [None, None]


def test_sorting_is_stable_in_both_directions() -> None:
    pairs = [("a", 1), ("b", 1), ("c", 0)]
    assert sort_rows(pairs, key=lambda pair: pair[1]) == [("c", 0), ("a", 1), ("b", 1)]
    assert sort_rows(pairs, key=lambda pair: pair[1], reverse=True) == [*pairs]


@given(st.lists(st.text() | st.from_regex(r"[a-c]{0,2}[0-9]{0,3}[a-c]?", fullmatch=True)))
def test_any_texts_can_be_sorted(texts: list[str]) -> None:
    ordered = sort_rows(texts, key=str)
    assert sorted(ordered) == sorted(texts)
    assert [natural(text) for text in ordered] == sorted(natural(text) for text in texts)


def test_a_number_longer_than_an_int_takes_sorts() -> None:
    long = "9" * 5000
    assert sort_rows([f"a{long}", "a1"], key=str) == ["a1", f"a{long}"]


def test_images_of_one_digest_share_their_users() -> None:
    images = [
        Image("ns", "nginx:1", "sha256:1"),
        Image("ns", "sha256:cfg", "sha256:1"),
        Image("ns", "redis:7", "sha256:2"),
    ]
    containers = [
        Container("ns", "a", image="nginx:1"),
        Container("ns", "b", image="sha256:cfg"),
        Container("ns", "c", image="gone:1"),
        Container("ns", "d"),
    ]
    snapshot = Snapshot(
        images={row.name: row for row in images}, containers={row.id: row for row in containers}
    )
    assert in_use(snapshot) == {"nginx:1": 2, "sha256:cfg": 2}


def test_a_snapshot_knows_its_user_and_its_children() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    infos = [
        SnapshotInfo("ns", "overlayfs", "base", created_at=at),
        SnapshotInfo("ns", "overlayfs", "a", parent="base"),
        SnapshotInfo("ns", "overlayfs", "b", parent="base"),
        SnapshotInfo("ns", "native", "c", parent="base"),
    ]
    containers = {
        "a": Container("ns", "a", snapshotter="overlayfs", snapshot_key="a"),
        "x": Container("ns", "x"),
    }
    snapshot = Snapshot(snapshots={row.row_key: row for row in infos}, containers=containers)
    assert snapshot_users(snapshot) == {"overlayfs/a": "a"}
    assert children_counts(snapshot) == {"overlayfs/base": 2, "native/base": 1}
