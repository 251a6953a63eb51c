"""Of two readings that overlap, the one that began later counts."""

from hypothesis import given
from hypothesis import strategies as st

from tui.backend.order import Order


def test_a_reading_that_began_earlier_does_not_overwrite() -> None:
    order = Order()
    first, second = order.begin(), order.begin()
    assert order.admit("task", "a", second)
    assert not order.admit("task", "a", first)
    assert order.admit("task", "b", first)
    assert order.admit("image", "a", first)


def test_a_list_leaves_alone_what_was_read_later() -> None:
    order = Order()
    listing, single = order.begin(), order.begin()
    assert order.admit("task", "a", single)
    assert order.admit_list("task", listing) == {"a"}
    assert not order.admit("task", "b", listing - 1)


def test_a_list_that_began_earlier_is_refused() -> None:
    order = Order()
    first, second = order.begin(), order.begin()
    assert order.admit_list("task", second) == set()
    assert order.admit_list("task", first) is None
    assert order.admit_list("image", first) == set()


def test_after_a_switch_nothing_of_before_counts() -> None:
    order = Order()
    single, listing = order.begin(), order.begin()
    order.close(("task",))
    assert not order.admit("task", "a", single)
    assert order.admit_list("task", listing) is None
    assert order.admit("task", "a", order.begin())


@given(st.data())
def test_once_all_is_quiet_the_last_truth_is_kept(data: st.DataObject) -> None:
    """Any interleaving: a reading begins after each change, and answers come in any order."""
    order, truth, kept = Order(), 0, -1
    flying: list[tuple[bool, int, int]] = []
    flips = st.booleans()
    for _ in range(data.draw(st.integers(1, 12))):
        truth += 1
        whole: bool = data.draw(flips)
        flying.append((whole, order.begin(), truth))
        while data.draw(flips) and flying:
            kept = _answer(order, flying.pop(data.draw(st.integers(0, len(flying) - 1))), kept)
    for index in data.draw(st.permutations(range(len(flying)))):
        kept = _answer(order, flying[index], kept)
    assert kept == truth


def _answer(order: Order, reading: tuple[bool, int, int], kept: int) -> int:
    whole, ticket, value = reading
    if whole:
        keep = order.admit_list("task", ticket)
        return value if keep is not None and "a" not in keep else kept
    return value if order.admit("task", "a", ticket) else kept
