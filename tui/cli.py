"""The command line: arguments and environment become settings, settings become the app.

Nothing heavy is imported before it must be: Textual after the splash line,
gRPC after the first painted frame.
"""

import argparse
import gc
import os
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from tui import __version__, splash
from tui.locales import says_utf8, users_own
from tui.settings import (
    DEFAULT_ADDRESS,
    DEFAULT_NAMESPACE,
    DEFAULT_REFRESH,
    DEFAULT_SNAPSHOTTER,
    Settings,
    names_namespace,
    socket_path,
    state_directory,
)

DESCRIPTION = "The terminal dashboard for containerd."
EPILOG = """\
environment:
  CONTAINERD_ADDRESS, CONTAINERD_NAMESPACE, CONTAINERD_SNAPSHOTTER
                        used where the flag is not given
  NO_COLOR              draw without colours

Without -a, c9d opens the daemon that CONTAINERD_ADDRESS names, else the one at
/run/containerd/containerd.sock; where there is none it opens the demo engine
and says so. "c9d demo-engine --help" tells how to run the demo engine alone.
"""
REFRESH_RANGE = (0.2, 60.0)
_LONGEST = 200
"""Characters of an unexpected error that are told; the log has all."""


class _Refused(Exception):
    """c9d cannot start; the text says why in one sentence."""


class _Parser(argparse.ArgumentParser):
    """A parser that refuses with one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print `message` and the way out, and leave with code 2."""
        sys.stderr.write(f"c9d: {_printable(message)} (see c9d --help)\n")
        raise SystemExit(2)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def _seconds(text: str) -> float:
    low, high = REFRESH_RANGE
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low} to {high:g}")
    return value


def _filled(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="c9d",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("-a", "--address", type=_filled, help="socket of the daemon, a path or unix:// address")
    add("-n", "--namespace", type=_filled, help=f"namespace to open (default: {DEFAULT_NAMESPACE})")
    add(
        "--snapshotter",
        metavar="NAME",
        type=_filled,
        help=f"snapshotter to use (default: {DEFAULT_SNAPSHOTTER})",
    )
    add("--demo", action="store_true", help="open the demo engine")
    add("--read-only", action="store_true", help="refuse everything that changes the daemon")
    add(
        "--refresh",
        metavar="SECONDS",
        type=_seconds,
        default=DEFAULT_REFRESH,
        help=f"time between two metric samples (default: {DEFAULT_REFRESH:g})",
    )
    add(
        "--log-file",
        metavar="PATH",
        type=Path,
        help="write the log there (default: c9d.log under $XDG_STATE_HOME/c9d)",
    )
    add("--version", action="version", version=f"c9d {__version__}")
    return parser


def _is_socket(path: str) -> bool:
    """Whether a socket is there, or something that we may not look at."""
    try:
        return stat.S_ISSOCK(Path(path).stat().st_mode)
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False


def settings_of(arguments: argparse.Namespace, environ: Mapping[str, str]) -> tuple[Settings, str]:
    """Settle flags, environment and defaults, in that order.

    Returns:
        The settings, and a notice for the screen, ``""`` when there is nothing to say.
    """
    named = arguments.address or environ.get("CONTAINERD_ADDRESS")
    address = socket_path(named or DEFAULT_ADDRESS)
    demo, notice = arguments.demo, ""
    if not demo and not arguments.address and not _is_socket(address):
        demo = True
        notice = f"No containerd at {address}: this is the demo engine."
    settings = Settings(
        address=address,
        namespace=arguments.namespace or environ.get("CONTAINERD_NAMESPACE") or DEFAULT_NAMESPACE,
        snapshotter=arguments.snapshotter
        or environ.get("CONTAINERD_SNAPSHOTTER")
        or DEFAULT_SNAPSHOTTER,
        demo=demo,
        read_only=arguments.read_only,
        refresh=arguments.refresh,
        log_file=arguments.log_file,
        ascii=not says_utf8(environ),
        diff_display=not environ.get("C9D_NO_DIFF"),
    )
    return settings, notice


def _log(settings: Settings) -> Settings:
    """Open the log; the settings then name the file, None where it cannot be written.

    Raises:
        _Refused: a file that was asked for cannot be written.
    """
    from tui.log_file import log_nowhere, log_to  # half a start-up's worth of modules

    target = settings.log_file or state_directory() / "c9d.log"
    try:
        log_to(target, ours=settings.log_file is None)
    except OSError as error:
        if settings.log_file is not None:
            raise _Refused(f"cannot write the log {target}: {error.strerror}") from None
        log_nowhere()
        return settings
    return replace(settings, log_file=target)


def _failed(error: BaseException, settings: Settings) -> int:
    """Tell of an error that nobody expected, once the terminal is back; return the exit code."""
    where = f"see {settings.log_file}" if settings.log_file else "no log could be written"
    what = _printable(f"{type(error).__name__}: {error}"[:_LONGEST])
    sys.stderr.write(f"c9d: ended by an unexpected error ({what}); {where}\n")
    return 1


def _open(settings: Settings, notice: str) -> int:
    """Start the demo engine if one is wanted, and run the app; return its exit code."""
    engine = None
    if settings.demo:
        from tui.demo.launch import DemoEngine

        engine = DemoEngine.start(wait=False)
        settings = replace(settings, address=engine.address)
    try:
        from tui.app import C9dApp

        app = C9dApp(settings, notice=notice)
        app.run()
        splash.taken()
        return _failed(app.failure, settings) if app.failure else app.return_code or 0
    finally:
        if engine is not None:
            engine.close()


def _run(settings: Settings, notice: str) -> int:
    """Show the splash line and open the dashboard; return the exit code."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        sys.stderr.write("c9d: needs a terminal on standard input and standard error\n")
        return 2
    gc.disable()  # the imports make no garbage worth collecting; the app turns it on again
    splash.show("the demo engine" if settings.demo else settings.address)
    try:
        settings = _log(settings)
        return _open(settings, notice)
    except (_Refused, OSError) as error:
        splash.leave()
        sys.stderr.write(f"c9d: {_printable(str(error))}\n")
        return 2
    except Exception as error:
        splash.leave()
        _log_failure(error)
        return _failed(error, settings)
    finally:
        splash.leave()


def _log_failure(error: Exception) -> None:
    import logging

    logging.getLogger(__name__).error("unexpected error", exc_info=error)


def main(argv: Sequence[str] | None = None) -> int:
    """Run c9d; return the exit code (0 done, 1 failed, 2 wrong usage)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["demo-engine"]:
        from tui.demo.server import main as demo_engine

        return demo_engine(arguments[1:])
    parser = _parser()
    parsed = parser.parse_args(arguments)
    settings, notice = settings_of(parsed, users_own(os.environ))
    if not names_namespace(settings.namespace):
        source = "--namespace" if parsed.namespace else "CONTAINERD_NAMESPACE"
        parser.error(f"{source} {settings.namespace!r} cannot be the name of a namespace")
    try:
        return _run(settings, notice)
    except KeyboardInterrupt:
        return 130
