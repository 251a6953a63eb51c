"""How a process behaves: read from the spec's ``c9d.demo/script`` annotation, else from its args.

The annotation is a list of words: ``run`` (the default), ``exit:3``, ``oom``,
``after:0.2`` (seconds until the exit or the OOM kill), ``ignore:TERM,HUP``,
``frozen`` (its shim does not answer), ``refuse:text_with_underscores`` (runc
will not create it), ``quiet`` (it logs nothing).
"""

import json
import re
import shlex
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

ANNOTATION = "c9d.demo/script"
LOAD = "c9d.demo/load"
"""Annotation that names the curves of a container, see `tui.demo.gauges`."""
_HARMLESS = frozenset(
    {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}
    | {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
)
_ENDLESS = re.compile(r"\b(while|top|yes|tail\s+-f|cat)\b|sleep\s+inf")


@dataclass(frozen=True, slots=True)
class Script:
    """What a process does by itself, and what it thinks of signals."""

    exit_status: int | None = None
    """How it ends by itself; None: it does not."""
    after: float = 0.0
    """Seconds from its start to that end."""
    oom: bool = False
    """The kernel ends it, for memory."""
    ignores: frozenset[int] = frozenset()
    frozen: bool = False
    refusal: str = ""
    quiet: bool = False
    lines: tuple[str, ...] = ()
    """What it writes to its standard output when it starts."""

    def ends_by(self, number: int) -> bool:
        """Whether signal `number` ends it."""
        if number == signal.SIGKILL:
            return True
        return number > 0 and number not in _HARMLESS and number not in self.ignores


def decode_spec(value: bytes) -> dict[str, Any]:
    """Read the JSON of a container's or process's spec; anything else is an empty one."""
    try:
        spec = json.loads(value or b"{}")
    except ValueError:
        return {}
    return spec if isinstance(spec, dict) else {}


def script_of(annotations: Mapping[str, str], args: Sequence[str]) -> Script:
    """Find out how a process behaves."""
    text = annotations.get(ANNOTATION)
    return _from_args(list(args)) if text is None else _from_words(text)


def signal_number(name: str) -> int:
    """The number of a signal called ``15``, ``TERM`` or ``SIGTERM``; 0 for no such signal."""
    if name.isdigit():
        return int(name)
    full = name.upper() if name.upper().startswith("SIG") else f"SIG{name.upper()}"
    return signal.Signals[full].value if full in signal.Signals.__members__ else 0


def _from_words(text: str) -> Script:
    script = Script()
    for word in text.split():
        name, _, value = word.partition(":")
        match name:
            case "exit":
                script = replace(script, exit_status=_number(value))
            case "oom":
                script = replace(script, oom=True, exit_status=128 + signal.SIGKILL)
            case "after":
                script = replace(script, after=_seconds(value))
            case "ignore":
                numbers = frozenset(signal_number(item) for item in value.split(","))
                script = replace(script, ignores=numbers)
            case "frozen":
                script = replace(script, frozen=True)
            case "refuse":
                script = replace(script, refusal=value.replace("_", " "))
            case "quiet":
                script = replace(script, quiet=True)
    return script


def _from_args(args: list[str]) -> Script:
    program = PurePosixPath(args[0]).name if args else ""
    if program == "busybox" and len(args) > 1:
        args = args[1:]
        program = args[0]
    match program:
        case "true":
            return Script(0, quiet=True)
        case "false":
            return Script(1, quiet=True)
        case "sleep":
            return _sleeping(args[1:2])
        case "echo":
            return Script(0, quiet=True, lines=(" ".join(args[1:]),))
        case "sh" | "bash" | "ash" if len(args) > 2 and args[1] in ("-c", "-ec"):
            return _from_shell(args[2])
    return Script()


def _sleeping(args: Sequence[str]) -> Script:
    if not args or args[0] in ("inf", "infinity"):
        return Script(quiet=True)
    return Script(0, after=_seconds(args[0]), quiet=True)


def _from_shell(text: str) -> Script:
    """Follow the few statements that a shell one-liner in a test or an example is made of."""
    script = Script(0, quiet=True)
    lines: list[str] = []
    for statement in re.split(r"[;\n]|&&", text):
        words = _words(statement)
        if words[:1] == ["trap"] and len(words) > 2 and words[1] in ("", ":"):
            numbers = frozenset(signal_number(word) for word in words[2:])
            script = replace(script, ignores=script.ignores | numbers)
        elif _ENDLESS.search(statement):
            script = replace(script, exit_status=None, after=0.0)
            break
        elif words[:1] == ["sleep"]:
            script = replace(script, after=script.after + _seconds(words[-1]))
        elif words[:1] == ["echo"]:
            lines.append(" ".join(words[1:]))
        elif words[:1] == ["exit"]:
            script = replace(script, exit_status=_number(words[-1]))
            break
        elif words[:1] == ["false"]:
            script = replace(script, exit_status=1)
    return replace(script, lines=tuple(lines))


def _words(statement: str) -> list[str]:
    try:
        return shlex.split(statement)
    except ValueError:
        return statement.split()


def _number(text: str) -> int:
    return int(text) & 0xFF if text.isdigit() else 0


def _seconds(text: str) -> float:
    units = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
    scale = units.get(text[-1:], 0.0)
    try:
        return float(text[:-1]) * scale if scale else float(text)
    except ValueError:
        return 0.0
