"""References: as Docker reads them, and never anything but a sentence for the rest."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.backend.errors import InvalidArgument
from tui.backend.reference import Reference, is_digest, parse

HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"
LONG = f"sha512:{HEX}{HEX}"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        (" nginx\n", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("user/x:1", "docker.io/user/x:1"),
        ("a/b/c", "docker.io/a/b/c:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/user/x", "docker.io/user/x:latest"),
        ("localhost", "docker.io/library/localhost:latest"),
        ("localhost:5000", "docker.io/library/localhost:5000"),
        ("localhost/x", "localhost/x:latest"),
        ("localhost:5000/x", "localhost:5000/x:latest"),
        ("localhost:5000/x:1", "localhost:5000/x:1"),
        ("host.tld/x", "host.tld/x:latest"),
        ("host.tld:443/x/y_z/a__b/c---d/e.f", "host.tld:443/x/y_z/a__b/c---d/e.f:latest"),
        ("Host/x", "Host/x:latest"),
        ("HOST:80/x", "HOST:80/x:latest"),
        ("127.0.0.1:5000/x", "127.0.0.1:5000/x:latest"),
        ("[::1]:5000/x", "[::1]:5000/x:latest"),
        ("[2001:db8::1]/x:t", "[2001:db8::1]/x:t"),
        (f"x@{DIGEST}", f"docker.io/library/x@{DIGEST}"),
        (f"x:1@{DIGEST}", f"docker.io/library/x:1@{DIGEST}"),
        (f"h.io/x@{LONG}", f"h.io/x@{LONG}"),
        ("x:_A.b-C", "docker.io/library/x:_A.b-C"),
        (f"x:{'t' * 128}", f"docker.io/library/x:{'t' * 128}"),
        (f"h.io/{'x' * 250}", f"h.io/{'x' * 250}:latest"),
        (f"user/{HEX}", f"docker.io/user/{HEX}:latest"),
    ],
)
def test_a_name_is_completed_as_docker_does(text: str, whole: str) -> None:
    assert str(parse(text)) == whole


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "needs a name"),
        (" \t", "needs a name"),
        ("Nginx", 'lower case, "library/nginx"'),
        ("user/Nginx:1", 'lower case, "user/nginx"'),
        ("https://host.tld/x", "without https://"),
        (HEX, "an identifier, not a name"),
        (f"x:{'t' * 129}", "more than 128 characters"),
        ("x:", "no tag"),
        ("x:-1", "no tag"),
        ("x:a/b", "is no host"),
        ("x@", "no digest"),
        ("x@sha256:12", "no digest"),
        (f"x@md5:{HEX[:32]}", "no digest"),
        (f"x@sha256:{HEX.upper()}", "no digest"),
        (f"x@sha512:{HEX}", "no digest"),
        (f"x@{DIGEST}@{DIGEST}", "no digest"),
        (f"x@{DIGEST}\n.", "no digest"),
        ("a//b", "nothing between two slashes"),
        ("a/", "nothing between two slashes or behind the last"),
        ("host.tld/", "names no repository"),
        ("host.tld:5000/:1", "names no repository"),
        (":1", "names no repository"),
        ("-x", "no part of a repository"),
        ("a___b", "no part of a repository"),
        ("a..b", "no part of a repository"),
        ("a._b", "no part of a repository"),
        ("a b", "no part of a repository"),
        ("ünx", "no part of a repository"),
        ("Kelvin", "lower case"),
        ("\u212aelvin", "no part of a repository"),
        ("x\x1b[2J", "no part of a repository"),
        ("-h.tld/x", "is no host"),
        ("h-.tld/x", "is no host"),
        ("h..tld/x", "is no host"),
        ("u:p@h.tld/x", "no digest"),
        ("h.tld/x:1:2", "no tag"),
        ("h.tld:/x", "is no host"),
        ("h.tld:0/x", "the port"),
        ("h.tld:65536/x", "the port"),
        (f"h.tld:{'9' * 5000}/x", "the port"),
        ("[::::1]/x", "no IPv6 address"),
        ("[::1/x", "is no host"),
        (f"h.io/{'x' * 251}", "more than 255 characters"),
    ],
)
def test_what_is_none_is_refused_in_one_sentence(text: str, why: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse(text)
    sentence = str(caught.value)
    assert why in sentence
    assert sentence.endswith(".")
    assert sentence.isprintable()


def test_the_short_name_leaves_out_what_everybody_does() -> None:
    for text, short in {
        "nginx": "nginx:latest",
        "user/x:1": "user/x:1",
        "docker.io/library/a/b": "library/a/b:latest",
        "host.tld/library/x": "host.tld/library/x:latest",
        "docker.io/a.b/c": "docker.io/a.b/c:latest",
        "docker.io/localhost/c": "docker.io/localhost/c:latest",
        f"nginx@{DIGEST}": f"nginx@{DIGEST}",
    }.items():
        assert parse(text).short == short
        assert parse(short) == parse(text)


def test_the_digest_is_asked_for_before_the_tag() -> None:
    assert parse("x:1").object == "1"
    assert parse(f"x:1@{DIGEST}").object == DIGEST


_COMPONENT = st.from_regex(r"[a-z0-9]{1,4}((\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}", fullmatch=True)
_HOST = st.sampled_from(
    ["", "docker.io/", "localhost/", "localhost:5000/", "h.io/", "[::1]:1/", "UP/", "1.2.3.4/"]
)
_TAG = st.from_regex(r"(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?", fullmatch=True)
_DIGEST = st.sampled_from(["", f"@{DIGEST}", f"@{LONG}"])


@given(_HOST, st.lists(_COMPONENT, min_size=1, max_size=4), _TAG, _DIGEST)
def test_every_name_of_the_grammar_is_read_and_stays_as_it_is(
    host: str, path: list[str], tag: str, digest: str
) -> None:
    # A first part with a dot is a host.
    host = host or ("docker.io/" if "." in path[0] else "")
    whole = parse(f"{host}{'/'.join(path)}{tag}{digest}")
    assert parse(str(whole)) == whole
    assert parse(whole.short) == whole
    assert whole.path.endswith("/".join(path))
    assert f":{whole.tag}" == tag or not tag
    assert f"@{whole.digest}" == digest or not digest


@given(st.text() | st.text("aA0./:@-_[]", max_size=40))
@example("docker.io/a:b@")
@example("index.docker.io/index.docker.io/x")
@example("UP/x")
def test_whatever_the_text_is_it_is_read_once_or_refused(text: str) -> None:
    whole, sentence = None, ""
    try:
        whole = parse(text)
    except InvalidArgument as error:
        sentence = str(error)
    if whole is None:
        assert sentence.isprintable()
        return
    assert isinstance(whole, Reference)
    assert parse(str(whole)) == whole
    assert whole.object


@given(st.text())
def test_only_a_digest_is_one(text: str) -> None:
    assert not is_digest(text)
    assert not is_digest(f"sha256:{text}")
    assert not is_digest(f"sha256:{HEX[1:]}{text[:1]}") or text[:1] in "0123456789abcdef"
