from protos import types_pb2
from tests.demo.bench import Bench
from tui.demo.kubelet import FIRST, Kubelet
from tui.demo.serve import Options, build


def _pulled(heard: list[types_pb2.Envelope], topic: str) -> int:
    return sum(item.topic == topic and item.namespace == "k8s.io" for item in heard)


async def test_a_kubelet_pulls_every_few_minutes_and_drops_what_is_old(
    bench: Bench, heard: list[types_pb2.Envelope]
) -> None:
    space = bench.engine.store.spaces["k8s.io"]
    before = set(space.images)
    Kubelet(bench.engine.puller, seed=1).begin()
    bench.advance(FIRST - 1)
    await bench.settle()
    assert not _pulled(heard, "/content/create")
    bench.advance(3.0)
    assert any(ref.startswith("layer-sha256:") for ref in space.ingests)
    bench.advance(60.0)
    await bench.settle()
    assert not space.ingests
    # Three names, as the CRI plugin keeps them.
    assert _pulled(heard, "/images/create") == 3
    bench.advance(3600.0)
    await bench.settle()
    assert _pulled(heard, "/images/delete") >= 9
    assert before <= set(space.images)
    assert len(set(space.images) - before) <= 9
    for name in set(space.images) - before:
        assert space.images[name].labels["io.cri-containerd.image"] == "managed"


async def test_what_the_kubelet_pulled_over_hours_does_not_pile_up(bench: Bench) -> None:
    space = bench.engine.store.spaces["k8s.io"]
    content, nodes = len(space.content), len(space.trees["overlayfs"].nodes)
    Kubelet(bench.engine.puller, seed=1).begin()
    bench.advance(6 * 3600.0)
    assert len(space.content) - content < 60
    assert len(space.trees["overlayfs"].nodes) - nodes < 40
    assert not space.leases
    assert len(bench.engine.store.blobs) < 200


async def test_a_world_whose_clock_stands_has_no_kubelet(bench: Bench) -> None:
    before = set(bench.engine.store.spaces["k8s.io"].images)
    bench.advance(3600.0)
    assert set(bench.engine.store.spaces["k8s.io"].images) == before


async def test_a_world_whose_clock_runs_has_one() -> None:
    engine, _, _ = build(Options("", containers=1, seed=1))
    clock, space = engine.store.clock, engine.store.spaces["k8s.io"]
    before = set(space.images)
    clock.freeze()
    clock.advance(20.0)
    assert not space.ingests
    clock.advance(100.0)
    assert set(space.images) > before
