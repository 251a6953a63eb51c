"""Metrics: payloads of both cgroup versions, as the shims encode them."""

from __future__ import annotations

import pytest
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from protos import cgroups_v1_pb2 as v1
from protos import cgroups_v2_pb2 as v2
from protos import types_pb2
from tui.backend.metrics import sample
from tui.state.models import Sample

MIB = 1 << 20

# A v2 payload as a shim sends it, byte by byte: field 1 pids{current 3, limit 2^64-1},
# field 2 cpu{usage_usec 1500000}, field 4 memory{inactive_file 1 MiB, usage 8 MiB,
# usage_limit 2^64-1}, field 8 memory_events{oom_kill 2}.
ENCODED_V2 = bytes.fromhex(
    "0a0d"  # pids, 13 bytes
    "0803"
    "10ffffffffffffffffff01"
    "1204"  # cpu, 4 bytes
    "08e0c65b"
    "2216"  # memory, 22 bytes
    "6880804080"[:-2]
    + "8002"
    + "80808004"
    + "8802ffffffffffffffffff01"
    "4202"  # memory_events, 2 bytes
    "2802"
)


def metric(payload: Message, kind: str = "", nanos: int = 500_000_000) -> types_pb2.Metric:
    data = Any(type_url=kind or payload.DESCRIPTOR.full_name, value=payload.SerializeToString())
    return types_pb2.Metric(
        timestamp=Timestamp(seconds=1_700_000_000, nanos=nanos), id="a", data=data
    )


def read(payload: Message) -> Sample:
    found = sample(metric(payload))
    assert found is not None
    return found


def test_cgroup_v1() -> None:
    def entry(op: str, value: int) -> v1.BlkIOEntry:
        return v1.BlkIOEntry(op=op, major=8, value=value)

    payload = v1.Metrics(
        pids=v1.PidsStat(current=4, limit=100),
        cpu=v1.CPUStat(
            usage=v1.CPUUsage(total=12_345_678_901, per_cpu=[1, 2]),
            throttling=v1.Throttle(periods=10, throttled_periods=3, throttled_time=77),
        ),
        memory=v1.MemoryStat(
            cache=1,
            inactive_file=1,
            total_cache=30 * MIB,
            total_inactive_file=20 * MIB,
            usage=v1.MemoryEntry(usage=50 * MIB, limit=64 * MIB),
        ),
        blkio=v1.BlkIOStat(
            io_service_bytes_recursive=[
                entry("Read", 100),
                entry("read", 11),
                entry("Write", 200),
                entry("Sync", 300),
                entry("Total", 300),
            ],
            io_serviced_recursive=[entry("Read", 5)],
        ),
        memory_oom_control=v1.MemoryOomControl(oom_kill=2),
    )
    assert read(payload) == Sample(
        at=1_700_000_000.5,
        cpu_ns=12_345_678_901,
        memory=30 * MIB,
        memory_usage=50 * MIB,
        memory_limit=64 * MIB,
        memory_cache=30 * MIB,
        pids=4,
        pids_limit=100,
        throttled_ns=77,
        periods=10,
        throttled_periods=3,
        oom_kills=2,
        read_bytes=111,
        write_bytes=200,
    )


def test_cgroup_v2() -> None:
    payload = v2.Metrics(
        pids=v2.PidsStat(current=4, limit=100),
        cpu=v2.CPUStat(usage_usec=12_345_678, nr_periods=10, nr_throttled=3, throttled_usec=77),
        memory=v2.MemoryStat(
            file=30 * MIB, inactive_file=20 * MIB, usage=50 * MIB, usage_limit=64 * MIB
        ),
        memory_events=v2.MemoryEvents(oom=9, oom_kill=2),
        io=v2.IOStat(
            usage=[v2.IOEntry(rbytes=1, wbytes=2, rios=9), v2.IOEntry(rbytes=10, wbytes=20)]
        ),
    )
    assert read(payload) == Sample(
        at=1_700_000_000.5,
        cpu_ns=12_345_678_000,
        memory=30 * MIB,
        memory_usage=50 * MIB,
        memory_limit=64 * MIB,
        memory_cache=30 * MIB,
        pids=4,
        pids_limit=100,
        throttled_ns=77_000,
        periods=10,
        throttled_periods=3,
        oom_kills=2,
        read_bytes=11,
        write_bytes=22,
    )


def test_a_v2_payload_from_the_wire() -> None:
    raw = types_pb2.Metric(
        id="a", data=Any(type_url="io.containerd.cgroups.v2.Metrics", value=ENCODED_V2)
    )
    found = sample(raw)
    assert found is not None
    assert (found.pids, found.pids_limit) == (3, None)
    assert found.cpu_ns == 1_500_000_000
    assert (found.memory, found.memory_usage, found.memory_limit) == (7 * MIB, 8 * MIB, None)
    assert found.oom_kills == 2


@pytest.mark.parametrize("limit", [9223372036854771712, (1 << 63) - 1, (1 << 64) - 1, 0])
def test_no_limit_is_none(limit: int) -> None:
    usage = v1.MemoryEntry(usage=1, limit=limit)
    assert read(v1.Metrics(memory=v1.MemoryStat(usage=usage))).memory_limit is None
    assert read(v2.Metrics(memory=v2.MemoryStat(usage_limit=limit))).memory_limit is None
    assert read(v1.Metrics(pids=v1.PidsStat(limit=limit))).pids_limit is None
    assert read(v2.Metrics(pids=v2.PidsStat(limit=limit))).pids_limit is None


def test_the_working_set_is_never_negative() -> None:
    memory = v1.MemoryStat(total_inactive_file=2, usage=v1.MemoryEntry(usage=1))
    assert read(v1.Metrics(memory=memory)).memory == 0
    assert read(v2.Metrics(memory=v2.MemoryStat(inactive_file=2, usage=1))).memory == 0


def test_an_empty_payload_is_a_sample_of_zeros() -> None:
    assert read(v1.Metrics()) == read(v2.Metrics()) == Sample(1_700_000_000.5, 0, 0)


def test_other_payloads_are_no_samples() -> None:
    assert sample(types_pb2.Metric(id="a")) is None
    assert sample(metric(v1.Metrics(), "containerd.runhcs.stats.v1.Statistics")) is None
    broken = Any(type_url="io.containerd.cgroups.v1.Metrics", value=b"\xff\xff")
    assert sample(types_pb2.Metric(id="a", data=broken)) is None


def test_a_prefix_before_the_type_is_accepted() -> None:
    url = "type.googleapis.com/io.containerd.cgroups.v2.Metrics"
    assert sample(metric(v2.Metrics(), url)) is not None
