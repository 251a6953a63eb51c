"""The restart monitor's labels: what a stop and a start make of them."""

from __future__ import annotations

import pytest

from tui.backend.restart import after_start, after_stop, before_stop, not_stopped

STATUS = "containerd.io/restart.status"
POLICY = "containerd.io/restart.policy"
STOPPED = "containerd.io/restart.explicitly-stopped"

ALWAYS = {STATUS: "running"}
UNLESS = {STATUS: "running", POLICY: "unless-stopped"}


@pytest.mark.parametrize(
    ("labels", "before", "back"),
    [
        ({}, {}, {}),
        ({POLICY: "always"}, {}, {}),
        (ALWAYS, {STOPPED: "true"}, {STOPPED: ""}),
        (ALWAYS | {STOPPED: "false"}, {STOPPED: "true"}, {STOPPED: "false"}),
        (ALWAYS | {STOPPED: "true"}, {}, {}),
    ],
)
def test_a_stop_is_announced_and_can_be_taken_back(
    labels: dict[str, str], before: dict[str, str], back: dict[str, str]
) -> None:
    assert before_stop(labels) == before
    assert not_stopped(labels) == back


@pytest.mark.parametrize(
    ("labels", "release", "after"),
    [
        ({}, (2, 1, 9), {}),
        (ALWAYS, (2, 1, 9), {STATUS: "stopped"}),
        (ALWAYS | {POLICY: "on-failure:2"}, (1, 7, 24), {STATUS: "stopped"}),
        (UNLESS, (2, 1, 9), {}),
        (UNLESS, (1, 7, 0), {}),
        # 1.6 knows no policies.
        (UNLESS, (1, 6, 20), {STATUS: "stopped"}),
        ({STATUS: "stopped"}, (2, 1, 9), {}),
    ],
)
def test_a_stopped_task_stays_down(
    labels: dict[str, str], release: tuple[int, int, int], after: dict[str, str]
) -> None:
    assert after_stop(labels, release) == after


@pytest.mark.parametrize(
    ("labels", "after"),
    [
        ({}, {}),
        (ALWAYS, {}),
        ({STATUS: "stopped"}, {STATUS: "running"}),
        (UNLESS | {STOPPED: "true"}, {STOPPED: "false"}),
    ],
)
def test_a_start_hands_it_back(labels: dict[str, str], after: dict[str, str]) -> None:
    assert after_start(labels) == after
