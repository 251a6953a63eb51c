"""Which real engines the tests can use, and what happens where there are none."""

from __future__ import annotations

import os

import pytest

from tests.engines.layout import ENGINE_IDS, ENGINES, HOW, recorded_version, why_missing

ENGINE_PARAMS = [
    pytest.param(engine_id, marks=pytest.mark.engine, id=f"containerd-{engine_id}")
    for engine_id in ENGINE_IDS
]
"""One marked parameter per engine, for fixtures and for parametrize."""


def need_engine(engine_id: str) -> None:
    """Skips the test where this engine cannot run, or fails it where engines must be there.

    Args:
        engine_id: one of `ENGINE_IDS`.
    """
    if why_missing(engine_id) is None:
        return
    # The same text for every test, so that pytest folds them into one line.
    missing = ", ".join(name for name in ENGINE_IDS if why_missing(name) is not None)
    reason = f"no real containerd {missing} here; {HOW}"
    if os.environ.get("C9D_REQUIRE_ENGINES") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def engines_line() -> str:
    """Returns one line that names the engines with their versions, or how to get them."""
    found = {spec.id: recorded_version(spec.home) for spec in ENGINES}
    if not any(found.values()):
        return f"real engines: none; {HOW}"
    named = [f"containerd {name} ({version or 'missing'})" for name, version in found.items()]
    needs_root = "" if os.geteuid() == 0 else "; not root, so they are not used"
    return f"real engines: {', '.join(named)}{needs_root}"
