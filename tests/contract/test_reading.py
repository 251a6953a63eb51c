"""The contract of the verbs that read: the same on every engine."""

from __future__ import annotations

import asyncio
import json

import pytest

from protos import types_pb2
from tests.contract.place import Place, small_image
from tests.support.image import chain_ids
from tui.backend.errors import FailedPrecondition, InvalidArgument, NotFound
from tui.state.models import SnapshotKind

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


async def test_the_daemon_says_who_it_is(place: Place) -> None:
    server = await place.service.server()
    expected = {"1.6": (1, 6), "1.7": (1, 7), "2.x": (2,), "demo": (2,)}[place.engine]
    assert server.release[: len(expected)] == expected
    assert server.uuid
    assert {"overlayfs", "native"} <= set(server.snapshotters)
    assert list(server.snapshotters) == await place.service.list_snapshotters()


async def test_a_namespace_comes_with_its_first_object(place: Place) -> None:
    names = [each.name for each in await place.service.list_namespaces()]
    assert place.namespace not in names
    await place.seed.image(small_image())
    names = [each.name for each in await place.service.list_namespaces()]
    assert place.namespace in names
    assert names == sorted(names)


async def test_an_unknown_namespace_is_empty(place: Place) -> None:
    service = place.service
    assert await service.list_images() == []
    assert await service.list_containers() == []
    assert await service.list_tasks() == []
    assert await service.list_snapshots() == []
    assert await service.list_ingests() == []


async def test_images_are_listed_filtered_and_got(place: Place) -> None:
    one = await place.seed.image(small_image("c9d.test/one:1", "one"))
    two = await place.seed.image(small_image("c9d.test/two:1", "two"))
    rows = await place.service.list_images()
    assert sorted(row.name for row in rows) == [one, two]
    assert [row.name for row in await place.service.list_images([f'name=="{two}"'])] == [two]
    row = await place.service.get_image(one)
    built = place.seed.images[one]
    assert (row.digest, row.media_type) == (built.target.digest, built.target.media_type)
    assert (row.namespace, row.size) == (place.namespace, None)
    assert row.created_at is not None
    assert row in rows


async def test_an_image_is_described_from_its_content(place: Place) -> None:
    name = await place.seed.image(small_image())
    built = place.seed.images[name]
    row = await place.service.describe_image(await place.service.get_image(name))
    assert row.size == sum(map(len, built.blobs.values()))
    assert row.chain_id == chain_ids(built)[-1]
    assert (row.problem, len(row.platforms)) == ("", 1)


async def test_an_image_whose_content_is_missing_says_so(place: Place) -> None:
    digest = f"sha256:{'0' * 64}"
    target = types_pb2.Descriptor(media_type=MANIFEST, digest=digest, size=1)
    await place.seed.name("c9d.test/gone:1", target)
    row = await place.service.get_image("c9d.test/gone:1")
    described = await place.service.describe_image(row)
    assert described.size is None
    assert described.problem == "blob sha256:000000000000 is missing"


async def test_containers_are_listed_filtered_and_got(place: Place) -> None:
    labels = {"io.kubernetes.pod.name": "web", "empty": "", "a b/c": 'x"y'}
    await place.container("web-1", ["sh", "-c", "exit 3"], labels=labels)
    await place.container("web-2", labels={"io.kubernetes.pod.name": "db"})
    service = place.service
    assert {row.id for row in await service.list_containers()} == {"web-1", "web-2"}
    assert [row.id for row in await service.list_containers(['id=="web-2"'])] == ["web-2"]
    row = await service.get_container("web-1")
    assert row.args == ("sh", "-c", "exit 3")
    assert (row.image, row.snapshotter) == (await place.image(), "overlayfs")
    assert (row.snapshot_key, row.runtime) == ("web-1", "io.containerd.runc.v2")
    assert row.labels["io.kubernetes.pod.name"] == "web"
    assert row.created_at is not None


async def test_containers_are_found_by_label(place: Place) -> None:
    await place.container("web-1", labels={"io.kubernetes.pod.name": "web", "q": 'x"y\\z'})
    await place.container("web-2", labels={"io.kubernetes.pod.name": "db"})

    async def found(key: str, value: str = "") -> list[str]:
        return sorted(row.id for row in await place.service.list_containers_by_label(key, value))

    assert await found("io.kubernetes.pod.name", "web") == ["web-1"]
    assert await found("io.kubernetes.pod.name", "nobody") == []
    # An empty value means any.
    assert await found("io.kubernetes.pod.name") == ["web-1", "web-2"]
    assert await found("q", 'x"y\\z') == ["web-1"]
    assert await found("no.such/label") == []


async def test_the_spec_of_a_container_is_the_one_it_was_made_with(place: Place) -> None:
    await place.container("web-1", ["sh", "-c", "exit 3"])
    spec = await place.service.container_spec("web-1")
    assert spec["process"]["args"] == ["sh", "-c", "exit 3"]
    assert json.dumps(spec)


async def test_many_containers_arrive_whole(place: Place) -> None:
    image = await place.seed.image(small_image())
    names = [f"c{number}" for number in range(60)]
    await asyncio.gather(*(place.seed.container(name, image) for name in names))
    assert sorted(row.id for row in await place.service.list_containers()) == sorted(names)


async def test_snapshots_of_every_snapshotter_are_listed(place: Place) -> None:
    image = await place.seed.image(small_image())
    await place.seed.container("web-1", image)
    place.seed.snapshotter = "native"
    await place.seed.prepare("elsewhere")
    service = place.service
    rows = {row.row_key: row for row in await service.list_snapshots()}
    lower, top = chain_ids(place.seed.images[image])
    assert rows.keys() == {
        f"overlayfs/{lower}",
        f"overlayfs/{top}",
        "overlayfs/web-1",
        "native/elsewhere",
    }
    assert [row.key for row in await service.list_snapshots("native")] == ["elsewhere"]
    active = await service.get_snapshot("web-1")
    assert active == rows["overlayfs/web-1"]
    assert (active.kind, active.parent) == (SnapshotKind.ACTIVE, top)
    assert rows[f"overlayfs/{top}"].kind is SnapshotKind.COMMITTED
    assert rows[f"overlayfs/{top}"].parent == lower
    assert (await service.get_snapshot("elsewhere", "native")).snapshotter == "native"


async def test_a_snapshot_has_a_usage_and_mounts(place: Place) -> None:
    await place.seed.prepare("free")
    before = await place.service.snapshot_usage("free")
    await place.write("free", "big", b"x" * 100_000)
    after = await place.service.snapshot_usage("free")
    assert after.size >= before.size + 100_000
    assert after.inodes > before.inodes
    mounts = await place.service.snapshot_mounts("free")
    assert mounts
    assert all(mount.type and mount.source for mount in mounts)


async def test_a_committed_snapshot_has_no_mounts(place: Place) -> None:
    image = await place.seed.image(small_image())
    with pytest.raises(FailedPrecondition):
        await place.service.snapshot_mounts(chain_ids(place.seed.images[image])[-1])


async def test_an_ingest_shows_how_far_it_is(place: Place) -> None:
    call = await place.seed.ingest("upload-1", b"x" * 1000, total=5000)
    (row,) = await place.service.list_ingests()
    assert (row.ref, row.offset, row.total) == ("upload-1", 1000, 5000)
    assert row.started_at is not None
    call.cancel()


@pytest.mark.parametrize("filters", ["==", "name~", 'labels."x'])
async def test_a_broken_filter_is_an_argument_error(place: Place, filters: str) -> None:
    with pytest.raises(InvalidArgument):
        await place.service.list_images([filters])
    with pytest.raises(InvalidArgument):
        await place.service.list_containers([filters])


async def test_an_unknown_snapshotter_is_an_argument_error(place: Place) -> None:
    with pytest.raises(InvalidArgument):
        await place.service.list_snapshots("nonesuch")
    with pytest.raises(InvalidArgument):
        await place.service.get_snapshot("web-1", "nonesuch")


async def test_what_is_not_there_is_not_found(place: Place) -> None:
    await place.seed.image(small_image())
    service = place.service
    for call in (
        service.get_image("nonesuch"),
        service.delete_image("nonesuch"),
        service.get_container("nonesuch"),
        service.container_spec("nonesuch"),
        service.delete_container("nonesuch"),
        service.get_task("nonesuch"),
        service.start_container("nonesuch"),
        service.stop_container("nonesuch"),
        service.kill("nonesuch", "TERM"),
        service.delete_task("nonesuch"),
        service.delete_task("nonesuch", force=True),
        service.pause("nonesuch"),
        service.resume("nonesuch"),
        service.get_snapshot("nonesuch"),
        service.snapshot_usage("nonesuch"),
        service.snapshot_mounts("nonesuch"),
        service.commit_snapshot("nonesuch", "name"),
        service.remove_snapshot("nonesuch"),
        service.read_blob(f"sha256:{'0' * 64}", limit=1),
    ):
        with pytest.raises(NotFound) as caught:
            await call
        assert str(caught.value).endswith(".")
    assert await service.get_metrics(["nonesuch"]) == {}


async def test_a_container_without_a_task_has_none(place: Place) -> None:
    await place.container("web-1")
    service = place.service
    for call in (
        service.get_task("web-1"),
        service.stop_container("web-1"),
        service.kill("web-1", "TERM"),
        service.delete_task("web-1", force=True),
    ):
        with pytest.raises(NotFound):
            await call
