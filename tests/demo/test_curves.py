import random
from itertools import pairwise

import pytest

from protos import cgroups_v1_pb2, cgroups_v2_pb2, tasks_pb2
from tests.demo.bench import Bench
from tui.demo.curves import bursts, flat, ramp, stairs, wave
from tui.demo.gauges import LOADS, Gauge

SHAPES = [bursts, flat, ramp, stairs, wave]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_integral_is_the_area_under_the_curve(shape: type) -> None:
    curve = shape(random.Random("area"), 0.1, 0.9)
    step, start, count = 0.01, curve.period * 3 - 7.3, 4000
    area = sum(curve.value(start + (i + 0.5) * step) * step for i in range(count))
    assert curve.integral(start, start + count * step) == pytest.approx(area, rel=1e-4)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_curve_is_the_same_for_the_same_seed_and_stays_positive(shape: type) -> None:
    first, second = (shape(random.Random("same"), 0.0, 0.5) for _ in range(2))
    other = shape(random.Random("other"), 0.0, 0.5)
    times = [i * 0.7 for i in range(500)]
    assert [first.value(t) for t in times] == [second.value(t) for t in times]
    assert [first.value(t) for t in times] != [other.value(t) for t in times]
    assert min(first.value(t) for t in times) >= 0


@pytest.mark.parametrize("load", LOADS)
def test_a_counter_never_goes_back_and_its_rate_is_the_curve(load: str) -> None:
    gauge = Gauge(load, "seed/ns/id", 2)
    gauge.run(1000.0)
    times = [1000.0 + i * 0.5 for i in range(1200)]
    spent = [gauge.cpu_seconds(t) for t in times]
    assert all(later >= sooner for sooner, later in pairwise(spent))
    for (t0, a), (t1, b) in pairwise(zip(times, spent, strict=True)):
        assert (b - a) / (t1 - t0) == pytest.approx(
            gauge.cpu.integral(t0 - 1000.0, t1 - 1000.0) / (t1 - t0)
        )


def test_a_paused_task_uses_no_cpu() -> None:
    gauge = Gauge("worker", "seed/ns/id", 2)
    gauge.run(0.5)
    gauge.rest(10.0)
    assert gauge.working_set(10.0) == gauge.working_set(99.0) > 1 << 20
    assert gauge.cpu_seconds(10.0) == gauge.cpu_seconds(99.0) > 0
    gauge.run(100.0)
    assert gauge.cpu_seconds(101.0) > gauge.cpu_seconds(100.0)


@pytest.mark.parametrize(
    ("container", "kind"),
    [("web-1", cgroups_v2_pb2.Metrics), ("5b1c8e04f7d2", cgroups_v1_pb2.Metrics)],
)
async def test_metrics_carry_the_payload_of_their_cgroup_version(
    bench: Bench, container: str, kind: type[cgroups_v1_pb2.Metrics | cgroups_v2_pb2.Metrics]
) -> None:
    request = tasks_pb2.MetricsRequest(filters=[f"id=={container}"])
    first = (await bench.tasks.Metrics(request, bench.call)).metrics[0]
    bench.advance(2.0)
    second = (await bench.tasks.Metrics(request, bench.call)).metrics[0]
    assert first.id == container
    assert first.data.type_url == kind.DESCRIPTOR.full_name
    assert second.timestamp.ToSeconds() - first.timestamp.ToSeconds() == 2
    before, after = (kind.FromString(item.data.value) for item in (first, second))
    gauge = bench.engine.store.spaces["default"].tasks[container].gauge
    now = bench.engine.store.clock.now()
    used = gauge.cpu_seconds(now) - gauge.cpu_seconds(now - 2.0)
    assert _nanoseconds(after) - _nanoseconds(before) == pytest.approx(used * 1e9, abs=2000)
    assert _working_set(after) == gauge.working_set(now)


async def test_metrics_leave_out_what_is_not_there(bench: Bench) -> None:
    request = tasks_pb2.MetricsRequest(filters=["id==nobody", "id==legacy"])
    assert not (await bench.tasks.Metrics(request, bench.call)).metrics


def _nanoseconds(metrics: cgroups_v1_pb2.Metrics | cgroups_v2_pb2.Metrics) -> int:
    if isinstance(metrics, cgroups_v1_pb2.Metrics):
        return metrics.cpu.usage.total
    return metrics.cpu.usage_usec * 1000


def _working_set(metrics: cgroups_v1_pb2.Metrics | cgroups_v2_pb2.Metrics) -> int:
    if isinstance(metrics, cgroups_v1_pb2.Metrics):
        return metrics.memory.usage.usage - metrics.memory.total_inactive_file
    return metrics.memory.usage - metrics.memory.inactive_file


async def test_a_cgroup_without_processes_holds_no_memory(bench: Bench) -> None:
    tasks, now = bench.engine.store.spaces["default"].tasks, bench.engine.store.clock.now()
    assert tasks["batch-x"].gauge.working_set(now) == 0
    assert tasks["batch-x"].gauge.cpu_seconds(now) > 100
    assert 0 < tasks["frontend"].gauge.working_set(now) < 1 << 20


def test_a_leak_reaches_its_limit_before_it_is_killed() -> None:
    gauge = Gauge("leak", "seed", 2)
    gauge.run(1000.0)
    assert gauge.working_set(1000.0) < gauge.memory_limit / 3
    assert gauge.working_set(1092.0) > gauge.memory_limit * 0.9
