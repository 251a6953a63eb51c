"""Metrics: what a shim says of a cgroup, of either version, as one kind of sample."""

from collections.abc import Callable, Iterable

from google.protobuf.message import DecodeError

from protos import cgroups_v1_pb2, cgroups_v2_pb2, types_pb2
from tui.state.models import Sample

# The kernel writes "no limit" as a number near 2^63 (v1) or 2^64 - 1 (v2).
_NO_LIMIT = 1 << 62


def sample(metric: types_pb2.Metric) -> Sample | None:
    """Convert one metric; None where its payload is of no kind that we know."""
    kind = metric.data.type_url.rpartition("/")[2]
    read = _READERS.get(kind)
    if read is None:
        return None
    at = metric.timestamp.seconds + metric.timestamp.nanos / 1e9
    try:
        return read(at, metric.data.value)
    except DecodeError:
        return None


def _limit(value: int) -> int | None:
    return value if 0 < value <= _NO_LIMIT else None


def _v1(at: float, payload: bytes) -> Sample:
    message = cgroups_v1_pb2.Metrics.FromString(payload)
    memory, throttling = message.memory, message.cpu.throttling
    usage = memory.usage.usage
    transferred = message.blkio.io_service_bytes_recursive
    return Sample(
        at=at,
        cpu_ns=message.cpu.usage.total,
        memory=max(0, usage - memory.total_inactive_file),
        memory_usage=usage,
        memory_limit=_limit(memory.usage.limit),
        memory_cache=memory.total_cache,
        pids=message.pids.current,
        # 0 is how the v1 payload says "max".
        pids_limit=_limit(message.pids.limit),
        throttled_ns=throttling.throttled_time,
        periods=throttling.periods,
        throttled_periods=throttling.throttled_periods,
        oom_kills=message.memory_oom_control.oom_kill,
        read_bytes=_moved(transferred, "read"),
        write_bytes=_moved(transferred, "write"),
    )


def _moved(entries: Iterable[cgroups_v1_pb2.BlkIOEntry], op: str) -> int:
    return sum(entry.value for entry in entries if entry.op.lower() == op)


def _v2(at: float, payload: bytes) -> Sample:
    message = cgroups_v2_pb2.Metrics.FromString(payload)
    memory, cpu = message.memory, message.cpu
    return Sample(
        at=at,
        cpu_ns=cpu.usage_usec * 1000,
        memory=max(0, memory.usage - memory.inactive_file),
        memory_usage=memory.usage,
        memory_limit=_limit(memory.usage_limit),
        memory_cache=memory.file,
        pids=message.pids.current,
        pids_limit=_limit(message.pids.limit),
        throttled_ns=cpu.throttled_usec * 1000,
        periods=cpu.nr_periods,
        throttled_periods=cpu.nr_throttled,
        oom_kills=message.memory_events.oom_kill,
        read_bytes=sum(entry.rbytes for entry in message.io.usage),
        write_bytes=sum(entry.wbytes for entry in message.io.usage),
    )


_READERS: dict[str, Callable[[float, bytes], Sample]] = {
    "io.containerd.cgroups.v1.Metrics": _v1,
    "io.containerd.cgroups.v2.Metrics": _v2,
}
