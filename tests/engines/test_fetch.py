"""Fetching asks Debian's archive alone, changes nothing else, and says in a line why it cannot."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.engines import fetch, layout
from tests.engines.apt import AptError, PrivateApt, unpack, version_of
from tests.engines.sources import Source, archive_sources

KEY = "/usr/share/keyrings/debian-archive-keyring.gpg"
needs_apt = pytest.mark.skipif(
    not (shutil.which("apt-get") and shutil.which("dpkg-deb")), reason="there is no apt here"
)


def etc_apt(folder: Path, **files: str) -> Path:
    parts = folder / "sources.list.d"
    parts.mkdir(parents=True)
    for name, text in files.items():
        stem, _, kind = name.rpartition("_")
        path = folder / "sources.list" if stem == "sources" else parts / f"{stem}.{kind}"
        path.write_text(text, encoding="utf-8")
    return folder


def test_deb822_sources_move_to_every_suite(tmp_path: Path) -> None:
    etc = etc_apt(
        tmp_path,
        debian_sources=f"""\
Types: deb deb-src
# a remark
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Signed-By: {KEY}

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: {KEY}

Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
Enabled: no
""",
    )
    sources = archive_sources(etc)
    signed = f"deb [signed-by={KEY}] http://mirror.example"
    assert [source.line_for("trixie") for source in sources] == [
        f"{signed}/debian trixie main",
        f"{signed}/debian trixie-updates main",
        f"{signed}/debian-security trixie-security main",
    ]
    assert [source.line_for("sid") for source in sources] == [
        f"{signed}/debian sid main",
        None,
        None,
    ]


def test_one_line_sources_are_read(tmp_path: Path) -> None:
    etc = etc_apt(
        tmp_path,
        sources_list=f"""\
# deb http://off.example/debian bookworm main
deb [arch=amd64 signed-by={KEY}] http://mirror.example/anything stable main contrib # why
deb-src http://mirror.example/debian stable main
deb http://archive.example/debian/20250520T000000Z trixie main
""",
    )
    assert [source.line_for("bookworm") for source in archive_sources(etc)] == [
        f"deb [signed-by={KEY}] http://mirror.example/anything bookworm main",
        "deb http://archive.example/debian/20250520T000000Z bookworm main",
    ]


def test_third_parties_are_not_asked(tmp_path: Path) -> None:
    etc = etc_apt(
        tmp_path,
        docker_list="deb https://docker.example/linux/debian bookworm stable\n",
        vendor_list="deb https://vendor.example/debian/12/prod bookworm main\n",
        signed_list="deb [signed-by=/etc/apt/keyrings/v.gpg] https://v.example/debian sid main\n",
        node_sources="Types: deb\nURIs: https://n.example\nSuites: nodistro\nComponents: main\n",
        ubuntu_sources="Types: deb\nURIs: http://u.example\nSuites: noble\nComponents: main\n",
    )
    assert archive_sources(etc) == []


def package(folder: Path, name: str, version: str) -> Path:
    tree = folder / name
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin" / name).write_text(f"{name} {version}\n", encoding="utf-8")
    control = (
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: t <t@t.example>\n"
    )
    (tree / "DEBIAN/control").write_text(control + "Description: test\n", encoding="utf-8")
    deb = folder / f"{name}.deb"
    subprocess.run(["dpkg-deb", "-b", tree, deb], check=True, capture_output=True)
    return deb


def archive_with(folder: Path, suite: str, deb: Path, name: str, version: str) -> Source:
    """Makes an archive on the disk that apt can read without a network."""
    machine = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True)
    lists = folder / "dists" / suite / "main" / f"binary-{machine.stdout.decode().strip()}"
    lists.mkdir(parents=True)
    shutil.copy(deb, folder / "p.deb")
    sha256 = hashlib.sha256(deb.read_bytes()).hexdigest()
    stanza = (
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nFilename: p.deb\n"
        f"Size: {deb.stat().st_size}\nSHA256: {sha256}\nDescription: test\n"
    ).encode()
    (lists / "Packages").write_bytes(stanza)
    where = (lists / "Packages").relative_to(folder / "dists" / suite)
    digest = hashlib.sha256(stanza).hexdigest()
    release = (
        f"Suite: {suite}\nComponents: main\nDate: Tue, 20 May 2025 00:00:00 UTC\n"
        f"SHA256:\n {digest} {len(stanza)} {where}\n"
    )
    (folder / "dists" / suite / "Release").write_text(release, encoding="utf-8")
    return Source(f"file:{folder}", "bookworm", ("trusted=yes",))


@needs_apt
def test_a_package_is_downloaded_and_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = tmp_path / "hook-ran"
    machine = tmp_path / "machine.conf"
    machine.write_text(f'APT::Update::Post-Invoke {{ "touch {hook}"; }};\n', encoding="utf-8")
    monkeypatch.setenv("APT_CONFIG", str(machine))
    deb = package(tmp_path, "thing", "3.1-2")
    source = archive_with(tmp_path / "archive", "sid", deb, "thing", "3.1-2")
    (tmp_path / "apt").mkdir()
    apt = PrivateApt(tmp_path / "apt", "sid", [source])
    apt.update()
    got = apt.download("thing")
    (tmp_path / "out").mkdir()
    unpack(got, tmp_path / "out")
    assert version_of(got) == "3.1-2"
    assert (tmp_path / "out/usr/bin/thing").read_text(encoding="utf-8") == "thing 3.1-2\n"
    assert not hook.exists()


@needs_apt
def test_a_failure_names_no_server(tmp_path: Path) -> None:
    (tmp_path / "apt").mkdir()
    apt = PrivateApt(tmp_path / "apt", "sid", [Source(f"file:{tmp_path}/none", "sid")])
    apt.update()
    with pytest.raises(AptError) as caught:
        apt.download("thing")
    assert str(caught.value) == "apt cannot fetch thing of sid"


@pytest.fixture
def no_engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / ".engines"
    for module in (fetch, layout):
        monkeypatch.setattr(module, "ROOT", root)
        monkeypatch.setattr(module, "TOOLS", root / "tools")
    return root


@pytest.mark.parametrize(
    ("uid", "commands", "sources", "reason"),
    [
        (1000, True, [Source("http://m.example/debian", "sid")], "not root"),
        (0, False, [Source("http://m.example/debian", "sid")], "not available here (no apt-get)"),
        (0, True, [], "not available here (apt has no source of the Debian archive)"),
    ],
)
def test_one_line_says_why_it_cannot(
    no_engines: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    uid: int,
    commands: bool,
    sources: list[Source],
    reason: str,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.setattr(shutil, "which", lambda name: name if commands else None)
    monkeypatch.setattr(fetch, "archive_sources", lambda: sources)
    assert fetch.main([]) == 0
    assert fetch.main(["--require"]) == 1
    line = f"real engines: {reason}; {layout.HOW}\n"
    assert capsys.readouterr().out == line * 2
    assert not no_engines.exists()


def test_complete_engines_need_neither_root_nor_apt(
    no_engines: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("tools", *layout.ENGINE_IDS):
        (no_engines / name).mkdir(parents=True)
        (no_engines / name / "version").write_text("9.9-1\n", encoding="utf-8")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert fetch.main(["--require"]) == 0
    expected = "".join(f"containerd {name}: 9.9-1\n" for name in layout.ENGINE_IDS)
    assert capsys.readouterr().out == expected


@needs_apt
def test_an_engine_that_cannot_be_had_is_said_and_the_rest_still_tried(
    no_engines: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(fetch, "archive_sources", lambda: [Source(f"file:{tmp_path}/x", "sid")])
    assert fetch.main(["--require"]) == 1
    out = capsys.readouterr().out
    for spec in layout.ENGINES:
        reason = f"apt cannot fetch containerd of {spec.suite}"
        assert f"containerd {spec.id}: not available: {reason}\n" in out
    assert "file:" not in out
    assert sorted(path.name for path in no_engines.iterdir()) == [".lock"]
