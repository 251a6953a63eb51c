"""The contract of commit: a free snapshot becomes it, of a container's a copy is made."""

from __future__ import annotations

import pytest

from tests.contract.place import Place, later, small_image
from tui.backend.errors import AlreadyExists, FailedPrecondition, NotFound
from tui.state.models import SnapshotKind, TaskStatus

ROOT = "containerd.io/gc.root"


async def test_a_free_snapshot_becomes_a_committed_one(place: Place) -> None:
    image = await place.seed.image(small_image())
    await place.seed.prepare("work", place.top(image))
    await place.write("work", "srv/note", b"kept")
    made = await place.service.commit_snapshot("work", "saved", labels={"by": "me"})
    assert (made.key, made.kind, made.parent) == (
        "saved",
        SnapshotKind.COMMITTED,
        place.top(image),
    )
    assert made.labels["by"] == "me"
    assert made.labels[ROOT]
    with pytest.raises(NotFound):
        await place.service.get_snapshot("work")
    assert await place.files("saved", place.top(image)) == {"srv/note": b"kept"}


async def test_a_snapshot_without_a_parent_is_committed(place: Place) -> None:
    await place.seed.prepare("work")
    made = await place.service.commit_snapshot("work", "saved")
    assert (made.kind, made.parent) == (SnapshotKind.COMMITTED, "")


async def test_what_was_committed_can_be_built_on(place: Place) -> None:
    await place.seed.prepare("work")
    await place.write("work", "srv/note", b"kept")
    await place.service.commit_snapshot("work", "saved")
    await place.seed.prepare("next", "saved")
    assert (await place.service.get_snapshot("next")).parent == "saved"
    assert await place.service.snapshot_mounts("next")


@pytest.mark.parametrize("running", [False, True], ids=["at rest", "running"])
async def test_of_a_container_a_copy_is_committed(place: Place, running: bool) -> None:
    await place.container("web-1", ["sh", "-c", "echo live > /live; echo ready; sleep 3600"])
    await place.write("web-1", "srv/note", b"kept")
    if running:
        task = await place.service.start_container("web-1")
        await later(lambda: place.says(task.stdout, "ready"))
    container = await place.service.get_container("web-1")
    before = {row.row_key for row in await place.service.list_snapshots()}
    source = await place.service.get_snapshot("web-1")
    made = await place.service.commit_snapshot("web-1", "saved", labels={"by": "me"})
    assert (made.kind, made.parent) == (SnapshotKind.COMMITTED, source.parent)
    assert made.labels["by"] == "me"
    assert made.labels[ROOT]
    # The container has what it had, and what was needed on the way is gone.
    assert await place.service.get_snapshot("web-1") == source
    assert await place.service.get_container("web-1") == container
    after = {row.row_key for row in await place.service.list_snapshots()}
    assert after - before == {"overlayfs/saved"}
    assert await place.seed.leases() == []
    if running:
        assert await place.status("web-1") is TaskStatus.RUNNING
    files = await place.files("saved", source.parent)
    assert files["srv/note"] == b"kept"
    if running and place.real:
        assert files["live"] == b"live\n"


async def test_the_copy_outlives_the_collector(place: Place) -> None:
    await place.container("web-1")
    other = await place.seed.image(small_image("c9d.test/other:1", "other"))
    await place.service.commit_snapshot("web-1", "saved")
    # Deleting synchronously makes the collector run.
    await place.service.delete_image(other, synchronous=True)
    assert (await place.service.get_snapshot("saved")).kind is SnapshotKind.COMMITTED


async def test_a_name_that_is_taken_is_refused(place: Place) -> None:
    await place.container("web-1")
    await place.seed.prepare("work")
    await place.seed.prepare("more")
    await place.service.commit_snapshot("work", "saved")
    before = {row.row_key for row in await place.service.list_snapshots()}
    for key in ("more", "web-1"):
        with pytest.raises(AlreadyExists):
            await place.service.commit_snapshot(key, "saved")
    assert {row.row_key for row in await place.service.list_snapshots()} == before
    assert await place.seed.leases() == []


async def test_only_an_active_snapshot_is_committed(place: Place) -> None:
    image = await place.seed.image(small_image())
    with pytest.raises(FailedPrecondition, match="only an active one can be committed"):
        await place.service.commit_snapshot(place.top(image), "saved")
