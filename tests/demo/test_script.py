import pytest

from tui.demo.script import ANNOTATION, Script, script_of, signal_number


@pytest.mark.parametrize(
    ("args", "script"),
    [
        (["true"], Script(0, quiet=True)),
        (["/bin/false"], Script(1, quiet=True)),
        (["busybox", "sleep", "1.5"], Script(0, after=1.5, quiet=True)),
        (["sleep", "2m"], Script(0, after=120.0, quiet=True)),
        (["sleep", "inf"], Script(quiet=True)),
        (["sh", "-c", "exit 42"], Script(42, quiet=True)),
        (["sh", "-c", "echo a b; sleep 1; exit 3"], Script(3, 1.0, quiet=True, lines=("a b",))),
        (
            ["sh", "-c", "trap '' TERM; while true; do sleep 1; done"],
            Script(ignores=frozenset({15}), quiet=True),
        ),
        (["nginx"], Script()),
        ([], Script()),
    ],
)
def test_arguments_say_what_a_process_does(args: list[str], script: Script) -> None:
    assert script_of({}, args) == script


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("run", Script()),
        ("exit:3 after:0.2", Script(3, 0.2)),
        ("oom after:5", Script(137, 5.0, oom=True)),
        ("ignore:TERM,SIGHUP,2 quiet", Script(ignores=frozenset({1, 2, 15}), quiet=True)),
        ("frozen", Script(frozen=True)),
        ("refuse:no_such_file", Script(refusal="no such file")),
        ("nonsense exit:x after:y", Script(0)),
    ],
)
def test_the_annotation_says_it_before_the_arguments(text: str, script: Script) -> None:
    assert script_of({ANNOTATION: text}, ["false"]) == script


@pytest.mark.parametrize("number", [0, 17, 18, 23, 28, 19])
def test_harmless_signals_end_nothing(number: int) -> None:
    assert not Script().ends_by(number)
    assert Script(ignores=frozenset({9})).ends_by(9)


def test_signals_have_names_and_numbers() -> None:
    assert [signal_number(name) for name in ("TERM", "SIGTERM", "15", "sigterm")] == [15] * 4
    assert signal_number("NOSUCH") == 0
