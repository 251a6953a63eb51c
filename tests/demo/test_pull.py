import hashlib
import json

from protos import content_pb2, images_pb2, leases_pb2
from tests.demo.bench import Bench
from tests.demo.pulls import HERE, NGINX, Pulling, begin
from tui.demo.bundle import Blob, bundle
from tui.demo.cast import IMAGES
from tui.demo.images import host_architecture, platforms
from tui.demo.layers import LAYERS

OLD = "docker.io/library/nginx:1.27"


def _layers(pulling: Pulling) -> list[str]:
    found = [item.name for item in pulling.progress if item.name.startswith("layer-")]
    return list(dict.fromkeys(found))


def _statuses(bench: Bench) -> dict[str, content_pb2.Status]:
    request = content_pb2.ListStatusesRequest()
    found = bench.content.ListStatuses(request, bench.call).statuses
    return {status.ref: status for status in found if status.total != 31_201_882}


def _read(bench: Bench, digest: str) -> bytes:
    request = content_pb2.ReadContentRequest(digest=digest)
    return b"".join(part.data for part in bench.content.Read(request, bench.call))


async def test_a_pull_says_what_a_daemon_says(bench: Bench) -> None:
    pulling = await begin(bench)
    assert await pulling.ended() is None
    said = pulling.progress
    registry = f"OCI Registry ({NGINX})"
    assert [item.event for item in said[:3]] == [
        f"Resolving from {registry}",
        f"Pulling from {registry}",
        "fetching image content",
    ]
    assert [item.event for item in said[-2:]] == ["saved", f"Completed pull from {registry}"]
    assert said[2].name == said[-2].name == NGINX
    assert said[3].desc == pulling.space.images[NGINX].target
    for item in said[3:-2]:
        kind, _, digest = item.name.partition("-")
        assert kind in ("index", "manifest", "config", "layer")
        assert (item.desc.digest, item.desc.size) == (digest, item.total)
        assert item.desc.media_type


async def test_each_blob_waits_comes_and_is_complete(bench: Bench) -> None:
    pulling = await begin(bench)
    await pulling.ended()
    shared = f"layer-{LAYERS['debian-12'].digest}"
    layers = _layers(pulling)
    assert layers[0] == shared
    for ref in layers:
        first, *between, last = pulling.of(ref)
        assert (first.event, first.progress) == ("waiting", 0)
        assert {item.event for item in between} <= {"downloading"}
        assert last.event == ("already exists" if ref == shared else "complete")
        assert last.progress == last.total
        offsets = [item.progress for item in between]
        assert offsets == sorted(set(offsets))
    assert len(max((pulling.of(ref) for ref in layers), key=len)) > 10


async def test_a_blob_names_the_one_that_named_it(bench: Bench) -> None:
    pulling = await begin(bench)
    await pulling.ended()
    parents = {item.name: list(item.parents) for item in pulling.progress if item.parents}
    (index,) = (name for name in parents if name.startswith("index-"))
    (manifest,) = (name for name in parents if name.startswith("manifest-"))
    assert parents.pop(index) == [NGINX]
    assert parents.pop(manifest) == [index]
    assert set(map(tuple, parents.values())) == {(manifest,)}
    assert len(parents) >= 4


async def test_three_blobs_come_at_a_time_and_can_be_watched(bench: Bench) -> None:
    bench.engine.puller.line.rate = 1 << 20
    pulling = await begin(bench, "quay.io/acme/tools:3")
    seen: dict[str, list[int]] = {}
    most = 0
    while not pulling.task.done():
        await pulling.advance(0.1)
        statuses = _statuses(bench)
        most = max(most, len(statuses))
        for ref, status in statuses.items():
            seen.setdefault(ref, []).append(status.offset)
            assert status.total == int(pulling.of(ref)[0].total)
    assert most == 3
    assert set(_layers(pulling)) <= set(seen)
    for offsets in seen.values():
        assert offsets == sorted(offsets)
    assert not _statuses(bench)


async def test_all_downloads_share_one_line(bench: Bench) -> None:
    bench.engine.puller.line.rate = 4 << 20
    first = await begin(bench, "quay.io/acme/one:1")
    second = await begin(bench, "quay.io/acme/two:1")
    await first.advance(2.0)

    def arrived() -> int:
        there = sum(info.size for info in first.space.content.values())
        return there + sum(status.offset for status in _statuses(bench).values())

    before = arrived()
    await first.advance(1.0)
    assert 3 << 20 < arrived() - before <= 4 << 20
    assert await first.ended() is None
    assert await second.ended() is None


async def test_afterwards_the_content_is_there_with_a_daemons_labels(bench: Bench) -> None:
    pulling = await begin(bench, labels={"made": "here"})
    await pulling.ended()
    content, image = pulling.space.content, pulling.space.images[NGINX]
    assert dict(image.labels) == {"made": "here"}
    index = json.loads(_read(bench, image.target.digest))
    labels = content[image.target.digest].labels
    for number, entry in enumerate(index["manifests"]):
        assert labels[f"containerd.io/gc.ref.content.m.{number}"] == entry["digest"]
    here = next(
        item["digest"]
        for item in index["manifests"]
        if item["platform"]["architecture"] == HERE.architecture
    )
    manifest = json.loads(_read(bench, here))
    edges = content[here].labels
    assert edges["containerd.io/gc.ref.content.config"] == manifest["config"]["digest"]
    for number, layer in enumerate(manifest["layers"]):
        assert edges[f"containerd.io/gc.ref.content.l.{number}"] == layer["digest"]
        assert content[layer["digest"]].size == layer["size"]
        assert content[layer["digest"]].labels["containerd.io/uncompressed"].startswith("sha256:")
    for digest in (here, manifest["config"]["digest"], image.target.digest):
        source = content[digest].labels["containerd.io/distribution.source.docker.io"]
        assert source == "library/nginx"
        assert f"sha256:{hashlib.sha256(_read(bench, digest)).hexdigest()}" == digest
    small = manifest["layers"][-1]
    assert f"sha256:{hashlib.sha256(_read(bench, small['digest'])).hexdigest()}" == small["digest"]


async def test_a_shared_blob_remembers_all_repositories_it_came_from(bench: Bench) -> None:
    pulling = await begin(bench, "docker.io/library/redis:8")
    await pulling.ended()
    label = pulling.space.content[LAYERS["debian-12"].digest].labels
    sources = label["containerd.io/distribution.source.docker.io"].split(",")
    assert sorted(sources) == sorted(set(sources))
    assert "library/redis" in sources


async def test_what_is_pulled_is_kept_and_goes_with_its_name(bench: Bench) -> None:
    before = set(bench.engine.store.spaces["default"].content)
    pulling = await begin(bench)
    await pulling.ended()
    bench.engine.collector.run()
    new = set(pulling.space.content) - before
    assert len(new) > 4
    bench.images.Delete(images_pb2.DeleteImageRequest(name=NGINX, sync=True), bench.call)
    assert not new & set(pulling.space.content)


async def test_the_lease_of_a_pull_lasts_as_long_as_the_pull(bench: Bench) -> None:
    def leases() -> dict[str, leases_pb2.Lease]:
        found = bench.leases.List(leases_pb2.ListRequest(), bench.call).leases
        return {lease.id: lease for lease in found}

    before = set(leases())
    pulling = await begin(bench)
    (lease,) = set(leases()) - before
    assert leases()[lease].labels["containerd.io/gc.expire"].startswith("2025-06-16T")
    await pulling.advance(2.0)
    held = bench.leases.ListResources(leases_pb2.ListResourcesRequest(id=lease), bench.call)
    assert {item.type for item in held.resources} == {"content", "ingests"}
    await pulling.ended()
    assert set(leases()) == before


async def test_an_image_that_is_there_is_only_looked_at(bench: Bench) -> None:
    pulling = await begin(bench, OLD)
    assert await pulling.ended() is None
    events = {item.event for item in pulling.progress if "-sha256:" in item.name}
    assert events == {"waiting", "already exists"}


async def test_what_another_namespace_has_is_not_fetched_again(bench: Bench) -> None:
    bench.engine.puller.line.rate = 1
    pulling = await begin(bench, OLD, namespace="other", unpacks=())
    await pulling.advance(5.0)
    assert await pulling.ended() is None
    assert OLD in pulling.space.images


async def test_two_pulls_of_one_image_both_succeed(bench: Bench) -> None:
    first, second = await begin(bench), await begin(bench)
    assert await first.ended() is None
    assert await second.ended() is None
    fetched = [item for item in first.progress if item.event == "downloading"]
    assert fetched
    assert _layers(first) == _layers(second)
    assert not [key for key in first.space.trees["overlayfs"].nodes if key.startswith("extract-0")]


async def test_a_seeded_engine_gives_the_same_image_each_time() -> None:
    def offer(seed: int, reference: str) -> Blob:
        return Bench.make(0, seed).engine.puller.registry.offer(reference).top

    for reference in (NGINX, "quay.io/x/y:1", "ghcr.io/acme/tool:2024.1"):
        first, second, other = (offer(seed, reference) for seed in (3, 3, 4))
        assert [blob.digest for blob in first.walk()] == [blob.digest for blob in second.walk()]
        assert first.digest != other.digest
        assert 3 <= len(first.manifests[0].layers) <= 9
        sizes = [layer.size for layer in first.manifests[0].layers]
        assert max(sizes) < 64 << 20
        assert min(sizes) < 64 << 10


async def test_a_known_reference_gives_the_image_that_is_there(bench: Bench) -> None:
    registry = bench.engine.puller.registry
    for recipe in IMAGES:
        top = registry.offer(recipe.name).top
        assert top == bundle(recipe, platforms(host_architecture()))
        repository = recipe.name.rpartition(":")[0]
        assert registry.offer(f"{repository}@{top.digest}").top == top
