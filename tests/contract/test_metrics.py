"""The contract of metrics: against the cgroup's own files where containers really run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.place import Place, later
from tests.support.engines import ENGINE_PARAMS
from tui.state.models import Sample

CGROUPS = Path("/sys/fs/cgroup")
BUSY = (
    "dd if=/dev/zero of=/dev/ram bs=1M count=24; dd if=/dev/zero of=/file bs=1M count=12; "
    "echo ready; while true; do true; done"
)


def close(value: float, true: float) -> bool:
    """Whether a value is within 5 % of the true one."""
    return abs(value - true) <= 0.05 * true


class Cgroup:
    """The files of a task's cgroup, of either version."""

    def __init__(self, pid: int) -> None:
        lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
        self.paths = {
            name: path
            for _, names, path in (line.split(":", 2) for line in lines)
            for name in names.split(",")
        }

    def cpu(self) -> int:
        """CPU time in nanoseconds."""
        if "cpuacct" in self.paths:
            return int(self._read("cpuacct", "cpuacct.usage"))
        return 1000 * self._stat("", "cpu.stat", "usage_usec")

    def memory(self) -> int:
        """The working set in bytes."""
        if "memory" in self.paths:
            usage = int(self._read("memory", "memory.usage_in_bytes"))
            return usage - self._stat("memory", "memory.stat", "total_inactive_file")
        return int(self._read("", "memory.current")) - self._stat(
            "", "memory.stat", "inactive_file"
        )

    def _read(self, controller: str, name: str) -> str:
        folder = CGROUPS / controller / self.paths[controller].lstrip("/")
        return (folder / name).read_text()

    def _stat(self, controller: str, name: str, key: str) -> int:
        lines = self._read(controller, name).splitlines()
        return next(int(line.split()[1]) for line in lines if line.split()[0] == key)


async def sample(place: Place, container_id: str = "busy") -> Sample:
    found = await place.service.get_metrics([container_id], timeout=60.0)
    return found[container_id]


# The demo engine has no kernel: its curves are tested beside it.
@pytest.mark.parametrize("engine", ENGINE_PARAMS, indirect=True)
async def test_a_busy_task_is_measured_as_the_kernel_does(place: Place) -> None:
    await place.container("busy", ["sh", "-c", BUSY])
    task = await place.service.start_container("busy")
    await later(lambda: place.says(task.stdout, "ready"))
    group = Cgroup(task.pid)

    async def enough() -> bool:
        return group.cpu() > 500_000_000

    await later(enough)
    before, first = group.cpu(), await sample(place)
    between = group.cpu()
    # Both readings of the kernel are around ours, so the load of the machine does not matter.
    assert before * 0.95 <= first.cpu_ns <= between * 1.05
    assert close(first.memory, group.memory())
    assert first.memory > 24 << 20
    assert first.memory <= first.memory_usage
    assert first.pids >= 1

    async def a_second_more() -> bool:
        return group.cpu() > between + 1_000_000_000

    await later(a_second_more)
    before, second = group.cpu(), await sample(place)
    after = group.cpu()
    used = second.cpu_ns - first.cpu_ns
    assert 0.95 * (before - between) <= used <= 1.05 * (after - first.cpu_ns)
    assert second.at > first.at
    assert second.cpu_ns > first.cpu_ns


async def test_each_named_task_has_a_sample(place: Place) -> None:
    names = [await place.running(f"web-{number}") for number in range(3)]
    found = await place.service.get_metrics([*names, "nonesuch"], timeout=60.0)
    assert found.keys() == set(names)
    only = await place.service.get_metrics(names[:1], timeout=60.0)
    assert only.keys() == {"web-0"}
    assert await place.service.get_metrics([]) == {}
    for each in found.values():
        assert each.at > 1_600_000_000
        assert each.memory > 0


async def test_more_tasks_than_one_call_takes(place: Place) -> None:
    await place.running("web-1")
    names = [f"none-{number}" for number in range(200)]
    found = await place.service.get_metrics([*names, "web-1"], timeout=60.0)
    assert found.keys() == {"web-1"}


async def test_a_task_that_is_gone_has_no_sample(place: Place) -> None:
    await place.running("web-1")
    await place.service.delete_task("web-1", force=True)
    assert await place.service.get_metrics(["web-1"], timeout=60.0) == {}
