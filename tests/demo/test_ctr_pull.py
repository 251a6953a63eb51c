"""containerd's own command line pulls from the demo engine, as its 2.x does by itself."""

import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from tests.engines.layout import engine
from tests.support.engines import need_engine
from tui.demo.control import Control
from tui.demo.launch import DemoEngine

Ctr = Callable[..., "subprocess.CompletedProcess[str]"]
NGINX = "docker.io/library/nginx:1.28"

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def command(demo: DemoEngine) -> Iterator[list[str]]:
    need_engine("2.x")
    with Control(demo.address) as control:
        control.pull_rate(60 << 20)
        yield [str(engine("2.x").bin / "ctr"), "-a", demo.address]


@pytest.fixture
def ctr(command: list[str]) -> Ctr:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=120)

    return run


def test_it_pulls_and_the_image_is_complete_and_unpacked(ctr: Ctr) -> None:
    done = ctr("images", "pull", NGINX)
    assert done.returncode == 0, done.stderr
    assert "saved" in done.stdout
    assert "already exists" in done.stdout
    (line,) = (line for line in ctr("images", "check").stdout.splitlines() if NGINX in line)
    assert "complete" in line
    assert line.split()[-1] == "true"
    (line,) = (line for line in ctr("images", "ls").stdout.splitlines() if NGINX in line)
    assert "linux/" in line
    assert ctr("images", "pull", NGINX).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["docker.io/library/missing:1"], "docker.io/library/missing:1: not found"),
        (["docker.io/library/private:1"], "401 Unauthorized"),
        (["-u", "me:wrong", "docker.io/library/private:1"], "403 Forbidden"),
        (["docker.io/acme/broken:1"], "unexpected commit digest"),
        (["--snapshotter", "native", "docker.io/acme/x:1"], "no unpack platforms defined"),
        (["nosuch.example/acme/x:1"], "no such host"),
    ],
)
def test_it_shows_why_a_pull_failed(ctr: Ctr, arguments: list[str], says: str) -> None:
    done = ctr("images", "pull", *arguments)
    assert done.returncode == 1
    assert says in done.stderr


def test_it_logs_in(ctr: Ctr) -> None:
    done = ctr("images", "pull", "-u", "me:demo", "docker.io/acme/private:2")
    assert done.returncode == 0, done.stderr


def test_a_slow_pull_can_be_watched_and_stopped(
    ctr: Ctr, command: list[str], control: Control
) -> None:
    reference = "quay.io/acme/slow:1"
    control.pull_rate(1 << 20)
    pulling = subprocess.Popen(
        [*command, "images", "pull", reference],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(lambda: ctr("content", "active").stdout.count("layer-sha256:") == 4)
        # ctr brings a lease of its own, and then the daemon makes none.
        assert len(ctr("leases", "ls", "-q").stdout.split()) == 2
    finally:
        pulling.terminate()
        pulling.wait()
    _until(lambda: ctr("content", "active").stdout.count("layer-sha256:") == 1)
    assert reference not in ctr("images", "ls", "-q").stdout
    control.pull_rate(60 << 20)


def test_what_was_pulled_is_removed_again(ctr: Ctr) -> None:
    reference, fresh = "quay.io/acme/short-lived:1", ("-n", "fresh")
    assert ctr(*fresh, "images", "pull", reference).returncode == 0
    assert len(ctr(*fresh, "content", "ls", "-q").stdout.split()) > 5
    assert ctr(*fresh, "images", "rm", "--sync", reference).returncode == 0
    assert not ctr(*fresh, "content", "ls", "-q").stdout
    assert len(ctr(*fresh, "snapshots", "ls").stdout.splitlines()) == 1


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
