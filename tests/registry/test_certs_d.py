"""containerd's hosts directory: which hosts, in which order, and how they are spoken to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.backend.certs_d import hosts
from tui.backend.errors import FailedPrecondition
from tui.backend.registry_host import Host, is_loopback


def written(root: Path, name: str, text: str) -> Path:
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hosts.toml").write_text(text)
    return folder


def bases(found: tuple[Host, ...]) -> list[str]:
    return [host.base for host in found]


@pytest.mark.parametrize(
    ("domain", "base", "plain"),
    [
        ("docker.io", "https://registry-1.docker.io/v2", False),
        ("host.tld:5000", "https://host.tld:5000/v2", False),
        ("localhost:5000", "https://localhost:5000/v2", True),
        ("127.8.9.1", "https://127.8.9.1/v2", True),
        ("[::1]:5000", "https://[::1]:5000/v2", True),
        ("[2001:db8::1]", "https://[2001:db8::1]/v2", False),
    ],
)
@pytest.mark.parametrize("configured", [True, False])
def test_without_a_file_it_is_the_host_itself(
    tmp_path: Path, domain: str, base: str, plain: bool, configured: bool
) -> None:
    (host,) = hosts(domain, tmp_path if configured else None)
    assert (host.base, host.plain_allowed) == (base, plain)
    assert host.capabilities >= {"pull", "resolve"}


def test_the_order_of_the_file_is_kept_and_the_server_is_last(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        "docker.io",
        """
        server = "https://up.tld"
        ca = "up.pem"
        [host."https://z.tld"]
          capabilities = ["pull"]
          ca = ["a.pem", "/abs/b.pem"]
          skip_verify = true
          [host."https://z.tld".header]
            x-key = "secret"
            x-more = ["a", "b"]
        [host."http://a.tld:5000/cache/"]
          client = [["c.pem", "c.key"], ["d.pem", ""]]
        [host."m.tld/v2/proxy"]
          override_path = true
          client = "all.pem"
        """,
    )
    found = hosts("docker.io", tmp_path)
    assert bases(found) == [
        "https://z.tld/v2",
        "http://a.tld:5000/cache/v2",
        "https://m.tld/v2/proxy",
        "https://up.tld/v2",
    ]
    z, a, m, up = found
    assert z.capabilities == {"pull"}
    assert z.ca == (folder / "a.pem", Path("/abs/b.pem"))
    assert z.skip_verify
    assert z.headers == {"x-key": ("secret",), "x-more": ("a", "b")}
    assert "secret" not in repr(z)
    assert a.client == ((folder / "c.pem", folder / "c.key"), (folder / "d.pem", None))
    assert m.client == ((folder / "all.pem", None),)
    assert up.ca == (folder / "up.pem",)
    assert not up.skip_verify
    assert a.capabilities >= {"pull", "resolve"}


def test_without_a_server_the_host_itself_is_last(tmp_path: Path) -> None:
    written(tmp_path, "docker.io", '[host."https://m.tld"]')
    assert bases(hosts("docker.io", tmp_path)) == [
        "https://m.tld/v2",
        "https://registry-1.docker.io/v2",
    ]
    written(tmp_path, "localhost:5000", "skip_verify = true")
    (host,) = hosts("localhost:5000", tmp_path)
    assert (host.base, host.plain_allowed) == ("https://localhost:5000/v2", True)
    assert host.skip_verify


def test_a_port_is_found_in_both_ways_and_the_default_last(tmp_path: Path) -> None:
    written(tmp_path, "_default", 'server = "https://default.tld"')
    assert bases(hosts("h.tld:5000", tmp_path)) == ["https://default.tld/v2"]
    written(tmp_path, "h.tld:5000", 'server = "https://colon.tld"')
    assert bases(hosts("h.tld:5000", tmp_path)) == ["https://colon.tld/v2"]
    written(tmp_path, "h.tld_5000_", 'server = "https://line.tld"')
    assert bases(hosts("h.tld:5000", tmp_path)) == ["https://line.tld/v2"]
    assert bases(hosts("h.tld", tmp_path)) == ["https://default.tld/v2"]


def test_certificates_lie_there_as_docker_has_them(tmp_path: Path) -> None:
    folder = tmp_path / "h.tld"
    folder.mkdir()
    for name in ("b.crt", "a.crt", "c.cert", "c.key", "d.cert", "e.txt"):
        (folder / name).write_text("")
    (host,) = hosts("h.tld", tmp_path)
    assert host.ca == (folder / "a.crt", folder / "b.crt")
    assert host.client == ((folder / "c.cert", folder / "c.key"), (folder / "d.cert", None))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("server = ", "is not valid TOML"),
        ("server = 1", '"server" is no text'),
        ("host = 1", '"host" is no table'),
        ('[host]\n"https://x" = 1', "is no table"),
        ('[host."ftp://x"]', "is no URL of a host"),
        ('[host."https://u:secret@x"]', "is no URL of a host"),
        ('[host."https://"]', "is no URL of a host"),
        ('[host."https://x:99999"]', "no port that could be"),
        ('capabilities = ["fly"]', 'no capability "fly"'),
        ("capabilities = 1", '"capabilities" is neither'),
        ("ca = [1]", '"ca" is neither'),
        ("client = 1", '"client" is neither'),
        ('client = [["a", "b", "c"]]', '"client" has an entry'),
        ("skip_verify = 1", '"skip_verify" is neither true nor false'),
        ("header = 1", '"header" is no table'),
        ('header = {x = "secret\\nx"}', "a header has signs"),
    ],
)
def test_a_broken_file_is_named_in_one_sentence(tmp_path: Path, text: str, why: str) -> None:
    folder = written(tmp_path, "h.tld", text)
    with pytest.raises(FailedPrecondition) as caught:
        hosts("h.tld", tmp_path)
    sentence = str(caught.value)
    assert str(folder / "hosts.toml") in sentence
    assert why in sentence
    assert "secret\n" not in sentence


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "h.tld").mkdir()
    (tmp_path / "h.tld" / "hosts.toml").mkdir()
    with pytest.raises(FailedPrecondition, match=r"Could not read .*hosts\.toml"):
        hosts("h.tld", tmp_path)
    (tmp_path / "f.tld").write_text("")
    with pytest.raises(FailedPrecondition, match=r"Could not read .*f\.tld"):
        hosts("f.tld", tmp_path)
    with pytest.raises(FailedPrecondition, match="Could not read"):
        hosts("x" * 255 + ".tld", tmp_path)


def test_what_is_this_machine() -> None:
    for name in ("localhost", "LOCALHOST:5000", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:5000"):
        assert is_loopback(name)
    for name in ("localhost.tld", "128.0.0.1", "[::2]:1", "127.0.0.1.tld", "", "[", "::"):
        assert not is_loopback(name)
