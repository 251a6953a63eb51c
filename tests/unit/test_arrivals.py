"""The rate of what others pull, and which blobs are theirs."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.support.pulls import downloading, ended, pull
from tests.support.world import MIB, NOW, digest
from tui.state.arrivals import GIVEN_UP, Arrival, Arrivals
from tui.state.models import Ingest
from tui.state.progress import PullPhase


def ingest(name: str, mib: float, total: int = 100, namespace: str = "k8s.io") -> Ingest:
    return Ingest(namespace, f"layer-{digest(name)}", int(mib * MIB), total * MIB)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def take(meter: Arrivals, seconds: float, *ingests: Ingest) -> Arrival:
    (found,) = meter.take(ingests, (), at(seconds))
    return found


def test_a_rate_needs_two_pictures() -> None:
    meter = Arrivals()
    assert take(meter, 0, ingest("a", 10)).rate is None
    assert take(meter, 2, ingest("a", 20)).rate == pytest.approx(5 * MIB)


def test_a_rate_covers_the_last_seconds_only() -> None:
    meter = Arrivals()
    for second in range(11):
        take(meter, second, ingest("a", second))
    for second in range(11, 20):
        found = take(meter, second, ingest("a", 10 + (second - 10) * 3))
    assert found.rate == pytest.approx(3 * MIB)


def test_blobs_that_come_and_go_do_not_turn_the_rate_negative() -> None:
    meter = Arrivals()
    take(meter, 0, ingest("a", 90), ingest("b", 10))
    found = take(meter, 2, ingest("b", 12), ingest("c", 2))
    assert found.rate == pytest.approx(2 * MIB)
    assert found.blobs == 2
    take(meter, 4, ingest("b", 1))
    assert take(meter, 5, ingest("b", 2)).rate == pytest.approx(5 * MIB / 5)


def test_one_unknown_size_makes_the_whole_unknown() -> None:
    found = take(Arrivals(), 0, ingest("a", 1), ingest("b", 1, total=0))
    assert (found.blobs, found.offset, found.total) == (2, 2 * MIB, 0)


def test_a_stall_is_measured_from_the_last_byte() -> None:
    meter = Arrivals()
    take(meter, 0, ingest("a", 1))
    take(meter, 5, ingest("a", 2))
    found = take(meter, 45, ingest("a", 2))
    assert found.idle == 40
    assert take(meter, 52, ingest("a", 2)).rate == 0
    assert take(meter, 53, ingest("a", 3)).idle == 0


def test_a_stall_that_began_before_we_looked_is_known_by_the_daemons_time() -> None:
    old = replace(ingest("a", 1), updated_at=at(-50))
    assert take(Arrivals(), 0, old).idle == 50
    ahead = replace(ingest("a", 1), updated_at=at(50))
    assert take(Arrivals(), 0, ahead).idle == 0


def test_what_nobody_writes_any_more_is_left_out() -> None:
    old = replace(ingest("a", 1), updated_at=at(-GIVEN_UP))
    assert Arrivals().take((old,), (), NOW) == ()


def test_pictures_between_two_readings_do_not_shake_the_rate() -> None:
    meter = Arrivals()
    take(meter, 0, ingest("a", 0))
    take(meter, 2, ingest("a", 10))
    assert take(meter, 2.5, ingest("a", 10)).rate == pytest.approx(5 * MIB)


def test_namespaces_are_apart_and_in_order() -> None:
    meter = Arrivals()
    found = meter.take((ingest("a", 1), ingest("a", 2, namespace="default")), (), NOW)
    assert [each.namespace for each in found] == ["default", "k8s.io"]


def test_our_own_pulls_are_left_out() -> None:
    ours = pull(downloading(namespace="default"))
    layer = f"layer-{ours.progress.layers[4].digest}"
    blobs = (
        Ingest("default", layer, 1, 2),
        Ingest("default", f"manifest-{digest('m')}", 1, 2),
        Ingest("default", f"layer-{digest('theirs')}", 1, 2),
        Ingest("k8s.io", layer, 1, 2),
        Ingest("k8s.io", f"manifest-{digest('m')}", 1, 2),
    )
    found = Arrivals().take(blobs, (ours,), NOW)
    assert [(each.namespace, each.blobs) for each in found] == [("default", 1), ("k8s.io", 2)]


def test_what_a_cancelled_pull_left_is_not_taken_for_somebody_elses() -> None:
    state = ended(PullPhase.CANCELLED)
    left = Ingest("default", f"layer-{state.progress.layers[4].digest}", 1, 2, NOW, NOW)
    meter = Arrivals()
    assert meter.take((left,), (state,), NOW) == ()
    assert meter.take((left,), (), at(1)) == (), "also when the pull was looked at and forgotten"
    again = replace(left, offset=2, updated_at=at(2))
    assert len(meter.take((again,), (), at(2))) == 1, "somebody else goes on with it"
