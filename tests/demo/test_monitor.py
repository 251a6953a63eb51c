import pytest

from protos import containers_pb2, task_types_pb2, types_pb2
from protos import tasks_pb2 as pb
from tests.demo.bench import Bench

STATUS, POLICY = "containerd.io/restart.status", "containerd.io/restart.policy"
STOPPED = "containerd.io/restart.explicitly-stopped"


def _label(bench: Bench, container_id: str, **labels: str) -> None:
    names = {"status": STATUS, "policy": POLICY, "stopped": STOPPED}
    container = containers_pb2.Container(id=container_id)
    request = containers_pb2.UpdateContainerRequest(container=container)
    for name, value in labels.items():
        request.container.labels[names[name]] = value
        request.update_mask.paths.append(f"labels.{names[name]}")
    bench.containers.Update(request, bench.call)


def _running(bench: Bench, container_id: str) -> bool:
    task = bench.engine.store.spaces["default"].tasks.get(container_id)
    return task is not None and task.init.status == task_types_pb2.RUNNING


def _pids(bench: Bench, container_id: str, seconds: float) -> set[int]:
    """The processes that were seen in so many seconds."""
    tasks, seen = bench.engine.store.spaces["default"].tasks, set()
    for _ in range(int(seconds * 2)):
        bench.advance(0.5)
        if container_id in tasks:
            seen.add(tasks[container_id].init.pid)
    return seen


async def test_the_crash_loop_of_the_world_goes_on(
    bench: Bench, heard: list[types_pb2.Envelope]
) -> None:
    assert 3 <= len(_pids(bench, "mailer", 60)) <= 7
    await bench.settle()
    topics = [envelope.topic for envelope in heard]
    start = topics.index("/tasks/exit")
    assert topics[start : start + 5] == [
        "/tasks/exit",
        "/tasks/delete",
        "/containers/update",
        "/tasks/create",
        "/tasks/start",
    ]
    labels = bench.engine.store.spaces["default"].containers["mailer"].labels
    assert int(labels["containerd.io/restart.count"]) > 60


async def test_the_world_has_an_oom_now_and_then(
    bench: Bench, heard: list[types_pb2.Envelope]
) -> None:
    _pids(bench, "thumbs", 220)
    await bench.settle()
    assert "/tasks/oom" in [envelope.topic for envelope in heard]


@pytest.mark.parametrize(
    ("policy", "script", "comes_back"),
    [
        ("always", "exit:0 after:1", True),
        ("no", "exit:1 after:1", False),
        ("on-failure", "exit:1 after:1", True),
        ("on-failure", "exit:0 after:1", False),
        ("unless-stopped", "exit:1 after:1", True),
    ],
)
async def test_the_policy_decides(bench: Bench, policy: str, script: str, comes_back: bool) -> None:
    bench.container("one", script)
    _label(bench, "one", status="running", policy=policy)
    bench.tasks.Create(pb.CreateTaskRequest(container_id="one"), bench.call)
    bench.tasks.Start(pb.StartRequest(container_id="one"), bench.call)
    assert (len(_pids(bench, "one", 14)) > 1) is comes_back


async def test_on_failure_gives_up_after_so_many_tries(bench: Bench) -> None:
    bench.container("one", "exit:1 after:1")
    bench.tasks.Create(pb.CreateTaskRequest(container_id="one"), bench.call)
    bench.tasks.Start(pb.StartRequest(container_id="one"), bench.call)
    _label(bench, "one", status="running", policy="on-failure:2")
    assert len(_pids(bench, "one", 90)) == 3


async def test_a_running_status_starts_a_container_without_a_task(bench: Bench) -> None:
    _label(bench, "legacy", status="running")
    bench.advance(11.0)
    assert _running(bench, "legacy")


async def test_an_explicit_stop_is_respected(bench: Bench) -> None:
    bench.container("one", "run")
    _label(bench, "one", status="running", policy="unless-stopped")
    bench.advance(11.0)
    assert _running(bench, "one")
    _label(bench, "one", stopped="true")
    await bench.tasks.Kill(pb.KillRequest(container_id="one", signal=15), bench.call)
    bench.advance(60.0)
    assert not _running(bench, "one")


async def test_a_stopped_status_ends_a_running_task(bench: Bench) -> None:
    _label(bench, "web-1", status="stopped")
    bench.advance(11.0)
    assert "web-1" not in bench.engine.store.spaces["default"].tasks
