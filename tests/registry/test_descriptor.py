"""Descriptors: read strictly, refused by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend.registry import Descriptor
from tui.backend.registry_errors import WrongContent

DIGEST = f"sha256:{'a' * 64}"
GOOD: dict[str, Any] = {"mediaType": "m", "digest": DIGEST, "size": 3}


def test_all_of_it_is_read() -> None:
    more = {"annotations": {"a": "b"}, "platform": {"os": "linux"}, "urls": ["x"]}
    found = Descriptor.from_json(GOOD | more)
    assert found == Descriptor("m", DIGEST, 3, {"a": "b"}, {"os": "linux"})
    assert found.short == "sha256:aaaaaaaaaaaa"
    assert len({found, Descriptor.from_json(GOOD)}) == 2
    assert Descriptor.from_json(GOOD).annotations == {}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"digest": None}, "no digest"),
        ({"digest": "sha256:abc"}, "no digest"),
        ({"digest": f"../../{DIGEST}"}, "no digest"),
        ({"digest": [DIGEST]}, "no digest"),
        ({"size": -1}, "size of sha256:aaaaaaaaaaaa is -1"),
        ({"size": 2**63}, "size of"),
        ({"size": True}, "size of"),
        ({"size": 1.5}, "size of"),
        ({"size": "3"}, "size of"),
        ({"mediaType": ""}, "media type"),
        ({"mediaType": 1}, "media type"),
        ({"platform": "linux"}, "platform"),
        ({"annotations": []}, "annotations"),
        ({"annotations": {"a": 1}}, "annotations"),
    ],
)
def test_what_is_none_is_refused(change: dict[str, Any], why: str) -> None:
    with pytest.raises(WrongContent, match=why):
        Descriptor.from_json(GOOD | change)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(_JSON, st.dictionaries(st.sampled_from([*GOOD, "annotations", "platform"]), _JSON))
def test_nothing_else_comes_out_of_it(value: object, change: dict[str, Any]) -> None:
    for each in (value, GOOD | change):
        sentence = ""
        try:
            found = Descriptor.from_json(each)
        except WrongContent as error:
            sentence = str(error)
        assert sentence.isprintable()
        if not sentence:
            assert found.size >= 0
            assert json.dumps(found.digest)
