from protos import types_pb2
from tests.demo.bench import Bench, code
from tests.demo.pulls import NGINX, OTHER, Pulling, begin

STRANGE = types_pb2.Platform(os="linux", architecture="s390x")


async def test_without_platforms_all_of_them_are_fetched(bench: Bench) -> None:
    pulling = await begin(bench, platforms=())
    assert await pulling.ended() is None
    names = {item.name for item in pulling.progress}
    assert sum(name.startswith("manifest-") for name in names) == 2
    assert sum(name.startswith("config-") for name in names) == 2


async def test_the_metadata_of_other_platforms_comes_where_it_is_asked_for(bench: Bench) -> None:
    bare = await begin(bench, "quay.io/acme/bare:1", unpacks=())
    await bare.ended()
    whole = await begin(bench, "quay.io/acme/whole:1", unpacks=(), all_metadata=True)
    await whole.ended()

    def kinds(pulling: Pulling) -> list[str]:
        names = {item.name for item in pulling.progress if "-sha256:" in item.name}
        return sorted(name.partition("-")[0] for name in names if not name.startswith("layer"))

    assert kinds(bare) == ["config", "index", "manifest"]
    assert kinds(whole) == ["config", "config", "index", "manifest", "manifest"]


async def test_another_platform_can_be_fetched_but_not_unpacked(bench: Bench) -> None:
    pulling = await begin(bench, platforms=(OTHER,), unpacks=())
    assert await pulling.ended() is None
    assert NGINX in pulling.space.images


async def test_a_platform_that_no_image_is_made_for_is_refused(bench: Bench) -> None:
    pulling = await begin(bench, platforms=(STRANGE,), unpacks=(), manifest_limit=1)
    refusal = await pulling.ended()
    assert refusal is not None
    assert (code(refusal), refusal.text) == (
        "NOT_FOUND",
        "no match for platform in manifest: not found",
    )
    assert pulling.lease not in pulling.space.leases


async def test_without_a_limit_a_platform_that_is_missing_gives_an_empty_image(
    bench: Bench,
) -> None:
    pulling = await begin(bench, platforms=(STRANGE,))
    assert await pulling.ended() is None
    assert NGINX in pulling.space.images
    assert not any(item.name.startswith("layer-") for item in pulling.progress)
