"""Pure parts are judged by the glyphs of a UTF-8 terminal."""

from collections.abc import Iterator

import pytest

from widgets.glyphs import use_glyphs


@pytest.fixture(autouse=True)
def utf8_glyphs() -> Iterator[None]:
    """The set in use belongs to the process: leave it as it was found."""
    use_glyphs(False)
    yield
    use_glyphs(None)
