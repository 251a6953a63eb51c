"""What may be sent: requests that would kill a daemon never leave, and what they are called.

containerd dereferences some sub-messages without looking: a request without
them ends the whole daemon, for every client. The presence is what counts, an
empty sub-message is enough.
"""

import re
from collections.abc import Callable

from google.protobuf.message import Message

from protos import (
    containers_pb2,
    content_pb2,
    diff_pb2,
    events_pb2,
    images_pb2,
    leases_pb2,
    namespaces_pb2,
    snapshots_pb2,
)
from tui.backend.errors import InvalidArgument


def _missing(message: Message, *path: str) -> str:
    """Name the first sub-message of `path` that is not set, "" if all are."""
    for index, name in enumerate(path):
        if not message.HasField(name):
            return ".".join(path[: index + 1])
        message = getattr(message, name)
    return ""


def _create_container(request: Message) -> str:
    # Without a spec the record is accepted, and Tasks.Create on it kills the daemon.
    return _missing(request, "container", "spec")


def _update_container(request: Message) -> str:
    assert isinstance(request, containers_pb2.UpdateContainerRequest)
    paths = request.update_mask.paths
    replaces_spec = not paths or "spec" in paths
    return _missing(request, "container", *(["spec"] if replaces_spec else []))


def _needs(*path: str) -> Callable[[Message], str]:
    return lambda request: _missing(request, *path)


_CHECKS: dict[type[Message], Callable[[Message], str]] = {
    images_pb2.CreateImageRequest: _needs("image", "target"),
    images_pb2.UpdateImageRequest: _needs("image", "target"),
    containers_pb2.CreateContainerRequest: _create_container,
    containers_pb2.UpdateContainerRequest: _update_container,
    content_pb2.UpdateRequest: _needs("info"),
    snapshots_pb2.UpdateSnapshotRequest: _needs("info"),
    namespaces_pb2.CreateNamespaceRequest: _needs("namespace"),
    namespaces_pb2.UpdateNamespaceRequest: _needs("namespace"),
    leases_pb2.AddResourceRequest: _needs("resource"),
    leases_pb2.DeleteResourceRequest: _needs("resource"),
    diff_pb2.ApplyRequest: _needs("diff"),
    events_pb2.ForwardRequest: _needs("envelope"),
    events_pb2.PublishRequest: _needs("event"),
}


def check_request(request: Message) -> None:
    """Refuse a request that would kill a daemon.

    Raises:
        InvalidArgument: a sub-message that must be there is missing.
    """
    check = _CHECKS.get(type(request))
    missing = check(request) if check else ""
    if missing:
        name = request.DESCRIPTOR.name
        raise InvalidArgument(f"{name} without {missing} would end the daemon: not sent.")


# Methods that are called after a thing and not after what they do.
_VERBS = {
    "mounts": "get the mounts of",
    "stat": "read",
    "usage": "measure",
    "info": "read",
    "status": "read",
    "metrics": "read metrics of",
    "plugins": "list",
    "wait": "wait for",
    "kill": "signal",
    "diff": "compare",
}
_NOUNS = {"content": "blob", "introspection": "plugin", "diff": "snapshot"}
_KEYS = {"container_id", "id", "key", "ref", "digest", "name", "topic"}
_OBJECTS = {"image", "container", "namespace", "info", "diff"}


def describe_request(request: Message) -> str:
    """Say what a request does, as it follows "could not": ``start task web-1``."""
    parts = request.DESCRIPTOR.full_name.split(".")
    if parts[:2] != ["containerd", "services"]:
        return "ask who the daemon is"
    noun = _NOUNS.get(parts[2], parts[2].removesuffix("s"))
    words = re.findall("[A-Z][a-z]*", parts[-1].removesuffix("Request"))
    verb = words[0].lower()
    key = _key(request)
    plural = "" if key else "s"
    return " ".join(filter(None, (_VERBS.get(verb, verb), noun + plural, key)))


def _key(request: Message) -> str:
    """Return what names the thing that a request is about, "" where it is about many."""
    for field, value in request.ListFields():
        if field.name in _KEYS:
            return str(value)
        if field.name in _OBJECTS:
            return _key(value)
    return ""
