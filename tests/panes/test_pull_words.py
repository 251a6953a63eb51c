"""What is said of pulls, ours and those of others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.pulls import downloading, ended, layers, pull
from tests.support.world import MIB, NOW
from tui.screens.pull_words import (
    LINGER,
    asked,
    foremost,
    layer_lines,
    sentence,
    strip_lines,
    whole_lines,
)
from tui.state.arrivals import Arrival
from tui.state.progress import LayerPhase, PullPhase, PullProgress
from tui.state.pulls import PullState
from widgets.activity import ActivityLine
from widgets.bars import line_width
from widgets.glyphs import use_glyphs


@pytest.fixture(autouse=True)
def _unicode() -> Iterator[None]:
    use_glyphs(ascii=False)
    yield
    use_glyphs(None)


def said(line: ActivityLine) -> str:
    """The words of a line without its bar."""
    parts = "|".join(text for item in line.parts for text, _ in item.spans)
    return f"{line.label} {line.text} {parts}".strip()


def one(state: PullState) -> ActivityLine:
    (line,) = strip_lines([state], [], NOW)
    return line


def test_a_download_tells_bytes_rate_time_left_and_layers() -> None:
    line = one(pull())
    assert line.fraction == pytest.approx(28.9 / 36, abs=0.01)
    assert said(line) == "↓ nginx:1.28  28.9/36.0 MiB| 7.1 MiB/s|   2s|3/9 layers"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"phase": PullPhase.RESOLVING, "layers": ()}, "resolving"),
        ({"phase": PullPhase.UNPACKING}, "unpacking 3/9 layers"),
        ({"phase": PullPhase.DONE}, "finishing"),
    ],
)
def test_other_phases_are_named(changes: dict[str, object], text: str) -> None:
    line = one(pull(replace(downloading(), **changes)))  # type: ignore[arg-type]
    assert line.text == text
    assert not line.parts


def test_the_bar_of_unpacking_counts_layers_and_is_not_full_before_the_end() -> None:
    progress = replace(downloading(), phase=PullPhase.UNPACKING)
    assert one(pull(progress)).fraction == pytest.approx(3 / 9)
    assert one(pull(replace(progress, layers=()))).fraction is None


def test_a_cancelled_one_says_so_while_it_cleans_up() -> None:
    assert one(replace(pull(), cancelling=True)).text == "cancelling"


@pytest.mark.parametrize("missing", ["rate", "left"])
def test_what_nobody_can_tell_leaves_its_column_free(missing: str) -> None:
    known = one(pull())
    unknown = one(pull(replace(downloading(), **{missing: None})))  # type: ignore[arg-type]
    assert line_width(known.parts) == line_width(unknown.parts)


def test_unknown_sizes_give_no_bar_and_no_whole() -> None:
    blind = tuple(replace(each, size=0) for each in layers(3))
    line = one(pull(PullProgress("docker.io/a/b:c", "x", PullPhase.DOWNLOADING, blind)))
    assert line.fraction is None
    assert said(line).startswith("↓ a/b:c  ")
    assert "/" not in said(line).split("|")[0].removeprefix("↓ a/b:c")


def test_figures_of_several_pulls_stand_in_columns_of_one_width() -> None:
    large = replace(downloading("docker.io/acme/big:1"), layers=layers(12, 500.0), rate=12.0)
    lines = strip_lines([pull(), pull(large, 2)], [], NOW)
    widths = {tuple(item.width for item in line.parts) for line in lines}
    assert len(widths) == 1


@pytest.mark.parametrize(
    ("state", "text", "notice"),
    [
        (ended(PullPhase.DONE), "pulled in 12s, 45 MiB", "Pulled nginx:1.28 in 12s, 45 MiB."),
        (
            ended(PullPhase.DONE, refetched=MIB),
            "pulled in 12s, 45 MiB, 1.0 MiB of it again",
            "Pulled nginx:1.28 in 12s, 45 MiB, 1.0 MiB of it again.",
        ),
        (
            ended(PullPhase.CANCELLED),
            "cancelled after 12s",
            "Cancelled the pull of nginx:1.28.",
        ),
        (
            ended(PullPhase.FAILED, "There is no tag."),
            "There is no tag.",
            "nginx:1.28: There is no tag.",
        ),
    ],
)
def test_ends_are_told(state: PullState, text: str, notice: str) -> None:
    assert one(state).text == text
    assert sentence(state) == notice


def test_nothing_fetched_is_said() -> None:
    there = tuple(replace(each, phase=LayerPhase.EXISTS) for each in layers(3))
    progress = replace(downloading(), phase=PullPhase.DONE, layers=there, fetched=0)
    assert one(pull(progress, ended=True)).text == "pulled in 12s, nothing had to be fetched"


def test_a_success_goes_after_a_while_and_a_failure_stays() -> None:
    states = [ended(PullPhase.DONE), ended(PullPhase.FAILED, "No."), ended(PullPhase.CANCELLED)]
    assert len(strip_lines(states, [], NOW + timedelta(seconds=LINGER - 1))) == 3
    (line,) = strip_lines(states, [], NOW + timedelta(seconds=LINGER))
    assert line.text == "No."


def test_failures_stand_first_and_what_is_done_last() -> None:
    states = [ended(PullPhase.DONE), pull(number=2), ended(PullPhase.FAILED, "No.")]
    lines = strip_lines(states, [], NOW)
    assert [line.text for line in lines] == ["No.", "", "pulled in 12s, 45 MiB"]


def test_others_have_a_line_for_each_namespace() -> None:
    arrivals = [
        Arrival("k8s.io", 3, int(40.1 * MIB), 98 * MIB, 5.2 * MIB),
        Arrival("moby", 1, 5 * MIB, 0),
        Arrival("slow", 1, 5 * MIB, 10 * MIB, 0.0, idle=47.0),
    ]
    lines = strip_lines([], arrivals, NOW)
    assert said(lines[0]) == "↓ k8s.io: 3 blobs  40.1/98.0 MiB| 5.2 MiB/s"
    assert lines[0].fraction == pytest.approx(0.409, abs=0.001)
    assert lines[1].fraction is None
    assert said(lines[1]).endswith("5.0 MiB|")
    assert lines[2].text == " 5.0/10.0 MiB  no bytes for 40s"


def test_layers_say_what_is_done_with_them() -> None:
    def notes(state: PullState) -> list[str]:
        return [line.note for line in layer_lines(state)]

    running = ["already there", "done", "unpacking", "downloaded", "downloading", "waiting"]
    assert notes(pull(downloading(count=6))) == running
    over = ["already there", "done", "not done", "downloaded", "not done", "not done"]
    failed = replace(downloading(count=6), phase=PullPhase.FAILED)
    assert notes(pull(failed, ended=True, error="No.")) == over
    done = pull(replace(downloading(count=6), phase=PullPhase.DONE), ended=True)
    assert notes(done) == ["already there"] + ["done"] * 5
    assert {line.fraction for line in layer_lines(done)} == {1.0}
    assert layer_lines(done)[5].figures == "4.0/4.0 MiB"


def test_the_whole_pull_has_two_lines_whatever_it_does() -> None:
    first, second = whole_lines(pull())
    assert (first.label, first.figures, first.note) == (
        "downloading",
        "28.9/36.0 MiB",
        "3/9 layers",
    )
    assert (second.figures, second.note) == (" 7.1 MiB/s", "2s left")
    for state in (
        pull(replace(downloading(), phase=PullPhase.UNPACKING)),
        pull(PullProgress("a", "b")),
        replace(pull(), cancelling=True),
        pull(replace(downloading(), left=None)),
    ):
        first, second = whole_lines(state)
        assert second.note == ""


def test_the_foremost_pull_failed_or_runs_or_is_the_last() -> None:
    done, runs = ended(PullPhase.DONE), pull(number=2)
    failed = ended(PullPhase.FAILED, "No.")
    assert foremost([done, runs, failed]) is failed
    assert foremost([done, runs]) is runs
    assert foremost([ended(PullPhase.CANCELLED), done]) is done


def test_where_a_pull_goes_is_said() -> None:
    state = pull()
    request = replace(state.request, snapshotter="native", platform="linux/arm64")
    assert asked(replace(state, request=request)) == (
        "namespace default · linux/arm64 · unpacked to native"
    )
    assert asked(replace(state, request=replace(request, unpack=False, platform=None))) == (
        "namespace default · not unpacked"
    )


def test_hostile_names_and_sentences_are_made_safe() -> None:
    evil = "\x1b[31m[/b]\u202e"
    state = ended(PullPhase.FAILED, f"No {evil}.")
    state = replace(state, request=replace(state.request, reference=f"docker.io/{evil}"))
    arrival = Arrival(evil, 1, 0, 0)
    (mine, other) = strip_lines([state], [arrival], NOW)
    for text in (mine.label, mine.text, other.label, sentence(state)):
        assert text.isprintable()
