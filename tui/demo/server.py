"""The command ``c9d demo-engine``: arguments, the checks that a socket needs, and the way out."""

import argparse
import asyncio
import json
import os
import shutil
import socket
import stat
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from tui.demo.faults import Fault

_PATH_LIMIT = 107
"""Bytes of a socket's path that the kernel takes."""
_MOST = 5000
HELP = """\
images that the demo engine pulls are made up, except of these references:
  …/missing:…            there is no such image
  …/private:…            asks for credentials; the password is "demo"
  …/broken:…             a layer has a wrong digest
  …/full:…               the disk is full in the middle of a layer
  …/reset:…              the connection breaks off in the middle of a layer
  …/stall:…              nothing comes for 60 s in the middle of a layer
  nosuch.example/…       no such host
  refused.example/…      the host refuses the connection
  selfsigned.example/…   the host's certificate is not trusted
"""


class _Refused(Exception):
    """The engine cannot start; the text says why in one sentence."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message} (see {self.prog} --help)\n")
        raise SystemExit(2)


def _address(text: str) -> str:
    path = text.removeprefix("unix://")
    if not path:
        raise argparse.ArgumentTypeError("must not be empty")
    return os.path.abspath(path)


def _count(text: str) -> int:
    value = int(text) if text.isdigit() else -1
    if not 0 <= value <= _MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to {_MOST}")
    return value


def _moment(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time like 2025-03-01T12:00Z") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="c9d demo-engine",
        description="The containerd API from memory, with a scripted world, in the foreground.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--address", required=True, type=_address, help="socket to serve on (unix:///path or path)")
    add("--containers", type=_count, default=12, metavar="N", help="containers (default: 12)")
    add("--seed", type=int, default=1, metavar="S", help="makes the curves and names (default: 1)")
    add("--at", type=_moment, metavar="TIME", help="stop the engine's clock at this time")
    add("--faults", type=Path, metavar="PATH", help="JSON list of faults to begin with")
    add("--parent-fd", type=int, help=argparse.SUPPRESS)
    return parser


def _read_faults(path: Path | None) -> tuple["Fault", ...]:
    from tui.demo.faults import Fault

    if path is None:
        return ()
    try:
        rules = json.loads(path.read_text())
        return tuple(Fault.of(rule) for rule in rules)
    except OSError as error:
        raise _Refused(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise _Refused(f"{path} is not a list of faults: {error}") from None


def _claim(path: str) -> None:
    """Make sure that a socket can be made at `path`; remove one that nobody serves any more."""
    if len(os.fsencode(path)) > _PATH_LIMIT:
        raise _Refused(f"the address is longer than {_PATH_LIMIT} bytes: {path}")
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        _check_directory(os.path.dirname(path))
        return
    except OSError as error:
        raise _Refused(f"cannot use {path}: {error.strerror}") from None
    if not stat.S_ISSOCK(mode):
        raise _Refused(f"{path} exists and is not a socket")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
        except OSError as error:
            raise _Refused(f"cannot use {path}: {error.strerror}") from None
    raise _Refused(f"another engine serves {path} already")


def _check_directory(directory: str) -> None:
    if not os.path.isdir(directory):
        raise _Refused(f"there is no directory {directory}")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise _Refused(f"cannot write to {directory}")


def _run(arguments: argparse.Namespace) -> int:
    _claim(arguments.address)
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    faults = _read_faults(arguments.faults)
    from tui.demo.serve import Options, serve

    options = Options(
        path=arguments.address,
        containers=arguments.containers,
        seed=arguments.seed,
        at=arguments.at,
        faults=faults,
        parent=arguments.parent_fd,
        quiet=arguments.parent_fd is not None,
    )
    try:
        return asyncio.run(serve(options))
    finally:
        if arguments.parent_fd is not None:
            # Whoever made the directory may be gone, and this is the last one out.
            shutil.rmtree(os.path.dirname(arguments.address), ignore_errors=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo engine; return the exit code (0 ended, 1 failed, 2 wrong usage)."""
    arguments = _parser().parse_args(sys.argv[1:] if argv is None else list(argv))
    try:
        return _run(arguments)
    except _Refused as refused:
        sys.stderr.write(f"c9d demo-engine: {refused}\n")
        return 1
    except (OSError, RuntimeError) as error:
        # gRPC says RuntimeError when it cannot bind.
        sys.stderr.write(f"c9d demo-engine: cannot serve {arguments.address}: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
