"""What an installed c9d is made of, and what importing it costs."""

import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with a wheel and an sdist of this checkout."""
    target = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return target


@pytest.fixture(scope="session")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a fresh environment that holds the wheel."""
    target = tmp_path_factory.mktemp("venv")
    venv.create(target, with_pip=True)
    subprocess.run(
        [
            *(str(target / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"),
            *("install", "-q", "-c", str(ROOT / "constraints.txt")),
            str(next(built.glob("*.whl"))),
        ],
        check=True,
        cwd="/",
    )
    return target / "bin"


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_wheel_and_sdist_carry_styles_protos_and_typing_marker(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        in_wheel = set(wheel.namelist())
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        in_sdist = {name.partition("/")[2] for name in sdist.getnames()}
    styles = {str(path.relative_to(ROOT)) for path in (ROOT / "styles").glob("*.tcss")}
    protos = {str(path.relative_to(ROOT)) for path in (ROOT / "protos").glob("*_pb2*")}
    markers = {f"{package}/py.typed" for package in ("tui", "widgets", "protos")}
    assert styles
    assert protos
    for content in (in_wheel, in_sdist):
        assert styles | protos | markers <= content
    assert "Makefile" in in_sdist
    assert not [name for name in in_wheel if name.startswith(("tests", "screenshots"))]


@pytest.mark.slow
@pytest.mark.xdist_group("packaging")
def test_installed_wheel_runs_from_the_root_folder(installed: Path, tmp_path: Path) -> None:
    said = subprocess.run(
        [str(installed / "c9d"), "--version"], check=True, capture_output=True, text=True, cwd="/"
    )
    assert said.stdout.startswith("c9d ")
    where = subprocess.run(
        [str(installed / "python"), "-c", "import tui.paths as p; print(p.STYLES)"],
        check=True,
        capture_output=True,
        text=True,
        cwd="/",
    )
    assert str(installed.parent) in where.stdout
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    with Terminal([str(installed / "c9d"), "--demo"], env=env, cwd="/") as terminal:
        terminal.wait_for("running", timeout=60)
        terminal.send("q")
        assert terminal.wait_exit() == 0


def test_the_packages_lie_beside_our_styles() -> None:
    import tui
    from tui.paths import STYLES

    assert tui.__file__ is not None
    assert Path(tui.__file__).parents[1] == STYLES.parent


FORBIDDEN = {
    "tui.cli": {"textual", "grpc", "google", "asyncio", "logging", "humanize", "aiohttp"},
    "tui.demo.launch": {"textual", "grpc", "google"},
    "tui.state.snapshot": {"textual", "grpc", "google"},
    "tui.app": {"grpc", "google", "humanize", "yaml", "aiohttp", "yarl", "markdown_it"},
    "tui.backend.service": {"textual", "aiohttp", "yarl"},
    "tui.backend.registry": {"textual", "aiohttp", "yarl", "multidict"},
    "widgets.table": {"grpc", "google", "tui", "humanize"},
}


@pytest.mark.parametrize("module", FORBIDDEN)
def test_importing_stays_cheap(module: str) -> None:
    script = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & FORBIDDEN[module]
