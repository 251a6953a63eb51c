import pytest

from protos import diff_pb2, leases_pb2, types_pb2
from protos import snapshots_pb2 as pb
from tests.demo.bench import Bench, code
from tui.demo.refusals import Refusal
from tui.demo.router import Call

OVERLAY = "overlayfs"


def _prepare(bench: Bench, key: str, parent: str = "", call: Call | None = None) -> None:
    request = pb.PrepareSnapshotRequest(snapshotter=OVERLAY, key=key, parent=parent)
    bench.snapshots.Prepare(request, call or bench.call)


def _commit(bench: Bench, key: str, name: str) -> None:
    request = pb.CommitSnapshotRequest(snapshotter=OVERLAY, key=key, name=name)
    bench.snapshots.Commit(request, bench.call)


def _stat(bench: Bench, key: str) -> pb.Info:
    request = pb.StatSnapshotRequest(snapshotter=OVERLAY, key=key)
    return bench.snapshots.Stat(request, bench.call).info


def _mounts(bench: Bench, key: str) -> list[types_pb2.Mount]:
    request = pb.MountsRequest(snapshotter=OVERLAY, key=key)
    return list(bench.snapshots.Mounts(request, bench.call).mounts)


async def test_an_active_snapshot_becomes_a_committed_one(bench: Bench) -> None:
    _prepare(bench, "work")
    assert _stat(bench, "work").kind == pb.ACTIVE
    _commit(bench, "work", "layer")
    assert _stat(bench, "layer").kind == pb.COMMITTED
    with pytest.raises(Refusal) as caught:
        _stat(bench, "work")
    assert code(caught.value) == "NOT_FOUND"


async def test_the_rules_of_the_tree(bench: Bench) -> None:
    _prepare(bench, "work")
    _commit(bench, "work", "layer")
    _prepare(bench, "child", "layer")
    remove = pb.RemoveSnapshotRequest(snapshotter=OVERLAY, key="layer")
    for expected, action in (
        ("FAILED_PRECONDITION", lambda: bench.snapshots.Remove(remove, bench.call)),
        ("FAILED_PRECONDITION", lambda: _mounts(bench, "layer")),
        ("FAILED_PRECONDITION", lambda: _commit(bench, "layer", "again")),
        ("ALREADY_EXISTS", lambda: _prepare(bench, "child")),
        ("ALREADY_EXISTS", lambda: _commit(bench, "child", "layer")),
        ("INVALID_ARGUMENT", lambda: _prepare(bench, "other", "child")),
        ("NOT_FOUND", lambda: _prepare(bench, "other", "nowhere")),
        ("INVALID_ARGUMENT", lambda: bench.snapshots.Stat(
            pb.StatSnapshotRequest(snapshotter="zfs", key="x"), bench.call)),
        ("INVALID_ARGUMENT", lambda: bench.snapshots.Stat(
            pb.StatSnapshotRequest(key="x"), bench.call)),
        ("UNIMPLEMENTED", lambda: bench.snapshots.Cleanup(
            pb.CleanupRequest(snapshotter=OVERLAY), bench.call)),
    ):  # fmt: skip
        with pytest.raises(Refusal) as caught:
            action()
        assert code(caught.value) == expected, caught.value.text


async def test_mounts_look_as_overlayfs_makes_them(bench: Bench) -> None:
    _prepare(bench, "base")
    (mount,) = _mounts(bench, "base")
    assert (mount.type, list(mount.options)) == ("bind", ["rw", "rbind"])
    _commit(bench, "base", "layer")
    _prepare(bench, "child", "layer")
    (mount,) = _mounts(bench, "child")
    kinds = [option.partition("=")[0] for option in mount.options]
    assert (mount.type, kinds) == ("overlay", ["index", "workdir", "upperdir", "lowerdir"])
    view = pb.ViewSnapshotRequest(snapshotter=OVERLAY, key="look", parent="layer")
    (mount,) = bench.snapshots.View(view, bench.call).mounts
    assert (mount.type, list(mount.options)) == ("bind", ["ro", "rbind"])


async def test_a_diff_of_a_container_can_be_applied_again(bench: Bench) -> None:
    lease = bench.leases.Create(leases_pb2.CreateRequest(id="diff"), bench.call).lease.id
    call = Call("default", lease)
    parent = _stat(bench, "api-7").parent
    view = pb.ViewSnapshotRequest(snapshotter=OVERLAY, key="below", parent=parent)
    lower = bench.snapshots.View(view, call).mounts
    descriptor = bench.diff.Diff(
        diff_pb2.DiffRequest(left=lower, right=_mounts(bench, "api-7")), call
    ).diff
    info = bench.engine.store.spaces["default"].content[descriptor.digest]
    _prepare(bench, "copy", parent, call)
    request = diff_pb2.ApplyRequest(diff=descriptor, mounts=_mounts(bench, "copy"))
    applied = (await bench.diff.Apply(request, call)).applied
    assert applied.digest == info.labels["containerd.io/uncompressed"]
    usage = [
        bench.snapshots.Usage(pb.UsageRequest(snapshotter=OVERLAY, key=key), bench.call)
        for key in ("api-7", "copy")
    ]
    assert usage[0] == usage[1]
    assert usage[0].size > 10_000


async def test_lists_are_filtered_by_kind_and_parent(bench: Bench) -> None:
    def keys(*filters: str) -> set[str]:
        request = pb.ListSnapshotsRequest(snapshotter=OVERLAY, filters=filters)
        return {
            info.name for part in bench.snapshots.List(request, bench.call) for info in part.info
        }

    assert keys("kind==view") == {"inspect-redis"}
    assert {"web-1", "web-canary"} <= keys("kind==active")
    assert keys(f"parent=={_stat(bench, 'web-1').parent}") == {"web-1", "web-canary"}
