"""The log file: never larger than its limit for long, and never on the screen."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tui import log_file


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, raising = list(root.handlers), root.level, logging.raiseExceptions
    yield
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        with suppress(OSError):  # the disk that is full
            handler.close()
    root.setLevel(level)
    logging.raiseExceptions = raising


@pytest.mark.parametrize(("ours", "kept"), [(True, False), (False, True)])
def test_only_our_own_log_is_begun_anew_when_it_is_large(
    tmp_path: Path, ours: bool, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "LARGEST", 10)
    target = tmp_path / "deep" / "c9d.log"
    target.parent.mkdir()
    target.write_text("more than ten bytes\n")
    log_file.log_to(target, ours=ours)
    logging.getLogger("c9d.test").info("next \udc80")
    text = target.read_text()
    assert "next \\udc80" in text
    assert ("more than ten" in text) is kept
    assert target.with_name("c9d.log.1").exists() is not kept


def test_a_full_disk_writes_nothing_over_the_screen(capfd: pytest.CaptureFixture[str]) -> None:
    log_file.log_to(Path("/dev/full"), ours=False)
    logging.getLogger("c9d.test").error("lost")
    assert capfd.readouterr() == ("", "")
