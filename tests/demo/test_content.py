import hashlib
import json
import zlib
from collections.abc import AsyncIterator, Sequence

import pytest

from protos import content_pb2 as pb
from protos import images_pb2, leases_pb2
from tests.demo.bench import Bench, code
from tui.demo.layers import LAYERS, read_layer
from tui.demo.refusals import Refusal
from tui.demo.router import Call

DATA = b"some bytes" * 1000
DIGEST = f"sha256:{hashlib.sha256(DATA).hexdigest()}"


async def _write(
    bench: Bench, *requests: pb.WriteContentRequest, call: Call | None = None
) -> Sequence[pb.WriteContentResponse]:
    async def stream() -> AsyncIterator[pb.WriteContentRequest]:
        for request in requests:
            yield request

    return [item async for item in bench.content.Write(stream(), call or bench.call)]


def _commit(**fields: object) -> pb.WriteContentRequest:
    return pb.WriteContentRequest(action=pb.COMMIT, ref="r", **fields)  # type: ignore[arg-type]


def _read(bench: Bench, digest: str, offset: int = 0, size: int = 0) -> bytes:
    request = pb.ReadContentRequest(digest=digest, offset=offset, size=size)
    return b"".join(part.data for part in bench.content.Read(request, bench.call))


@pytest.mark.parametrize(
    "name", ["nginx-conf", "redis-conf", "pause-3.10", "busybox-1.36", "alpine-3.20"]
)
def test_generated_layers_have_the_digests_of_the_table(name: str) -> None:
    layer = LAYERS[name]
    assert layer.measured() == layer
    blob = b"".join(layer.chunks())
    assert len(blob) == layer.size
    tar = zlib.decompress(blob, wbits=31)
    assert f"sha256:{hashlib.sha256(tar).hexdigest()}" == layer.diff_id
    assert b"".join(read_layer(layer, 100, 200)) == blob[100:300]


async def test_every_blob_that_an_image_of_the_host_needs_is_there_and_true(bench: Bench) -> None:
    images = bench.images.List(images_pb2.ListImagesRequest(), bench.call).images
    space = bench.engine.store.spaces["default"]
    for image in images:
        top = json.loads(_read(bench, image.target.digest))
        entry = top["manifests"][0] if "manifests" in top else None
        manifest = json.loads(_read(bench, entry["digest"])) if entry else top
        for part in [manifest["config"], *manifest["layers"]]:
            assert space.content[part["digest"]].size == part["size"]
        for digest in (image.target.digest, manifest["config"]["digest"]):
            data = _read(bench, digest)
            assert f"sha256:{hashlib.sha256(data).hexdigest()}" == digest
        assert sum(layer["size"] for layer in manifest["layers"]) > 1 << 20


async def test_a_blob_is_written_in_pieces_and_read_back(bench: Bench) -> None:
    stat, first, second = await _write(
        bench,
        pb.WriteContentRequest(action=pb.STAT, ref="r", total=len(DATA), expected=DIGEST),
        pb.WriteContentRequest(action=pb.WRITE, data=DATA[:4000]),
        _commit(offset=4000, data=DATA[4000:], labels={"a": "b"}),
    )
    assert (stat.offset, first.offset, second.offset) == (0, 4000, len(DATA))
    assert second.digest == DIGEST
    info = bench.content.Info(pb.InfoRequest(digest=DIGEST), bench.call).info
    assert (info.size, dict(info.labels)) == (len(DATA), {"a": "b"})
    assert _read(bench, DIGEST) == DATA
    assert _read(bench, DIGEST, 5, 7) == DATA[5:12]


async def test_a_cut_write_goes_on_where_it_was(bench: Bench) -> None:
    await _write(bench, pb.WriteContentRequest(action=pb.WRITE, ref="r", data=DATA[:4000]))
    status = bench.content.Status(pb.StatusRequest(ref="r"), bench.call).status
    assert status.offset == 4000
    (stat, _) = await _write(
        bench,
        pb.WriteContentRequest(action=pb.STAT, ref="r"),
        _commit(offset=4000, data=DATA[4000:], expected=DIGEST, total=len(DATA)),
    )
    assert stat.offset == 4000
    assert _read(bench, DIGEST) == DATA


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (_commit(data=DATA, expected="sha256:" + "0" * 64), "FAILED_PRECONDITION"),
        (_commit(data=DATA, total=3), "FAILED_PRECONDITION"),
        (_commit(data=DATA, offset=9), "OUT_OF_RANGE"),
        (pb.WriteContentRequest(action=pb.STAT), "INVALID_ARGUMENT"),
    ],
)
async def test_a_wrong_write_is_refused(
    bench: Bench, request_: pb.WriteContentRequest, expected: str
) -> None:
    with pytest.raises(Refusal) as caught:
        await _write(bench, request_)
    assert code(caught.value) == expected


async def test_a_blob_that_is_there_is_not_taken_twice(bench: Bench) -> None:
    await _write(bench, _commit(data=DATA))
    with pytest.raises(Refusal) as caught:
        await _write(bench, pb.WriteContentRequest(ref="x", expected=DIGEST))
    assert code(caught.value) == "ALREADY_EXISTS"
    stat, done = await _write(
        bench,
        pb.WriteContentRequest(ref="x", expected=DIGEST, total=len(DATA)),
        pb.WriteContentRequest(action=pb.COMMIT, offset=len(DATA)),
        call=Call("other"),
    )
    assert stat.offset == done.offset == len(DATA)


async def test_deleting_an_image_synchronously_frees_what_only_it_had(bench: Bench) -> None:
    space = bench.engine.store.spaces["default"]
    before = set(space.content)
    name = "registry.acme.example/shop/api:4.1"
    bench.images.Delete(images_pb2.DeleteImageRequest(name=name, sync=True), bench.call)
    freed = before - set(space.content)
    assert LAYERS["acme-api-4.1"].digest in freed
    assert LAYERS["python-3.12"].digest in space.content
    assert not freed & set(bench.engine.store.blobs)


async def test_deleting_an_image_frees_later_what_a_container_does_not_hold(bench: Bench) -> None:
    space = bench.engine.store.spaces["default"]
    snapshots, name = set(space.trees["overlayfs"].nodes), "docker.io/library/nginx:1.27"
    bench.images.Delete(images_pb2.DeleteImageRequest(name=name), bench.call)
    assert LAYERS["nginx-1.27"].digest in space.content
    bench.advance(1.0)
    assert LAYERS["nginx-1.27"].digest not in space.content
    assert snapshots == set(space.trees["overlayfs"].nodes)


async def test_a_lease_keeps_a_blob_until_it_ends(bench: Bench) -> None:
    bench.leases.Create(leases_pb2.CreateRequest(id="keep"), bench.call)
    await _write(bench, _commit(data=DATA), call=Call("default", "keep"))
    bench.engine.collector.run()
    assert _read(bench, DIGEST) == DATA
    bench.leases.Delete(leases_pb2.DeleteRequest(id="keep", sync=True), bench.call)
    with pytest.raises(Refusal):
        _read(bench, DIGEST)


async def test_an_expired_lease_keeps_nothing(bench: Bench) -> None:
    labels = {"containerd.io/gc.expire": "2000-01-01T00:00:00Z"}
    bench.leases.Create(leases_pb2.CreateRequest(id="old", labels=labels), bench.call)
    await _write(bench, _commit(data=DATA), call=Call("default", "old"))
    assert _read(bench, DIGEST) == DATA
    bench.engine.collector.run()
    with pytest.raises(Refusal):
        _read(bench, DIGEST)


async def test_a_write_under_a_lease_that_is_not_there_is_refused(bench: Bench) -> None:
    with pytest.raises(Refusal) as caught:
        await _write(bench, _commit(data=DATA), call=Call("default", "nobody"))
    assert code(caught.value) == "NOT_FOUND"
