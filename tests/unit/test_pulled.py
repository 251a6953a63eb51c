"""The file of earlier references."""

import os
import stat
from pathlib import Path

import pytest

from tui.pulled import LONGEST, MOST, Pulled


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "c9d" / "pulled"


def test_the_newest_stands_first_and_once(path: Path) -> None:
    pulled = Pulled(path)
    assert pulled.names() == ()
    for name in ("nginx", "redis:7", "nginx"):
        pulled.add(name)
    assert Pulled(path).names() == ("nginx", "redis:7")
    assert path.read_text() == "nginx\nredis:7\n"


def test_it_is_for_its_owner_alone_and_leaves_no_drafts(path: Path) -> None:
    Pulled(path).add("nginx")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["pulled"]


def test_at_most_so_many_are_kept(path: Path) -> None:
    pulled = Pulled(path)
    for number in range(MOST + 5):
        pulled.add(f"image:{number}")
    names = pulled.names()
    assert len(names) == MOST
    assert names[0] == f"image:{MOST + 4}"
    assert names[-1] == "image:5"


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"\xff\xfe\x00nginx\n", ()),
        (b"nginx\n\x1b[2Jevil\n\nredis\n", ("nginx", "redis")),
        (b"two words\nnginx\r\nnginx\n", ("nginx",)),
        ("ünïcode\nnginx".encode(), ("nginx",)),
        (b"x" * (LONGEST + 1) + b"\nnginx", ("nginx",)),
        (b"x" * 10_000_000, ()),
        (b"\n".join(b"n%d" % each for each in range(200)), tuple(f"n{n}" for n in range(MOST))),
    ],
)
def test_what_is_broken_is_left_out(path: Path, content: bytes, names: tuple[str, ...]) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert Pulled(path).names() == names
    Pulled(path).add("next")
    assert Pulled(path).names() == ("next", *names)[:MOST]


@pytest.mark.parametrize("name", ["", "two words", "line\nbreak", "x" * (LONGEST + 1), "\x1b"])
def test_what_is_no_reference_is_not_remembered(path: Path, name: str) -> None:
    Pulled(path).add(name)
    assert not path.exists()


def test_a_file_that_cannot_be_written_is_no_reason_to_fail(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    for wrong in (tmp_path / "file" / "pulled", tmp_path):
        pulled = Pulled(wrong)
        pulled.add("nginx")
        assert pulled.names() == ()
    assert caplog.text.count("cannot remember") == 2
    assert os.listdir(tmp_path) == ["file"]
