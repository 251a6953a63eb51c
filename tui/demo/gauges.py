"""What a cgroup would show: counters and levels as functions of time, as v1 or v2 payloads."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

from google.protobuf.any_pb2 import Any

from protos import cgroups_v1_pb2, cgroups_v2_pb2
from tui.demo.curves import Curve, bursts, flat, ramp, stairs, wave

MIB = 1 << 20
_UNLIMITED_V1 = 9223372036854771712
_UNLIMITED_V2 = 2**64 - 1
_INIT = 640 << 10
"""Bytes that runc's init takes while it waits to be started."""
_PERIOD = 0.1
"""Length of a CFS period in seconds."""
_Shape = Callable[[random.Random, float, float], Curve]


@dataclass(frozen=True, slots=True)
class Load:
    """How much a kind of workload uses: cores and MiB, from low to high."""

    cpu: _Shape
    cores: tuple[float, float]
    memory: _Shape
    working_set: tuple[float, float]
    cache: float = 20
    pids: int = 1
    limit: int = 0
    """Memory limit in MiB, 0 for none."""
    disk: float = 4.0
    """KiB written per second of CPU time, in hundreds."""


# The ramps reach their limits when the scripts that go with them run out of memory.
LOADS = {
    "web": Load(wave, (0.04, 0.22), wave, (44, 54), cache=36, pids=3, limit=256),
    "api": Load(bursts, (0.008, 0.35), stairs, (180, 240), cache=60, pids=11, limit=512),
    "db": Load(wave, (0.02, 0.14), stairs, (290, 330), cache=910, pids=9, disk=90),
    "cache": Load(flat, (0.006, 0.02), wave, (88, 96), cache=12, pids=5, limit=128),
    "worker": Load(stairs, (0.35, 1.6), wave, (120, 210), cache=25, pids=6),
    "batch": Load(
        stairs,
        (0.7, 0.98),
        partial(ramp, step=10.6),
        (60, 511),
        cache=140,
        pids=2,
        limit=512,
        disk=60,
    ),
    "leak": Load(
        wave, (0.05, 0.12), partial(ramp, step=0.78), (70, 255), cache=8, pids=4, limit=256
    ),
    "idle": Load(flat, (0.0, 0.002), flat, (0.6, 0.7), cache=1, pids=1),
    "agent": Load(bursts, (0.004, 0.09), flat, (31, 33), cache=18, pids=8, limit=64),
}


class Gauge:
    """The cgroup of one task.

    Args:
        load: a name from `LOADS`.
        seed: makes its curves; the same text makes the same ones.
        version: of the cgroup hierarchy, 1 or 2.
    """

    def __init__(self, load: str, seed: str, version: int) -> None:
        self.load = LOADS[load]
        self.version = version
        self.ooms = 0
        self.memory_limit = self.load.limit * MIB
        self.pids_limit = 0
        self._seed = seed
        self._spent = 0.0
        self._from: float | None = None
        self._origin = 0.0
        self._rested = 0.0
        self._ended = False

    @cached_property
    def cpu(self) -> Curve:
        """Cores in use, over seconds since the start."""
        return self.load.cpu(random.Random(f"{self._seed}/cpu"), *self.load.cores)

    @cached_property
    def memory(self) -> Curve:
        """The working set in MiB, over seconds since the start."""
        rng = random.Random(f"{self._seed}/memory")
        return self.load.memory(rng, *self.load.working_set)

    def run(self, now: float) -> None:
        """Let it use CPU from now on."""
        if not self._origin:
            self._origin = now
        self._from = now - self._origin

    def rest(self, now: float) -> None:
        """Let it use none: it is paused, and its memory stays as it is."""
        self._spent, self._from = self.cpu_seconds(now), None
        self._rested = now - self._origin

    def end(self, now: float) -> None:
        """Take its processes away; what they used stays counted."""
        self.rest(now)
        self._ended = True

    @property
    def pids(self) -> int:
        """Processes in it."""
        return 0 if self._ended else self.load.pids if self._origin else 1

    def cpu_seconds(self, now: float) -> float:
        """CPU time used so far."""
        if self._from is None:
            return self._spent
        return self._spent + self.cpu.integral(self._from, max(self._from, now - self._origin))

    def working_set(self, now: float) -> int:
        """Bytes that cannot be dropped."""
        if self._ended or not self._origin:
            return 0 if self._ended else _INIT
        at = self._rested if self._from is None else now - self._origin
        level = int(self.memory.value(at) * MIB)
        return min(level, self.memory_limit) if self.memory_limit else level

    def payload(self, now: float) -> Any:
        """The metrics as a shim packs them."""
        make = _v1 if self.version == 1 else _v2
        message = make(self, now)
        return Any(type_url=message.DESCRIPTOR.full_name, value=message.SerializeToString())

    def written(self, now: float) -> int:
        """Bytes written to disk so far."""
        return int(self.cpu_seconds(now) * self.load.disk * 100 * 1024) // 4096 * 4096

    def throttled(self, now: float) -> tuple[int, int, float]:
        """Periods, throttled periods and throttled seconds; a busy load meets its quota."""
        periods = int(self.cpu_seconds(now) / _PERIOD)
        share = 0.05 if self.load.cores[1] >= 1 else 0.0
        return periods, int(periods * share), periods * share * _PERIOD / 2


def _v2(gauge: Gauge, now: float) -> cgroups_v2_pb2.Metrics:
    used = int(gauge.cpu_seconds(now) * 1e6)
    working, cache = gauge.working_set(now), int(gauge.load.cache * MIB)
    periods, throttled, seconds = gauge.throttled(now)
    written = gauge.written(now)
    return cgroups_v2_pb2.Metrics(
        pids=cgroups_v2_pb2.PidsStat(current=gauge.pids, limit=gauge.pids_limit or _UNLIMITED_V2),
        cpu=cgroups_v2_pb2.CPUStat(
            usage_usec=used,
            user_usec=used - used // 4,
            system_usec=used // 4,
            nr_periods=periods,
            nr_throttled=throttled,
            throttled_usec=int(seconds * 1e6),
        ),
        memory=cgroups_v2_pb2.MemoryStat(
            anon=working * 9 // 10,
            file=cache + working // 10,
            active_anon=working * 9 // 10,
            active_file=working // 10,
            inactive_file=cache,
            usage=working + cache,
            usage_limit=gauge.memory_limit or _UNLIMITED_V2,
            swap_limit=_UNLIMITED_V2,
            pgfault=used // 40,
        ),
        memory_events=cgroups_v2_pb2.MemoryEvents(oom=gauge.ooms, oom_kill=gauge.ooms),
        io=cgroups_v2_pb2.IOStat(
            usage=[
                cgroups_v2_pb2.IOEntry(
                    major=259, rbytes=cache, wbytes=written, rios=cache // 65536, wios=written >> 14
                )
            ]
        ),
    )


def _v1(gauge: Gauge, now: float) -> cgroups_v1_pb2.Metrics:
    used = int(gauge.cpu_seconds(now) * 1e9)
    working, cache = gauge.working_set(now), int(gauge.load.cache * MIB)
    periods, throttled, seconds = gauge.throttled(now)
    limit = gauge.memory_limit or _UNLIMITED_V1
    return cgroups_v1_pb2.Metrics(
        pids=cgroups_v1_pb2.PidsStat(current=gauge.pids, limit=gauge.pids_limit),
        cpu=cgroups_v1_pb2.CPUStat(
            usage=cgroups_v1_pb2.CPUUsage(
                total=used,
                user=used - used // 4,
                kernel=used // 4,
                per_cpu=[used - used // 2, used // 2],
            ),
            throttling=cgroups_v1_pb2.Throttle(
                periods=periods, throttled_periods=throttled, throttled_time=int(seconds * 1e9)
            ),
        ),
        memory=cgroups_v1_pb2.MemoryStat(
            cache=cache,
            rss=working,
            total_cache=cache,
            total_rss=working,
            total_active_anon=working,
            inactive_file=cache,
            total_inactive_file=cache,
            hierarchical_memory_limit=limit,
            usage=cgroups_v1_pb2.MemoryEntry(
                limit=limit, usage=working + cache, max=working + cache
            ),
            swap=cgroups_v1_pb2.MemoryEntry(limit=_UNLIMITED_V1),
            kernel=cgroups_v1_pb2.MemoryEntry(limit=_UNLIMITED_V1),
        ),
        memory_oom_control=cgroups_v1_pb2.MemoryOomControl(oom_kill=gauge.ooms),
        blkio=_blkio(cache, gauge.written(now)),
    )


def _blkio(read: int, written: int) -> cgroups_v1_pb2.BlkIOStat:
    entry = cgroups_v1_pb2.BlkIOEntry
    return cgroups_v1_pb2.BlkIOStat(
        io_service_bytes_recursive=[
            entry(op="Read", device="/dev/nvme0n1", major=259, value=read),
            entry(op="Write", device="/dev/nvme0n1", major=259, value=written),
        ]
    )
