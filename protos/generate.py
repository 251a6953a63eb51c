"""Generate the Python code of the .proto files beside this one, or check it.

    python protos/generate.py           write the code
    python protos/generate.py --check   fail if the committed code is not what would be written

The tools are the oldest ones that we support (dependency group ``protos``):
code made by them runs on every newer protobuf and gRPC.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import grpc_tools
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
PATTERNS = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")


def generate(target: Path) -> None:
    """Write the generated code below `target`, which must exist.

    Raises:
        SystemExit: the compiler refused a file; it has said why on stderr.
    """
    sources = sorted(f"protos/{path.name}" for path in PROTOS.glob("*.proto"))
    services = [name for name in sources if "\nservice " in (ROOT / name).read_text()]
    includes = [f"-I{ROOT}", f"-I{Path(grpc_tools.__file__).parent / '_proto'}"]
    runs = [
        [f"--python_out={target}", f"--mypy_out=quiet:{target}", *sources],
        [f"--grpc_python_out={target}", f"--mypy_grpc_out=quiet:{target}", *services],
    ]
    for run in runs:
        if protoc.main(["protoc", *includes, *run]) != 0:
            sys.exit("protoc failed")


def generated(folder: Path) -> dict[str, bytes]:
    """Return the generated files of `folder` by name."""
    paths = [path for pattern in PATTERNS for path in folder.glob(pattern)]
    return {path.name: path.read_bytes() for path in paths}


def differences(fresh: dict[str, bytes], committed: dict[str, bytes]) -> list[str]:
    """Name the files that are missing, left over or different."""
    names = sorted(fresh.keys() | committed.keys())
    return [name for name in names if fresh.get(name) != committed.get(name)]


def main() -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args()
    # protoc finds the stub generator beside the interpreter, in the same environment.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        fresh, committed = generated(Path(folder) / "protos"), generated(PROTOS)
        stale = differences(fresh, committed)
        if options.check:
            for name in stale:
                print(f"protos/{name} is stale: run make protos")
            return 1 if stale else 0
        for name in committed.keys() - fresh.keys():
            (PROTOS / name).unlink()
        for name in stale:
            if name in fresh:
                shutil.copyfile(Path(folder) / "protos" / name, PROTOS / name)
        print(f"{len(fresh)} files, {len(stale)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
