"""What an app of one picture chose must not show in the next."""

from collections.abc import Iterator

import pytest

from widgets.glyphs import use_glyphs


@pytest.fixture(autouse=True)
def own_glyphs() -> Iterator[None]:
    """The set in use belongs to the process: leave it as it was found."""
    yield
    use_glyphs(None)
