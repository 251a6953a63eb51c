"""References: what people call an image, and the whole name that containerd stores."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from tui.backend.errors import InvalidArgument, safe

DOCKER_IO = "docker.io"
_OFFICIAL = "library/"
_LATEST = "latest"
_LONGEST_NAME = 255

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = re.compile(
    rf"(?:{_LABEL}(?:\.{_LABEL})*|\[(?P<ipv6>[0-9A-Fa-f:.]+)\])(?::(?P<port>[0-9]+))?"
)
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_IDENTIFIER = re.compile("[0-9a-f]{64}")
_DIGEST_LENGTHS = {"sha256": 64, "sha512": 128}


@dataclass(frozen=True, slots=True)
class Reference:
    """One image in one registry; its text is the fully qualified name."""

    domain: str
    """The registry's host as the name has it, with the port if there is one."""
    path: str
    """The repository within the registry."""
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        return self.repository + self._end

    @property
    def repository(self) -> str:
        """The name without tag and digest."""
        return f"{self.domain}/{self.path}"

    @property
    def short(self) -> str:
        """The name without what everybody leaves out: ``nginx:latest``."""
        path = self.path.removeprefix(_OFFICIAL)
        # Two components under library/ would be read as somebody's repository,
        # and a first one with a dot as a host.
        path = self.path if "/" in path else path
        if self.domain != DOCKER_IO or _split(path)[0] != DOCKER_IO:
            return str(self)
        return path + self._end

    @property
    def object(self) -> str:
        """What the registry is asked for: the digest, or else the tag."""
        return self.digest or self.tag

    @property
    def _end(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def parse(text: str) -> Reference:
    """Read a reference as Docker does: ``nginx`` is ``docker.io/library/nginx:latest``.

    Args:
        text: a short or a whole name; white space around it does not count.

    Raises:
        InvalidArgument: it is none; the sentence says what is wrong with it.
    """
    text = text.strip()
    if not text:
        raise InvalidArgument("An image needs a name, such as nginx or host.example/path:tag.")
    if "://" in text[:16]:
        raise _wrong(text, "it begins with the host, without https://")
    if _IDENTIFIER.fullmatch(text):
        raise _wrong(text, "64 hexadecimal digits are an identifier, not a name")
    rest, at, digest = text.partition("@")
    if at and not is_digest(digest):
        raise _wrong(text, f'"{safe(digest)}" is no digest as sha256:… with its 64 digits')
    domain, rest = _split(rest)
    path, colon, tag = rest.partition(":")
    _check_host(text, domain)
    if colon and not _TAG.fullmatch(tag):
        raise _wrong(text, _why_no_tag(tag))
    if domain == DOCKER_IO and path and "/" not in path:
        path = _OFFICIAL + path
    _check_path(text, domain, path)
    return Reference(domain, path, tag if tag or digest else _LATEST, digest)


def is_digest(text: str) -> bool:
    """Whether this is the digest of something, of an algorithm that we can compute."""
    algorithm, _, value = text.partition(":")
    return len(value) == _DIGEST_LENGTHS.get(algorithm) and not value.strip("0123456789abcdef")


def _split(text: str) -> tuple[str, str]:
    """Return the registry's host and the rest; without a host it is Docker's registry."""
    first, slash, rest = text.partition("/")
    # Upper case is allowed nowhere but in a host: that is what makes it one.
    is_host = any(sign in first for sign in ".:") or first == "localhost" or first != first.lower()
    if not slash or not is_host:
        return DOCKER_IO, text
    return (DOCKER_IO if first == f"index.{DOCKER_IO}" else first), rest


def _check_host(text: str, domain: str) -> None:
    match = _HOST.fullmatch(domain)
    if not match:
        raise _wrong(text, f'"{safe(domain)}" is no host')
    if match["port"] and not (len(match["port"]) <= 5 and 0 < int(match["port"]) < 65536):
        raise _wrong(text, "the port is not between 1 and 65535")
    if match["ipv6"]:
        try:
            IPv6Address(match["ipv6"])
        except AddressValueError:
            raise _wrong(text, f"{safe(domain)} is no IPv6 address") from None


def _check_path(text: str, domain: str, path: str) -> None:
    if not path:
        raise _wrong(text, "it names no repository")
    if len(domain) + 1 + len(path) > _LONGEST_NAME:
        raise _wrong(text, f"host and repository have more than {_LONGEST_NAME} characters")
    for component in path.split("/"):
        if _COMPONENT.fullmatch(component):
            continue
        if _COMPONENT.fullmatch(component.lower()) and component.isascii():
            hint = f'the repository must be in lower case, "{path.lower()}"'
            raise _wrong(text, hint)
        raise _wrong(text, _why_no_component(component))


def _why_no_component(component: str) -> str:
    if not component:
        return "there is nothing between two slashes or behind the last"
    return (
        f'"{safe(component)}" is no part of a repository: letters and digits, '
        "with single . or _, __ or - between them"
    )


def _why_no_tag(tag: str) -> str:
    if len(tag) > 128:
        return "the tag has more than 128 characters"
    return f'"{safe(tag)}" is no tag: letters, digits, _ . - and not . or - in front'


def _wrong(text: str, why: str) -> InvalidArgument:
    return InvalidArgument(f'"{safe(text)}" is no image reference: {why}.')
