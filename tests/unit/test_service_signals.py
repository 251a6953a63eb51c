"""Signals: as people, images and the kernel write them."""

from __future__ import annotations

import signal
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend.errors import InvalidArgument
from tui.backend.signals import signal_number


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("TERM", 15),
        ("SIGTERM", 15),
        ("sigkill", 9),
        (" HUP ", 1),
        ("2", 2),
        (9, 9),
        ("RTMIN+3", signal.SIGRTMIN + 3),
        ("SIGRTMIN", signal.SIGRTMIN),
        ("SIGRTMAX-1", signal.SIGRTMAX - 1),
    ],
)
def test_a_signal_has_names_and_a_number(value: str | int, number: int) -> None:
    assert signal_number(value) == number


@pytest.mark.parametrize(
    "value", ["", "0", 0, -1, 65, "999", "SIG", "TERMINATE", "RTMIN+99", "\uff19", "_DFL", True]
)
def test_what_is_no_signal_is_refused(value: str | int) -> None:
    with pytest.raises(InvalidArgument, match="There is no signal"):
        signal_number(value)


@given(st.text())
def test_any_text_is_a_signal_or_refused(value: str) -> None:
    with suppress(InvalidArgument):
        assert 1 <= signal_number(value) <= signal.SIGRTMAX
