import pytest

from protos import content_pb2, images_pb2, transfer_pb2
from protos import transfer_types_pb2 as types
from protos import types_pb2 as pb
from tests.demo.bench import Bench, code
from tests.demo.pulls import NGINX, Line, Pulling, begin
from tui.demo.controls import Controls
from tui.demo.faults import Faults
from tui.demo.flaws import HOSTS, WORDS, Flaw
from tui.demo.login import PASSWORD
from tui.demo.refusals import Refusal
from tui.demo.registry import Reference
from tui.demo.server import main
from tui.demo.streams import packed


async def _failed(pulling: Pulling) -> Refusal:
    refusal = await pulling.ended()
    assert refusal is not None
    assert pulling.lease not in pulling.space.leases
    assert len(pulling.space.ingests) == 1  # the world's own forgotten one
    return refusal


@pytest.mark.parametrize(
    ("reference", "expected", "text"),
    [
        ("docker.io/library/missing:1", "NOT_FOUND", "docker.io/library/missing:1: not found"),
        (f"{NGINX}@sha256:{'0' * 64}", "NOT_FOUND", "not found"),
        (f"quay.io/a/b@sha256:{'0' * 64}", "NOT_FOUND", "not found"),
        ("docker.io/library/nginx", "UNKNOWN", "object required"),
        ("nginx:1", "UNKNOWN", "object required"),
        ("nosuch.example/a/b:1", "UNKNOWN", "lookup nosuch.example: no such host"),
        ("refused.example/a/b:1", "UNKNOWN", "connection refused"),
        ("selfsigned.example/a/b:1", "UNKNOWN", "unknown authority"),
        ("docker.io/library/private:1", "UNKNOWN", "401 Unauthorized"),
        ("docker.io/acme/broken:1", "FAILED_PRECONDITION", "unexpected commit digest sha256:"),
        ("docker.io/acme/full:1", "UNKNOWN", "no space left on device"),
        ("docker.io/acme/reset-often:1", "UNKNOWN", "connection reset by peer"),
    ],
)
async def test_some_references_fail_as_they_are_called(
    bench: Bench, reference: str, expected: str, text: str
) -> None:
    pulling = await begin(bench, reference)
    refusal = await _failed(pulling)
    assert code(refusal) == expected
    assert text in refusal.text
    assert "\n" not in refusal.text
    assert reference not in pulling.space.images
    assert pulling.progress[0].event.startswith("Resolving from")


def test_the_help_names_the_references_that_fail(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    for word in (*WORDS, *HOSTS, "missing", "private"):
        assert word in text
    assert f'"{PASSWORD}"' in text


async def test_a_failed_pull_leaves_nothing(bench: Bench) -> None:
    space = bench.engine.store.spaces["default"]
    content, nodes = set(space.content), set(space.trees["overlayfs"].nodes)
    pulling = await begin(bench, "docker.io/acme/broken:1")
    await _failed(pulling)
    assert any(item.event == "downloading" for item in pulling.progress)
    bench.advance(1.0)
    assert (set(space.content), set(space.trees["overlayfs"].nodes)) == (content, nodes)


async def test_a_stalled_pull_stands_still_for_a_minute(bench: Bench) -> None:
    pulling = await begin(bench, "docker.io/acme/stall:1")

    def stuck() -> list[content_pb2.Status]:
        request = content_pb2.ListStatusesRequest()
        found = bench.content.ListStatuses(request, bench.call).statuses
        return [status for status in found if status.total != 31_201_882]

    await pulling.advance(20.0)
    (before,) = stuck()
    assert before.offset == before.total // 2
    await pulling.advance(30.0)
    assert stuck() == [before]
    assert not pulling.task.done()
    await pulling.advance(30.0)
    assert await pulling.ended() is None


@pytest.mark.parametrize(
    ("secrets", "ending"),
    [
        (["demo"], ""),
        (["wrong", "demo"], ""),
        (["wrong"] * 9, "403 Forbidden"),
        ([""], "401 Unauthorized"),
    ],
)
async def test_a_private_image_wants_the_right_password(
    bench: Bench, secrets: list[str], ending: str
) -> None:
    auth = Line(bench, "auth", "default")
    await bench.settle()
    for secret in secrets:
        auth.say(types.AuthResponse(authType=types.CREDENTIALS, username="me", secret=secret))
    pulling = await begin(bench, "docker.io/acme/private:1", auth="auth")
    refusal = await pulling.ended()
    assert (refusal.text if refusal else "").endswith(ending)
    assert (refusal is None) == (ending == "")
    asked = [types.AuthRequest.FromString(item.value) for item in auth.heard[1:]]
    assert len(asked) == min(len(secrets), 5)
    assert {(item.host, item.reference) for item in asked} == {
        ("docker.io", "docker.io/acme/private:1")
    }
    auth.task.cancel()


async def test_a_client_that_hangs_up_instead_of_answering_is_nobody(bench: Bench) -> None:
    auth = Line(bench, "auth", "default")
    await bench.settle()
    auth.said.put_nowait(None)
    refusal = await (await begin(bench, "docker.io/acme/private:1", auth="auth")).ended()
    assert refusal is not None
    assert refusal.text.endswith("401 Unauthorized")
    auth.task.cancel()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("digest", "unexpected commit digest"), ("disk", "no space"), ("network", "reset by peer")],
)
async def test_the_next_pull_can_be_spoiled_and_only_that(
    bench: Bench, kind: str, expected: str
) -> None:
    registry = bench.engine.puller.registry
    layers = registry.offer(NGINX).top.manifests[0].children[1:]
    registry.spoil(Flaw.of(kind, 2))
    pulling = await begin(bench)
    refusal = await _failed(pulling)
    assert expected in refusal.text
    if kind == "digest":
        assert layers[2].digest in refusal.text
    bench.advance(1.0)
    assert await (await begin(bench)).ended() is None


async def test_a_pull_that_is_no_pull_is_not_implemented(bench: Bench) -> None:
    store = packed(types.ImageStore(name=NGINX))
    request = transfer_pb2.TransferRequest(source=store, destination=store)
    with pytest.raises(Refusal) as caught:
        await bench.transfer.Transfer(request, bench.call)
    assert code(caught.value) == "UNIMPLEMENTED"
    assert "containerd.types.transfer.ImageStore" in caught.value.text


@pytest.mark.parametrize(
    ("text", "host", "repository", "tag", "digest"),
    [
        ("docker.io/library/nginx:1", "docker.io", "library/nginx", "1", ""),
        ("localhost:5000/x:y", "localhost:5000", "x", "y", ""),
        ("h/a/b@sha256:00", "h", "a/b", "", "sha256:00"),
        ("h/a:t@sha256:00", "h", "a", "t", "sha256:00"),
    ],
)
def test_references_are_taken_apart(
    text: str, host: str, repository: str, tag: str, digest: str
) -> None:
    assert Reference.parse(text) == Reference(text, host, repository, tag, digest)


async def test_somebody_elses_pull_can_be_seen(bench: Bench, heard: list[pb.Envelope]) -> None:
    controls = _controls(bench)
    controls.PullRate({"rate": 16 << 20})
    controls.Pull({"namespace": "k8s.io", "reference": "docker.io/grafana/grafana:11.5.0"})
    space = bench.engine.store.spaces["k8s.io"]
    bench.advance(1.0)
    assert any(ref.startswith("layer-sha256:") for ref in space.ingests)
    bench.advance(60.0)
    await bench.settle()
    assert not space.ingests
    assert not space.leases
    created = [item for item in heard if item.topic == "/images/create"]
    assert [item.namespace for item in created] == ["k8s.io"]
    names = [images_pb2.ImageCreate.FromString(item.event.value).name for item in created]
    assert names == ["docker.io/grafana/grafana:11.5.0"]


@pytest.mark.parametrize(
    ("verb", "request_"),
    [("PullRate", {"rate": 0}), ("SpoilPull", {"kind": "nonsense", "layer": 1})],
)
async def test_a_nonsensical_control_is_refused(
    bench: Bench, verb: str, request_: dict[str, object]
) -> None:
    with pytest.raises(Refusal) as caught:
        getattr(_controls(bench), verb)(request_)
    assert code(caught.value) == "INVALID_ARGUMENT"


def _controls(bench: Bench) -> Controls:
    return Controls(bench.engine, Faults(), bench.world)
