"""containerd's filter language: ``kind==active,labels."a/b"~=^x``.

Selectors in one filter are joined by *and*, several filters by *or*; a selector
without an operator asks for presence.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from tui.demo.refusals import Refusal, invalid_argument

Fields = Callable[[Sequence[str]], str | None]
"""Looks up a field path of one object; None where it has no such field."""
Predicate = Callable[[Fields], bool]

_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_OPERATOR = re.compile(r"\s*(==|!=|~=)\s*")
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/|\|((?:[^|\\]|\\.)*)\|")
_BARE = re.compile(r"[^\s,\"\\]+")


def fields(
    values: Mapping[str, str], maps: Mapping[str, Mapping[str, str]] | None = None
) -> Fields:
    """Make a lookup of plain fields (empty ones count as absent) and of label-like maps."""

    def lookup(path: Sequence[str]) -> str | None:
        if maps and path[0] in maps:
            return maps[path[0]].get(".".join(path[1:]))
        return values.get(".".join(path)) or None

    return lookup


def compile_filters(filters: Iterable[str]) -> Predicate:
    """Compile a request's filters into one predicate; none at all let everything pass.

    Raises:
        Refusal: INVALID_ARGUMENT, one of them cannot be read.
    """
    predicates = [_parse(text) for text in filters]
    if not predicates:
        return lambda _: True
    return lambda lookup: any(predicate(lookup) for predicate in predicates)


def exact_values(filters: Iterable[str], field: str) -> list[str] | None:
    """The values that filters of the one form ``field==value`` ask for, without repetition.

    None where a filter has another form; a look-up then does not do.
    """
    values: dict[str, None] = {}
    for text in filters:
        name, _, value = text.partition("==")
        if name != field or not _BARE.fullmatch(bare := value.removeprefix('"').removesuffix('"')):
            return None
        values[bare] = None
    return list(values)


def _parse(text: str) -> Predicate:
    selectors: list[Predicate] = []
    position = 0
    while position < len(text):
        selector, position = _selector(text, _past_space(text, position))
        selectors.append(selector)
        position = _past_space(text, position)
        if position < len(text):
            if text[position] != "," or position + 1 == len(text):
                raise _unreadable(text, position)
            position += 1
    return lambda lookup: all(selector(lookup) for selector in selectors)


def _past_space(text: str, position: int) -> int:
    return len(text) - len(text[position:].lstrip())


def _selector(text: str, position: int) -> tuple[Predicate, int]:
    path, position = _path(text, position)
    match = _OPERATOR.match(text, position)
    if not match:
        return (lambda lookup: lookup(path) is not None), position
    operator = match.group(1)
    value, position = _value(text, match.end(), regex=operator == "~=")
    if operator == "==":
        return (lambda lookup: lookup(path) == value), position
    if operator == "!=":
        return (lambda lookup: lookup(path) != value), position
    try:
        pattern = re.compile(value)
    except re.error as error:
        raise invalid_argument(f"error parsing regexp: {error}") from None

    def matches(lookup: Fields) -> bool:
        found = lookup(path)
        return found is not None and pattern.search(found) is not None

    return matches, position


def _path(text: str, position: int) -> tuple[list[str], int]:
    path: list[str] = []
    while True:
        match = _QUOTED.match(text, position) or _FIELD.match(text, position)
        if not match:
            raise _unreadable(text, position)
        path.append(_unquoted(text, match.group(), position))
        position = match.end()
        if text[position : position + 1] != ".":
            return path, position
        position += 1


def _value(text: str, position: int, *, regex: bool) -> tuple[str, int]:
    if regex and (match := _REGEX.match(text, position)):
        return match.group(1) or match.group(2) or "", match.end()
    match = _QUOTED.match(text, position)
    if match:
        return _unquoted(text, match.group(), position), match.end()
    match = _BARE.match(text, position)
    if not match:
        raise _unreadable(text, position)
    return match.group(), match.end()


def _unquoted(text: str, token: str, position: int) -> str:
    """Undo Go's quoting, which for what occurs in filters is JSON's plus a few escapes."""
    if not token.startswith('"'):
        return token
    try:
        escaped = re.sub(r"\\x([0-9a-fA-F]{2})", r"\\u00\1", token)
        return str(json.loads(escaped, strict=False))
    except ValueError:
        raise _unreadable(text, position) from None


def _unreadable(text: str, position: int) -> Refusal:
    mark = f"{text[:position]} >|{text[position : position + 1]}|< {text[position + 1 :]}"
    return invalid_argument(f"[{mark}]: parse error: unexpected input")
