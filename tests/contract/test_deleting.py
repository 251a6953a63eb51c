"""The contract of the verbs that delete containers, images and snapshots."""

from __future__ import annotations

import pytest

from tests.contract.place import Place, small_image
from tests.support.image import chain_ids
from tui.backend.errors import FailedPrecondition, NotFound
from tui.state.models import TaskStatus


async def keys(place: Place) -> set[str]:
    return {row.key for row in await place.service.list_snapshots()}


async def test_a_container_goes_with_its_file_system(place: Place) -> None:
    await place.container("web-1")
    await place.service.delete_container("web-1")
    assert await place.service.list_containers() == []
    assert "web-1" not in await keys(place)


async def test_a_container_can_leave_its_file_system(place: Place) -> None:
    image = await place.seed.image(small_image())
    await place.seed.container("web-1", image)
    # Something must hold it, or the collector may take it at any time.
    await place.seed.prepare("held", place.top(image))
    await place.service.delete_container("web-1", cleanup_snapshot=False)
    assert await place.service.list_containers() == []
    assert "held" in await keys(place)


async def test_a_container_goes_with_its_stopped_task(place: Place) -> None:
    await place.running("web-1")
    await place.service.stop_container("web-1", "KILL")
    await place.service.delete_container("web-1")
    assert await place.service.list_containers() == []
    assert await place.service.list_tasks() == []


async def test_a_running_container_is_deleted_by_force_alone(place: Place) -> None:
    await place.stubborn("web-1")
    with pytest.raises(FailedPrecondition, match="web-1 is running: stop it first"):
        await place.service.delete_container("web-1")
    assert await place.status("web-1") is TaskStatus.RUNNING
    await place.service.delete_container("web-1", force=True)
    assert await place.service.list_containers() == []
    assert await place.service.list_tasks() == []
    assert "web-1" not in await keys(place)


async def test_a_file_system_that_is_gone_already_is_fine(place: Place) -> None:
    await place.container("web-1")
    await place.service._remove("web-1", "overlayfs", place.namespace)
    await place.service.delete_container("web-1")
    assert await place.service.list_containers() == []


async def test_a_container_without_a_snapshot_is_deleted(place: Place) -> None:
    await place.container("web-1")
    await place.seed.record_without_snapshot("docker-1")
    with pytest.raises(FailedPrecondition, match="docker-1 has no snapshot"):
        await place.service.start_container("docker-1")
    await place.service.delete_container("docker-1")
    assert [row.id for row in await place.service.list_containers()] == ["web-1"]


async def test_an_image_is_deleted_with_its_content(place: Place) -> None:
    name = await place.seed.image(small_image())
    built = place.seed.images[name]
    layer = built.manifest()["layers"][0]["digest"]
    assert await place.seed.has_blob(layer)
    await place.service.delete_image(name, synchronous=True)
    with pytest.raises(NotFound):
        await place.service.get_image(name)
    for digest in built.blobs:
        assert not await place.seed.has_blob(digest)
    assert not await keys(place) & set(chain_ids(built))


async def test_what_others_use_of_an_image_stays(place: Place) -> None:
    one = await place.seed.image(small_image())
    two = await place.seed.image(small_image(), "c9d.test/same:2")
    await place.service.delete_image(one, synchronous=True)
    built = place.seed.images[two]
    assert [row.name for row in await place.service.list_images()] == [two]
    for digest in built.blobs:
        assert await place.seed.has_blob(digest)
    assert set(chain_ids(built)) <= await keys(place)


async def test_a_name_alone_is_deleted_at_once(place: Place) -> None:
    name = await place.seed.image(small_image())
    await place.service.delete_image(name)
    assert await place.service.list_images() == []


async def test_a_snapshot_is_removed(place: Place) -> None:
    await place.seed.prepare("free")
    await place.service.remove_snapshot("free")
    with pytest.raises(NotFound):
        await place.service.get_snapshot("free")


async def test_a_snapshot_of_another_snapshotter_is_removed(place: Place) -> None:
    await place.seed.prepare("free")
    place.seed.snapshotter = "native"
    await place.seed.prepare("free")
    await place.service.remove_snapshot("free", "native")
    assert [row.row_key for row in await place.service.list_snapshots()] == ["overlayfs/free"]


async def test_a_snapshot_with_others_on_it_stays(place: Place) -> None:
    image = await place.seed.image(small_image())
    await place.seed.prepare("child", place.top(image))
    with pytest.raises(FailedPrecondition):
        await place.service.remove_snapshot(place.top(image))
    assert place.top(image) in await keys(place)


async def test_the_file_system_of_a_container_stays(place: Place) -> None:
    await place.container("web-1")
    with pytest.raises(FailedPrecondition, match="the file system of the container web-1"):
        await place.service.remove_snapshot("web-1")
    assert "web-1" in await keys(place)
