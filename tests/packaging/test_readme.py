"""What the README promises."""

import re
from pathlib import Path

from screenshots.take import SHOTS, with_keys

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_keys_is_that_of_the_actions() -> None:
    assert with_keys(README) == README, "run make shots, or screenshots/take.py --keys"


def test_it_opens_with_one_picture_and_the_two_commands() -> None:
    lines = [line for line in README.splitlines() if line.strip()]
    assert lines[1].startswith("![")
    assert lines[2:4] == ["    make run", "    make test"]


def test_every_picture_and_page_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).is_file(), target
    for shot in SHOTS:
        assert (ROOT / "screenshots" / f"{shot.name}.svg").is_file()


def test_make_lists_the_targets_of_the_contributors() -> None:
    makefile = (ROOT / "Makefile").read_text()
    guide = (ROOT / "CONTRIBUTING.md").read_text()
    names = ["run", "dev", "test", "snap", "snap-update", "shots"]
    names += ["protos", "protos-check", "check", "help"]
    for name in names:
        assert re.search(rf"^{name}:.*## ", makefile, re.MULTILINE), name
        assert f"`make {name}" in guide, name
