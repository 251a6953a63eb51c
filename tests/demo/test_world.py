import json

import pytest

from protos import containers_pb2, namespaces_pb2
from tests.demo.bench import NOW, Bench, code
from tui.demo.refusals import Refusal
from tui.demo.router import Call
from tui.demo.serve import services
from tui.demo.store import checked_identifier, checked_labels


async def test_the_world_is_the_same_for_the_same_seed() -> None:
    def picture(bench: Bench) -> object:
        spaces = bench.engine.store.spaces
        return {
            name: (
                {key: item.SerializeToString(deterministic=True) for key, item in s.images.items()},
                {key: (item.labels, item.image) for key, item in s.containers.items()},
                {key: (item.init.pid, item.init.status) for key, item in s.tasks.items()},
                {key: node.size for tree in s.trees.values() for key, node in tree.nodes.items()},
                {key: item.gauge.cpu_seconds(NOW) for key, item in s.tasks.items()},
            )
            for name, s in spaces.items()
        }

    first, second, other = (Bench.make(40, seed) for seed in (5, 5, 6))
    assert picture(first) == picture(second)
    assert picture(first) != picture(other)


@pytest.mark.parametrize("count", [0, 1, 12, 200])
async def test_there_are_as_many_containers_as_asked_for(count: int) -> None:
    space = Bench.make(count).engine.store.spaces["default"]
    assert len(space.containers) == count
    for container in space.containers.values():
        assert container.snapshot_key in space.trees[container.snapshotter].nodes
        assert container.image in space.images


async def test_the_default_world_shows_every_state(bench: Bench) -> None:
    space = bench.engine.store.spaces["default"]
    states = {key: space.tasks[key].init for key in space.tasks}
    assert "legacy" not in states
    assert {key: init.status for key, init in states.items() if key in ("reports", "frontend")} == {
        "reports": 4,
        "frontend": 1,
    }
    assert states["batch-x"].exit_status == 137
    assert space.tasks["batch-x"].gauge.ooms == 1
    assert (states["migrate"].status, states["migrate"].exit_status) == (3, 0)
    started = space.containers["web-1"].labels["c9d/started-at"]
    assert started.startswith("2025-06-15T")


async def test_pods_carry_what_the_cri_plugin_writes(bench: Bench) -> None:
    request = containers_pb2.ListContainersRequest(
        filters=['labels."io.cri-containerd.kind"==container']
    )
    containers = list(bench.containers.ListStream(request, Call("k8s.io")))
    assert len(containers) == 3
    for message in containers:
        extension = message.container.extensions["io.cri-containerd.container.metadata"]
        metadata = json.loads(extension.value)["Metadata"]
        assert metadata["SandboxID"] in bench.engine.store.spaces["k8s.io"].tasks


async def test_every_method_of_every_service_has_an_answer(bench: Bench) -> None:
    for service, target in services(bench.engine, 1):
        missing = [method.name for method in service.methods if not hasattr(target, method.name)]
        assert not missing, service.full_name


async def test_a_namespace_must_be_empty_to_be_deleted(bench: Bench) -> None:
    request = namespaces_pb2.DeleteNamespaceRequest(name="default")
    with pytest.raises(Refusal, match=r"still has images, blobs, containers, snapshots on"):
        bench.namespaces.Delete(request, bench.call)
    create = namespaces_pb2.CreateNamespaceRequest(namespace=namespaces_pb2.Namespace(name="new"))
    bench.namespaces.Create(create, bench.call)
    bench.namespaces.Delete(namespaces_pb2.DeleteNamespaceRequest(name="new"), bench.call)
    names = bench.namespaces.List(namespaces_pb2.ListNamespacesRequest(), bench.call).namespaces
    assert [namespace.name for namespace in names] == ["default", "k8s.io", "moby"]


async def test_a_namespace_that_is_not_there_is_empty(bench: Bench) -> None:
    request = containers_pb2.ListContainersRequest()
    assert not list(bench.containers.ListStream(request, Call("nowhere")))
    assert "nowhere" not in bench.engine.store.spaces


async def test_a_call_without_a_namespace_is_refused(bench: Bench) -> None:
    with pytest.raises(Refusal, match="namespace is required") as caught:
        bench.containers.List(containers_pb2.ListContainersRequest(), Call())
    assert code(caught.value) == "FAILED_PRECONDITION"


async def test_requests_that_kill_a_daemon_are_refused(bench: Bench) -> None:
    with pytest.raises(Refusal) as caught:
        bench.containers.Create(containers_pb2.CreateContainerRequest(), bench.call)
    assert code(caught.value) == "INVALID_ARGUMENT"


async def test_labels_are_changed_by_mask(bench: Bench) -> None:
    def update(paths: list[str], **labels: str) -> dict[str, str]:
        request = containers_pb2.UpdateContainerRequest(
            container=containers_pb2.Container(id="worker-2", labels=labels)
        )
        request.update_mask.paths.extend(paths)
        response = bench.containers.Update(request, bench.call)
        return {k: v for k, v in response.container.labels.items() if not k.startswith("c9d/")}

    assert update(["labels.a"], a="1", b="2") == {"a": "1"}
    assert update(["labels.b"], b="2") == {"a": "1", "b": "2"}
    assert update(["labels.a"], a="") == {"b": "2"}
    assert update(["labels"], c="3") == {"c": "3"}
    with pytest.raises(Refusal, match="immutable"):
        update([], d="4")


@pytest.mark.parametrize("text", ["", "a" * 77, "a b", "-a", "a-", "a..b", "ü", "a/b", "a\n"])
def test_identifiers_are_checked(text: str) -> None:
    with pytest.raises(Refusal):
        checked_identifier(text)
    assert checked_identifier("a-b_c.D9") == "a-b_c.D9"


def test_long_labels_are_refused() -> None:
    checked_labels({"k": "v" * 4095})
    with pytest.raises(Refusal):
        checked_labels({"k": "v" * 4096})
