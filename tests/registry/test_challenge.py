"""The header WWW-Authenticate, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend.registry_challenge import Challenge, parse, scopes


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (
            ['Bearer realm="https://a/t",service="s",scope="repository:x:pull,push"'],
            [
                (
                    "bearer",
                    {"realm": "https://a/t", "service": "s", "scope": "repository:x:pull,push"},
                )
            ],
        ),
        (["Basic"], [("basic", {})]),
        (['Basic realm="a, b=\\"c\\""'], [("basic", {"realm": 'a, b="c"'})]),
        (["bearer Realm = x , service=y"], [("bearer", {"realm": "x", "service": "y"})]),
        (
            ['Negotiate, Basic realm=x, Bearer realm="y"'],
            [("negotiate", {}), ("basic", {"realm": "x"}), ("bearer", {"realm": "y"})],
        ),
        (
            ["Basic realm=x", 'Bearer realm="y"'],
            [("basic", {"realm": "x"}), ("bearer", {"realm": "y"})],
        ),
        (["Bearer realm=a,realm=b"], [("bearer", {"realm": "a"})]),
        (['Bearer realm="open'], [("bearer", {"realm": ""})]),
        ([""], []),
        (["realm=x"], []),
        ([', ,"'], []),
    ],
)
def test_all_challenges_are_found(
    headers: list[str], found: list[tuple[str, dict[str, str]]]
) -> None:
    assert [(each.scheme, each.parameters) for each in parse(headers)] == found


@given(st.lists(st.text() | st.text('Bearer=", \\x', max_size=200), max_size=3))
def test_nothing_makes_it_stumble(headers: list[str]) -> None:
    for challenge in parse(headers):
        assert challenge.scheme
        assert scopes(challenge, "x")[0] == "repository:x:pull"


def test_long_nonsense_is_read_in_no_time() -> None:
    assert parse(["a=" * 4000, '"' * 8000, "x " * 4000, "\\" * 8000, 'a="' + '\\"' * 4000])


@pytest.mark.parametrize(
    ("scope", "taken"),
    [
        ("repository:x:pull", []),
        ("repository:p/x:pull", ["repository:p/x:pull"]),
        ("repository:h.tld:5000/x:pull", ["repository:h.tld:5000/x:pull"]),
        ("repository(plugin):y:pull", ["repository(plugin):y:pull"]),
        ("repository:y:pull,push", []),
        ("repository:y:*", []),
        ("registry:catalog:*", []),
        ("", []),
    ],
)
def test_no_more_than_pulling_is_asked_for(scope: str, taken: list[str]) -> None:
    challenge = Challenge("bearer", {"scope": scope})
    assert scopes(challenge, "x") == ["repository:x:pull", *taken]
