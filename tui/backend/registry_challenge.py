"""The header WWW-Authenticate: what a registry says it wants."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_ITEM = re.compile(
    rf'[\s,]*(?:(?P<key>{_TOKEN})\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s,"]*))'
    rf"|(?P<scheme>{_TOKEN})(?=[\s,]|$))"
)
# Never more than we ask for: reading one repository.
_PULL_SCOPE = re.compile(r'repository(?:\([a-z]+\))?:[^\s:"]+(?::[0-9]+/[^\s:"]+)?:pull')


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in; the names of its parameters are in lower case."""

    scheme: str
    """In lower case: ``bearer``, ``basic``."""
    parameters: dict[str, str] = field(default_factory=dict)


def parse(headers: Iterable[str]) -> list[Challenge]:
    """Return all challenges of one or several headers; what cannot be read ends a header."""
    found: list[Challenge] = []
    for header in headers:
        at, current = 0, None
        while match := _ITEM.match(header, at):
            at = match.end()
            if match["scheme"]:
                current = Challenge(match["scheme"].lower())
                found.append(current)
            elif current is not None:
                quoted = match["quoted"]
                value = match["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
                current.parameters.setdefault(match["key"].lower(), value)
    return found


def scopes(challenge: Challenge, path: str) -> list[str]:
    """Return what to ask a token for.

    Args:
        challenge: whose own scope counts too, where it is for pulling: behind a
            mirror the repository may be called something else.
        path: of the repository as we call it.
    """
    wanted = challenge.parameters.get("scope", "").split()
    allowed = [scope for scope in wanted if _PULL_SCOPE.fullmatch(scope)]
    return list(dict.fromkeys([f"repository:{path}:pull", *allowed]))
