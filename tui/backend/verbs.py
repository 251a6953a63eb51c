"""What every verb of the service is built on: the client, the defaults and the gate."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from tui.backend.client import Client
from tui.backend.errors import InvalidArgument, ReadOnly

_Self = TypeVar("_Self", bound="Verbs")
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

MUTATING: set[str] = set()
"""Names of the verbs that change something in the daemon."""


class Verbs:
    """The base of the service's parts, one part for each service of containerd.

    Args:
        client: of the daemon.
        namespace: of the verbs that are given no other.
        snapshotter: of the verbs that are given no other.
        read_only: whether the verbs that change something are refused.
    """

    def __init__(
        self,
        client: Client,
        *,
        namespace: str = "default",
        snapshotter: str = "overlayfs",
        read_only: bool = False,
    ) -> None:
        self.client = client
        self.namespace = namespace
        self.snapshotter = snapshotter
        self.read_only = read_only

    def _ns(self, namespace: str | None) -> str:
        return self.namespace if namespace is None else namespace


def mutating(
    verb: Callable[Concatenate[_Self, _Arguments], Coroutine[Any, Any, _Result]],
) -> Callable[Concatenate[_Self, _Arguments], Coroutine[Any, Any, _Result]]:
    """Refuse the verb before any call when the service is read-only."""
    MUTATING.add(verb.__name__)

    async def gate(self: _Self, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        if self.read_only:
            what = verb.__name__.replace("_", " ")
            raise ReadOnly(f"c9d is read-only: {what} is off.")
        return await verb(self, *args, **kwargs)

    functools.update_wrapper(gate, verb)
    return gate


def named(what: str, value: str) -> str:
    """Return `value` if it can name something.

    Raises:
        InvalidArgument: it is empty, or no text that can be sent.
    """
    if not value or not value.strip():
        raise InvalidArgument(f"The {what} is empty.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidArgument(f"The {what} is not valid text.") from None
    return value


def quoted(value: str) -> str:
    """Return `value` as a string of containerd's filter language."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
