import pytest

from protos import content_pb2, event_payloads_pb2, images_pb2, leases_pb2, snapshots_pb2
from protos import types_pb2 as pb
from tests.demo.bench import Bench, code
from tests.demo.pulls import NGINX, OTHER, Pulling, begin
from tui.demo.bundle import Blob
from tui.demo.layers import LAYERS

BASE = LAYERS["debian-12"].diff_id


def _manifest(bench: Bench, reference: str = NGINX) -> Blob:
    return bench.engine.puller.registry.offer(reference).top.manifests[0]


def _topics(heard: list[pb.Envelope], *groups: str) -> list[str]:
    return [item.topic for item in heard if item.topic.split("/")[1] in groups]


def _extracts(pulling: Pulling) -> list[str]:
    nodes = pulling.space.trees["overlayfs"].nodes
    # The world itself has one that was forgotten.
    return [key for key in nodes if key.startswith("extract-") and "-Xq3b " not in key]


async def test_the_layers_become_a_chain_of_snapshots(
    bench: Bench, heard: list[pb.Envelope]
) -> None:
    chain = _manifest(bench).chain
    pulling = await begin(bench)
    await pulling.ended()
    nodes, parent = pulling.space.trees["overlayfs"].nodes, ""
    for name, layer in zip(chain, _manifest(bench).layers, strict=True):
        info = nodes[name].info
        assert (info.kind, info.parent) == (snapshots_pb2.COMMITTED, parent)
        assert info.labels["containerd.io/snapshot.ref"] == name
        assert nodes[name].size > sum(layer.files.values())
        parent = name
    events = [item for item in heard if item.topic.startswith("/snapshot/")]
    # The lowest layer is that of the nginx that is there.
    assert chain[0] == BASE
    assert [item.topic for item in events] == ["/snapshot/prepare", "/snapshot/commit"] * len(
        chain[1:]
    )
    for number, name in enumerate(chain[1:]):
        prepared = event_payloads_pb2.SnapshotPrepare.FromString(events[2 * number].event.value)
        committed = event_payloads_pb2.SnapshotCommit.FromString(events[2 * number + 1].event.value)
        assert prepared.key.startswith("extract-")
        assert prepared.key.endswith(f" {name}")
        assert (prepared.parent, prepared.snapshotter) == (chain[number], "overlayfs")
        assert (committed.key, committed.name) == (prepared.key, name)
    assert not _extracts(pulling)


async def test_nothing_is_said_while_layers_are_unpacked(
    bench: Bench, heard: list[pb.Envelope]
) -> None:
    pulling = await begin(bench)
    await pulling.until(lambda: "/snapshot/prepare" in _topics(heard, "snapshot"))
    await pulling.advance(0.3)
    said = len(pulling.progress)
    assert _extracts(pulling)
    await pulling.until(lambda: len(_topics(heard, "snapshot")) >= 5)
    assert len(pulling.progress) == said
    assert await pulling.ended() is None
    assert len(pulling.progress) == said + 2


async def test_config_and_layers_say_that_they_are_unpacked(bench: Bench) -> None:
    manifest = _manifest(bench)
    pulling = await begin(bench)
    await pulling.ended()
    content = pulling.space.content
    config, *layers = manifest.children
    edge = content[config.digest].labels["containerd.io/gc.ref.snapshot.overlayfs"]
    assert edge == manifest.chain[-1]
    for layer, part in zip(layers, manifest.layers, strict=True):
        assert content[layer.digest].labels["containerd.io/uncompressed"] == part.diff_id


async def test_the_events_come_in_a_daemons_order(bench: Bench, heard: list[pb.Envelope]) -> None:
    pulling = await begin(bench)
    await pulling.ended()
    topics = _topics(heard, "content", "snapshot", "images")
    assert topics[0] == "/content/create"
    assert topics[-1] == "/images/create"
    assert topics.index("/snapshot/prepare") > max(
        number for number, topic in enumerate(topics) if topic == "/content/create"
    )
    created = [item for item in heard if item.topic == "/content/create"]
    found = [event_payloads_pb2.ContentCreate.FromString(item.event.value) for item in created]
    for event in found:
        assert pulling.space.content[event.digest].size == event.size


async def test_pulling_again_updates_the_record(bench: Bench, heard: list[pb.Envelope]) -> None:
    first = await begin(bench)
    await first.ended()
    made = first.space.images[NGINX].created_at
    again = await begin(bench, labels={"second": "time"})
    assert await again.ended() is None
    assert _topics(heard, "images") == ["/images/create", "/images/update"]
    image = again.space.images[NGINX]
    assert dict(image.labels) == {"second": "time"}
    assert image.created_at == made
    assert image.updated_at.seconds > made.seconds


async def test_without_unpacks_nothing_is_unpacked(bench: Bench, heard: list[pb.Envelope]) -> None:
    pulling = await begin(bench, unpacks=())
    assert await pulling.ended() is None
    assert not _topics(heard, "snapshot")
    top = _manifest(bench).children[-1]
    assert "containerd.io/uncompressed" not in pulling.space.content[top.digest].labels


async def test_another_snapshotter_is_not_unpacked_to(bench: Bench) -> None:
    pulling = await begin(bench, unpacks=("native",))
    refusal = await pulling.ended()
    assert refusal is not None
    assert code(refusal) == "INVALID_ARGUMENT"
    assert "no unpack platforms defined" in refusal.text
    assert pulling.progress[-1].event == "fetching image content"
    assert not pulling.space.ingests.keys() - {_forgotten(bench)}


async def test_what_is_for_another_platform_is_not_unpacked(
    bench: Bench, heard: list[pb.Envelope]
) -> None:
    pulling = await begin(bench, platforms=(OTHER,), all_metadata=True)
    assert await pulling.ended() is None
    assert not _topics(heard, "snapshot")


async def test_the_pulled_image_is_kept_with_its_snapshots(bench: Bench) -> None:
    pulling = await begin(bench)
    await pulling.ended()
    chain = _manifest(bench).chain
    bench.engine.collector.run()
    nodes = pulling.space.trees["overlayfs"].nodes
    assert set(chain) <= set(nodes)
    bench.images.Delete(images_pb2.DeleteImageRequest(name=NGINX, sync=True), bench.call)
    assert not set(chain[1:]) & set(nodes)
    assert chain[0] in nodes


@pytest.mark.parametrize("seconds", [0.1, 0.5, 3.0, 5.5])
async def test_a_pull_that_is_given_up_leaves_nothing(
    bench: Bench, heard: list[pb.Envelope], seconds: float
) -> None:
    space = bench.engine.store.spaces["default"]

    def picture() -> object:
        return (
            set(space.content), set(space.ingests), set(space.leases), set(space.images),
            set(space.trees["overlayfs"].nodes),
        )  # fmt: skip

    before = picture()
    pulling = await begin(bench)
    await pulling.advance(seconds)
    assert picture() != before
    pulling.task.cancel()
    await bench.settle()
    assert not any(ref.startswith("layer-") for ref in set(space.ingests) - {_forgotten(bench)})
    assert pulling.lease not in space.leases
    bench.advance(1.0)
    assert picture() == before
    if seconds > 5:
        assert "/snapshot/remove" in _topics(heard, "snapshot")
    said = len(pulling.progress)
    bench.advance(60.0)
    await bench.settle()
    assert len(pulling.progress) == said


def _forgotten(bench: Bench) -> str:
    """The ingest that is a part of the world."""
    space = bench.engine.store.spaces["default"]
    return next(ref for ref, item in space.ingests.items() if item.total == 31_201_882)


async def test_a_pull_whose_lease_is_taken_away_fails(bench: Bench) -> None:
    pulling = await begin(bench)
    await pulling.advance(1.0)
    bench.leases.Delete(leases_pb2.DeleteRequest(id=pulling.lease, sync=True), bench.call)
    refusal = await pulling.ended()
    assert refusal is not None
    assert "lease does not exist" in refusal.text
    assert NGINX not in pulling.space.images


async def test_an_ingest_that_is_thrown_away_does_no_harm(bench: Bench) -> None:
    pulling = await begin(bench)
    await pulling.advance(2.0)
    for ref in set(pulling.space.ingests) - {_forgotten(bench)}:
        bench.content.Abort(content_pb2.AbortRequest(ref=ref), bench.call)
    assert await pulling.ended() is None
    assert NGINX in pulling.space.images


async def test_the_lease_of_the_caller_is_used_and_left_alone(bench: Bench) -> None:
    bench.leases.Create(leases_pb2.CreateRequest(id="mine"), bench.call)
    before = set(bench.engine.store.spaces["default"].leases)
    pulling = await begin(bench, lease="mine")
    assert set(pulling.space.leases) == before
    await pulling.advance(2.0)
    assert "ingests" in {kind for kind, _ in pulling.space.leases["mine"].resources}
    assert await pulling.ended() is None
    assert set(pulling.space.leases) == before
    kinds = {kind for kind, _ in pulling.space.leases["mine"].resources}
    assert kinds == {"content", "snapshots/overlayfs"}


async def test_a_lease_that_is_not_there_is_refused(bench: Bench) -> None:
    refusal = await (await begin(bench, lease="nobody")).ended()
    assert refusal is not None
    assert "lease does not exist" in refusal.text
