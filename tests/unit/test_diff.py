"""What differs between two mappings."""

from hypothesis import given
from hypothesis import strategies as st

from tui.state.diff import apply, diff

rows = st.dictionaries(st.text(max_size=3), st.integers(0, 3), max_size=8)


@given(rows, rows)
def test_applying_the_difference_gives_the_new_mapping(
    old: dict[str, int], new: dict[str, int]
) -> None:
    change = diff(old, new)
    assert apply(old, change) == new
    assert bool(change) is (old != new)


@given(rows, rows)
def test_each_key_is_in_one_part_only(old: dict[str, int], new: dict[str, int]) -> None:
    change = diff(old, new)
    assert set(change.added) == set(new) - set(old)
    assert set(change.removed) == set(old) - set(new)
    assert set(change.changed) == {key for key in old if key in new and old[key] != new[key]}


def test_a_row_that_is_the_same_object_is_not_compared() -> None:
    class Touchy:
        def __eq__(self, other: object) -> bool:
            raise AssertionError("compared")

        __hash__ = None  # type: ignore[assignment]

    row = Touchy()
    assert not diff({"a": row}, {"a": row})
