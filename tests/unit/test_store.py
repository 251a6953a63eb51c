"""The store: rows in, whole snapshots out, and nothing new where nothing changed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tui.state.models import (
    Container,
    Event,
    Image,
    Namespace,
    Sample,
    Server,
    SnapshotInfo,
    Task,
    TaskStatus,
    Usage,
)
from tui.state.snapshot import Connection, ConnectionState
from tui.state.store import Store

AT = datetime(2026, 1, 1, tzinfo=UTC)


def stopped(key: str, status: int = 1, at: datetime = AT) -> Task:
    return Task("default", key, 7, TaskStatus.STOPPED, exit_status=status, exited_at=at)


def sample(at: float, cpu: float, memory: int = 1) -> Sample:
    return Sample(at=at, cpu_ns=round(cpu * 1e9), memory=memory)


def test_the_same_snapshot_while_nothing_changes() -> None:
    store = Store(address="/x")
    first = store.snapshot()
    assert store.snapshot() is first
    store.replace("image", [Image("default", "a", "sha256:1", labels={"k": "v"})])
    second = store.snapshot()
    assert second is not first
    assert second.revision == first.revision + 1
    assert second.containers is first.containers
    store.replace("image", [Image("default", "a", "sha256:1", labels={"k": "v"})])
    store.upsert("image", Image("default", "a", "sha256:1", labels={"k": "v"}))
    store.remove("image", "b")
    store.set_connection(Connection())
    store.set_namespaces([])
    store.set_elsewhere({})
    assert store.snapshot() is second


def test_unchanged_rows_keep_their_identity() -> None:
    store = Store()
    store.replace("container", [Container("default", "a"), Container("default", "b")])
    before = store.snapshot().containers
    store.replace("container", [Container("default", "a"), Container("default", "b", image="i")])
    after = store.snapshot().containers
    assert after["a"] is before["a"]
    assert after["b"].image == "i"
    assert before["b"].image == ""


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2)), max_size=6))
def test_lists_are_taken_as_they_are(lists: Sequence[dict[str, int]]) -> None:
    store = Store()
    for rows in lists:
        old = store.snapshot()
        fresh = [Container("default", key, image=str(value)) for key, value in rows.items()]
        store.replace("container", fresh)
        new = store.snapshot()
        assert dict(new.containers) == {row.id: row for row in fresh}
        assert (new is old) is (dict(old.containers) == dict(new.containers))
        for key, row in new.containers.items():
            assert (row is old.containers.get(key)) is (row == old.containers.get(key))


def test_rows_read_later_than_a_list_survive_it() -> None:
    store = Store()
    store.upsert("container", Container("default", "new"))
    store.replace("container", [Container("default", "gone")], keep={"new", "gone"})
    assert set(store.snapshot().containers) == {"new"}


def test_every_kind_has_its_key() -> None:
    store = Store()
    store.upsert("image", Image("default", "i", "sha256:1"))
    store.upsert("task", Task("default", "t", 1, TaskStatus.RUNNING))
    store.upsert("snapshot", SnapshotInfo("default", "overlayfs", "k"))
    snapshot = store.snapshot()
    assert set(snapshot.images) == {"i"}
    assert set(snapshot.tasks) == {"t"}
    assert set(snapshot.snapshots) == {"overlayfs/k"}


def test_another_namespace_begins_empty_and_keeps_what_is_global() -> None:
    store = Store()
    server = Server("2.1", "", "u", 1, ("overlayfs",))
    store.set_server(server)
    store.set_namespaces([Namespace("k8s.io"), Namespace("default")])
    store.replace("container", [Container("default", "a")])
    store.add_event(Event(AT, "default", "/x", "a"))
    store.add_exit("default", "a", 1, AT)
    store.set_loaded()
    store.set_namespace("k8s.io")
    snapshot = store.snapshot()
    assert (snapshot.namespace, snapshot.loaded) == ("k8s.io", False)
    assert not snapshot.containers
    assert not snapshot.exits
    assert [row.name for row in snapshot.namespaces] == ["default", "k8s.io"]
    assert snapshot.server is server
    assert len(snapshot.events) == 1
    store.set_namespace("default")
    assert store.snapshot().exits["a"].status == 1


def test_events_come_newest_first_and_are_bounded() -> None:
    store = Store()
    for index in range(700):
        store.add_event(Event(AT, "default", "/x", str(index)))
    events = store.snapshot().events
    assert events[0].subject == "699"
    assert len(events) == 500


def test_the_first_reading_has_no_rate_and_the_second_one_has() -> None:
    store = Store()
    store.add_sample("a", sample(10.0, 1.0, 5), 1.0)
    series = store.snapshot().series["a"]
    assert series.cpu_percent is None
    assert series.memory == (5,)
    store.add_sample("a", sample(12.0, 1.5, 6), 1.0)
    series = store.snapshot().series["a"]
    assert series.cpu_percent == 25.0
    assert (series.memory, series.count) == ((5, 6), 2)


def test_a_counter_that_went_back_begins_a_new_curve() -> None:
    store = Store()
    for at in range(3):
        store.add_sample("a", sample(at + 1.0, at * 1.0), 1.0)
    store.add_sample("a", sample(4.0, 0.1), 1.0)
    series = store.snapshot().series["a"]
    assert (series.cpu, series.count) == ((None,), 1)


def test_the_same_reading_twice_is_one() -> None:
    store = Store()
    store.add_sample("a", sample(1.0, 1.0), 1.0)
    before = store.snapshot()
    store.add_sample("a", sample(1.0, 1.0), 1.0)
    assert store.snapshot() is before


def test_a_curve_is_a_time_axis_of_sixty_steps() -> None:
    store = Store()
    for at in range(100):
        store.add_sample("a", sample(float(at), at * 0.5), 1.0)
    series = store.snapshot().series["a"]
    assert series.cpu == (50.0,) * 60
    assert (len(series.memory), series.count) == (60, 100)
    store.add_sample("a", sample(119.0, 99 * 0.5 + 1.0), 1.0)
    series = store.snapshot().series["a"]
    assert series.cpu[-21:] == (50.0, *(None,) * 19, 5.0)
    assert series.count == 120
    store.add_sample("a", sample(500.0, 99.0), 1.0)
    assert store.snapshot().series["a"].cpu == (None,)


@given(
    st.lists(
        st.tuples(st.floats(0, 1e9), st.integers(0, 10**18), st.integers(0, 10**12)), max_size=80
    ),
    st.floats(0.1, 60),
)
def test_any_readings_give_a_curve_of_one_length(
    readings: list[tuple[float, int, int]], step: float
) -> None:
    store = Store()
    for at, cpu, memory in readings:
        store.add_sample("a", Sample(at=at, cpu_ns=cpu, memory=memory), step)
        series = store.snapshot().series["a"]
        assert 1 <= len(series.cpu) == len(series.memory) <= 60
        assert series.count >= len(series.cpu)
        assert all(value is None or value >= 0 for value in series.cpu)


def test_a_shim_that_answers_again_is_said_to() -> None:
    store = Store()
    store.set_answering("a", False)
    assert "a" not in store.snapshot().series
    store.add_sample("a", sample(1.0, 1.0), 1.0)
    store.set_answering("a", False)
    assert not store.snapshot().series["a"].answering
    store.add_sample("a", sample(2.0, 1.0), 1.0)
    assert store.snapshot().series["a"].answering


def test_what_was_known_of_a_row_goes_with_it() -> None:
    store = Store()
    store.upsert("snapshot", SnapshotInfo("default", "overlayfs", "k"))
    store.set_usage("overlayfs/k", Usage(1, 1, AT))
    store.upsert("container", Container("default", "a"))
    store.upsert("task", Task("default", "a", 1, TaskStatus.RUNNING))
    store.add_sample("a", sample(1.0, 1.0), 1.0)
    store.add_exit("default", "a", 3, AT)
    store.replace("snapshot", [])
    store.remove("task", "a")
    snapshot = store.snapshot()
    assert not snapshot.usage
    assert not snapshot.series
    assert snapshot.exits["a"].status == 3
    store.replace("container", [])
    assert not store.snapshot().exits


def test_a_change_of_state_is_a_change() -> None:
    store = Store()
    live = Connection(ConnectionState.LIVE, since=AT)
    store.set_connection(live)
    first = store.snapshot()
    assert first.connection.live
    store.set_connection(replace(live))
    assert store.snapshot() is first
