"""The service: what is refused before any call."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from protos import tasks_pb2
from tui.backend.client import Client
from tui.backend.errors import InvalidArgument, ReadOnly, Timeout, Unavailable
from tui.backend.service import Service
from tui.backend.verbs import MUTATING, quoted

CHANGES = {
    "pull_image",
    "delete_image",
    "start_container",
    "stop_container",
    "delete_container",
    "kill",
    "delete_task",
    "pause",
    "resume",
    "commit_snapshot",
    "remove_snapshot",
}
READS = {
    "server",
    "list_namespaces",
    "list_snapshotters",
    "list_images",
    "get_image",
    "describe_image",
    "list_containers",
    "list_containers_by_label",
    "get_container",
    "container_spec",
    "list_tasks",
    "get_task",
    "list_snapshots",
    "get_snapshot",
    "snapshot_usage",
    "snapshot_mounts",
    "get_metrics",
    "list_ingests",
    "read_blob",
}


class Counting(Client):
    """A client that counts calls and makes none."""

    def __init__(self) -> None:
        super().__init__("/nonexistent/c9d.sock")
        self.calls = 0

    async def call(self, *_: Any, **__: Any) -> Any:
        self.calls += 1
        raise Unavailable("no calls here")

    async def stream(self, *_: Any, **__: Any) -> AsyncGenerator[Any, None]:
        self.calls += 1
        if self.calls:
            raise Unavailable("no calls here")
        yield


@pytest.fixture
def client() -> Counting:
    return Counting()


def arguments(verb: str, text: str) -> list[Any]:
    """Arguments of a verb: `text` for each name that it must be given."""
    parameters = inspect.signature(getattr(Service, verb)).parameters.values()
    required = [each for each in parameters if each.default is each.empty and each.name != "self"]
    given: dict[str, Any] = {"signal": "TERM", "limit": 10, "container_ids": [text]}
    return [given.get(each.name, text) for each in required if each.kind is not each.KEYWORD_ONLY]


def keywords(verb: str) -> dict[str, Any]:
    return {"limit": 10} if verb == "read_blob" else {}


def public(service: type[Service]) -> set[str]:
    members = inspect.getmembers(service, inspect.iscoroutinefunction)
    return {name for name, _ in members if not name.startswith("_")}


def test_every_verb_is_known_to_read_or_to_change() -> None:
    assert public(Service) == READS | CHANGES
    assert MUTATING == CHANGES


@pytest.mark.parametrize("verb", sorted(READS | CHANGES))
def test_every_verb_is_documented_and_takes_a_namespace(verb: str) -> None:
    function = getattr(Service, verb)
    assert function.__doc__
    assert "Raises:" in function.__doc__
    # These are about the daemon itself.
    if verb not in {"server", "list_namespaces", "list_snapshotters"}:
        namespace = inspect.signature(function).parameters["namespace"]
        assert (namespace.kind, namespace.default) == (namespace.KEYWORD_ONLY, None)


@pytest.mark.parametrize("verb", sorted(CHANGES))
async def test_a_read_only_service_changes_nothing(client: Counting, verb: str) -> None:
    service = Service(client, read_only=True)
    with pytest.raises(ReadOnly, match="c9d is read-only"):
        await getattr(service, verb)(*arguments(verb, "web-1"))
    assert client.calls == 0


@pytest.mark.parametrize("verb", sorted(CHANGES))
async def test_a_service_that_may_write_does_call(client: Counting, verb: str) -> None:
    with pytest.raises(Unavailable):
        await getattr(Service(client), verb)(*arguments(verb, "web-1"))
    assert client.calls == 1


@pytest.mark.parametrize("name", ["", "  ", "\n", "\ud800"])
@pytest.mark.parametrize(
    "verb",
    sorted(verb for verb in (READS | CHANGES) - {"describe_image"} if arguments(verb, "")),
)
async def test_empty_names_are_refused_before_any_call(
    client: Counting, verb: str, name: str
) -> None:
    with pytest.raises(InvalidArgument):
        await getattr(Service(client), verb)(*arguments(verb, name), **keywords(verb))
    assert client.calls == 0


@pytest.mark.parametrize(("key", "name"), [("", "saved"), ("work", ""), ("work", " ")])
async def test_both_names_of_a_commit_count(client: Counting, key: str, name: str) -> None:
    with pytest.raises(InvalidArgument):
        await Service(client).commit_snapshot(key, name)
    assert client.calls == 0


@pytest.mark.parametrize(
    "verb", ["list_snapshots", "get_snapshot", "remove_snapshot", "pull_image"]
)
async def test_an_empty_snapshotter_is_refused(client: Counting, verb: str) -> None:
    with pytest.raises(InvalidArgument):
        await getattr(Service(client), verb)(*arguments(verb, "key"), snapshotter="")
    assert client.calls == 0


async def test_the_namespace_can_be_changed(client: Counting) -> None:
    service = Service(client, namespace="one")
    assert service.namespace == "one"
    service.namespace = "two"
    assert service._ns(None) == "two"
    assert service._ns("three") == "three"


@pytest.mark.parametrize(
    ("value", "text"),
    [("web", '"web"'), ('a"b', '"a\\"b"'), ("a\\b", '"a\\\\b"'), ("a\nb", '"a\\nb"')],
)
def test_values_are_quoted_for_filters(value: str, text: str) -> None:
    assert quoted(value) == text


async def test_a_frozen_shim_is_a_timeout_whatever_the_daemon_makes_of_it() -> None:
    # The daemon answers without the frozen one when the deadline it was given is over.
    class Frozen(Client):
        async def call(self, *_: Any, **keywords: Any) -> Any:
            await asyncio.sleep(min(keywords["timeout"], 60))
            return tasks_pb2.MetricsResponse()

    with pytest.raises(Timeout, match=r"No metrics of 1 tasks within 0\.1 s"):
        await Service(Frozen("/nonexistent")).get_metrics(["web-1"], timeout=0.1)
