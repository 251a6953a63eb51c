"""Pulls of c9d beside those of ctr, alternated on the same daemon.

    python -m tests.bench.pull [--pairs N] [--engine 1.6]...

Prints a table and writes what was measured as JSON. Each pull goes into an empty
namespace from a registry on loopback; what is compared is the ratio of neighbours.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.engines.layout import ENGINE_IDS
from tests.support.daemon import Daemon
from tests.support.docker_registry import DockerRegistry
from tests.support.image import BuiltImage, build_image

ROOT = Path(__file__).resolve().parents[2]
LAYERS = 9
LAYER = 34 << 20
FILES = 170
"""Files in a layer: what is unpacked is not one file."""


def image() -> BuiltImage:
    """Builds an image of nine layers and about 300 MB that compress little."""
    random.seed(7)
    layers = [
        {
            f"layer-{number}/{name}": (random.randbytes(LAYER // FILES), 0o644)
            for name in range(FILES)
        }
        for number in range(LAYERS)
    ]
    return build_image(layers, reference="bench/big:1")


def timed(command: list[str], environment: dict[str, str] | None = None) -> dict[str, float]:
    """Runs a command; returns its wall and CPU seconds, or what it says of them itself.

    c9d is open when somebody pulls: its own start is no part of a pull.
    """
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    said, errors = process.communicate()
    wall = time.monotonic() - began
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: {errors.decode(errors='replace')}")
    if said.startswith(b"{"):
        spent: dict[str, float] = json.loads(said)
        return spent
    return {"wall": wall}


def pair(daemon: Daemon, reference: str, number: int = 0) -> dict[str, dict[str, float]]:
    """Pulls with both, each into an empty namespace; each goes first every other time."""
    plain = [] if daemon.engine_id == "2.x" else ["--plain-http"]
    taken: dict[str, dict[str, float]] = {}
    for who in ("ctr", "c9d") if number % 2 else ("c9d", "ctr"):
        namespace = daemon.namespace()
        environment = None
        if who == "ctr":
            environment = daemon.environment()
            program = str(daemon.spec.bin / "ctr")
            command = [program, "-a", daemon.address, "-n", namespace]
            command += ["images", "pull", "--skip-metadata", *plain, reference]
        else:
            command = [sys.executable, "-m", "tests.pull.puller"]
            command += [daemon.address, namespace, reference]
        taken[who] = timed(command, environment)
        # Blobs are shared between namespaces: the next one shall find nothing.
        daemon.ctr("images", "rm", "--sync", reference, namespace=namespace)
        subprocess.run(["sync"], check=True)
    return taken


def bench(engine_id: str, reference: str, pairs: int) -> dict[str, Any]:
    """Alternates the two on one daemon."""
    with Daemon(engine_id) as daemon:
        pair(daemon, reference)  # the first one of a daemon pays for what nobody had read
        taken = [pair(daemon, reference, number) for number in range(pairs)]
        version = daemon.version
    ratios = sorted(each["c9d"]["wall"] / each["ctr"]["wall"] for each in taken)
    return {
        "version": version,
        "pairs": taken,
        "ratio": statistics.median(ratios),
        "ratios": ratios,
        "ctr_wall": statistics.median(each["ctr"]["wall"] for each in taken),
    } | {
        f"c9d_{what}": statistics.median(each["c9d"][what] for each in taken)
        for what in ("wall", "cpu", "rss")
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--engine", action="append", choices=ENGINE_IDS)
    parser.add_argument("--json", type=Path, default=ROOT / ".benchmarks" / "pull.json")
    options = parser.parse_args()
    built = image()
    found: dict[str, Any] = {}
    with DockerRegistry() as registry:
        reference = registry.push(built, "bench/big:1")
        print("engine      ctr s  c9d s  ratio (least - most)   c9d CPU s  c9d MiB")
        for engine_id in options.engine or ENGINE_IDS:
            row = found[engine_id] = bench(engine_id, reference, options.pairs)
            print(
                f"{row['version'][:10]:10}  {row['ctr_wall']:5.1f}  {row['c9d_wall']:5.1f}  "
                f"{row['ratio']:5.2f} ({row['ratios'][0]:.2f} - {row['ratios'][-1]:.2f})       "
                f"{row['c9d_cpu']:6.2f}     {row['c9d_rss']:5.0f}",
                flush=True,
            )
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
