"""The book of the pulls: what is started, cancelled, told and forgotten."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.support.pulls import PullService, downloading
from tests.support.world import NOW
from tui.backend.errors import BackendError, NotFound
from tui.pulls import KEPT, UNEXPECTED, Pulls, full_reference
from tui.state.progress import PullPhase
from tui.state.pulls import PullRequest, PullState

NGINX = PullRequest("docker.io/library/nginx:latest", "default")
REDIS = PullRequest("docker.io/library/redis:7", "default")


class Desk:
    """The book, its service, and all that it told."""

    def __init__(self) -> None:
        self.service = PullService()
        self.reread: list[str] = []
        self.lost = False
        self.stuck: asyncio.Event | None = None
        self.published: list[tuple[PullState, ...]] = []
        self.ended: list[PullState] = []
        self.pulls = Pulls(
            self.service, self._reread, self.published.append, self.ended.append, lambda: NOW
        )

    async def _reread(self, kind: str, name: str) -> None:
        self.reread.append(f"{kind} {name}")
        if self.stuck:
            await self.stuck.wait()
        if self.lost:
            raise NotFound("It is gone.")

    def state(self, number: int) -> PullState:
        """How a pull stands, by what was published last."""
        return next(each for each in self.published[-1] if each.id == number)

    async def turn(self) -> None:
        """Let everything that is ready run."""
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.pulls.close(30)


async def test_a_pull_is_asked_for_as_requested(desk: Desk) -> None:
    request = PullRequest("docker.io/a/b:c", "k8s.io", False, "native", "linux/arm64")
    state = desk.pulls.start(request)
    await desk.turn()
    (pull,) = desk.service.pulls
    assert (pull.reference, pull.namespace) == ("docker.io/a/b:c", "k8s.io")
    assert pull.asked == {"unpack": False, "snapshotter": "native", "platform": "linux/arm64"}
    assert desk.state(state.id).progress.phase is PullPhase.RESOLVING


async def test_progress_is_published_and_the_end_told_once(desk: Desk) -> None:
    state = desk.pulls.start(NGINX)
    await desk.turn()
    pull = desk.service.pulls[0]
    pull.progress()
    assert desk.state(state.id).progress == downloading(NGINX.reference)
    pull.succeed()
    await desk.turn()
    (over,) = desk.ended
    assert over == desk.state(state.id)
    assert over.progress.phase is PullPhase.DONE
    assert over.progress.rate is None
    assert over.ended == NOW
    assert desk.reread == [f"image {NGINX.reference}"]
    published = len(desk.published)
    pull.progress()
    assert len(desk.published) == published, "what comes after the end changes nothing"


async def test_an_image_that_cannot_be_read_again_harms_nothing(desk: Desk) -> None:
    desk.lost = True
    desk.pulls.start(NGINX)
    await desk.turn()
    desk.service.pulls[0].succeed()
    await desk.turn()
    assert desk.ended[0].progress.phase is PullPhase.DONE


async def test_a_failure_keeps_its_sentence(desk: Desk) -> None:
    state = desk.pulls.start(NGINX)
    await desk.turn()
    desk.service.pulls[0].fail("The registry has no such tag.")
    await desk.turn()
    assert desk.state(state.id).failed
    assert desk.state(state.id).error == "The registry has no such tag."
    assert desk.reread == []


async def test_an_unexpected_error_is_logged_and_ends_one_pull_only(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    state, other = desk.pulls.start(NGINX), desk.pulls.start(REDIS)
    await desk.turn()
    with caplog.at_level(logging.ERROR):
        desk.service.pulls[0].end.set_exception(TypeError("a bug"))
        await desk.turn()
    assert desk.state(state.id).error == UNEXPECTED
    assert "a bug" in caplog.text
    assert desk.state(other.id).running


async def test_the_same_is_not_pulled_twice_at_once(desk: Desk) -> None:
    first = desk.pulls.start(NGINX)
    assert desk.pulls.start(NGINX).id == first.id
    elsewhere = desk.pulls.start(PullRequest(NGINX.reference, "k8s.io"))
    assert elsewhere.id != first.id
    await desk.turn()
    desk.service.pulls[0].succeed()
    await desk.turn()
    assert desk.pulls.start(NGINX).id not in (first.id, elsewhere.id)


async def test_another_wish_for_the_same_image_waits_for_the_first(desk: Desk) -> None:
    first = desk.pulls.start(NGINX)
    other = desk.pulls.start(replace(NGINX, platform="linux/arm64"))
    assert other.id != first.id
    await desk.turn()
    assert len(desk.service.pulls) == 1, "both at once"
    desk.service.pulls[0].succeed()
    await desk.turn()
    assert [each.asked["platform"] for each in desk.service.pulls] == [None, "linux/arm64"]


async def test_what_is_being_cancelled_is_pulled_again_afterwards(desk: Desk) -> None:
    first = desk.pulls.start(NGINX)
    await desk.turn()
    desk.pulls.cancel(first.id)
    again = desk.pulls.start(NGINX)
    assert again.id != first.id
    await desk.turn()
    await desk.turn()
    assert len(desk.service.pulls) == 2
    assert desk.state(first.id).progress.phase is PullPhase.CANCELLED
    assert desk.state(again.id).running


async def test_a_cancelled_pull_runs_until_it_has_cleaned_up(desk: Desk) -> None:
    desk.service.quick_to_clean_up = False
    state = desk.pulls.start(NGINX)
    await desk.turn()
    pull = desk.service.pulls[0]
    desk.pulls.cancel(state.id)
    desk.pulls.cancel(state.id)
    await desk.turn()
    assert pull.cancelled
    assert desk.state(state.id).running
    assert desk.state(state.id).cancelling
    assert desk.ended == []
    pull.clean_up.set()
    await desk.turn()
    assert desk.ended[0].progress.phase is PullPhase.CANCELLED
    desk.pulls.cancel(state.id)
    desk.pulls.cancel(99)


async def test_one_cancelled_before_it_began_is_over_as_well(desk: Desk) -> None:
    state = desk.pulls.start(NGINX)
    desk.pulls.cancel(state.id)
    await desk.turn()
    assert not desk.state(state.id).running
    assert desk.state(state.id).progress.phase is PullPhase.CANCELLED


async def test_what_was_looked_at_is_forgotten_unless_it_runs(desk: Desk) -> None:
    over, runs = desk.pulls.start(NGINX), desk.pulls.start(REDIS)
    await desk.turn()
    desk.service.pulls[0].fail("No.")
    await desk.turn()
    desk.pulls.forget([over.id, runs.id, 99])
    assert [each.id for each in desk.published[-1]] == [runs.id]
    published = len(desk.published)
    desk.pulls.forget([over.id])
    assert len(desk.published) == published


async def test_only_so_many_ended_ones_are_kept(desk: Desk) -> None:
    runs = desk.pulls.start(NGINX)
    for _ in range(KEPT + 3):
        desk.pulls.start(REDIS)
        await desk.turn()
        desk.service.pulls[-1].fail("No.")
        await desk.turn()
    assert len(desk.pulls.states) == KEPT + 1
    assert desk.pulls.states[0].id == runs.id
    assert desk.pulls.states[-1].id == KEPT + 4


async def test_closing_cancels_and_waits_for_the_clean_up(desk: Desk) -> None:
    desk.service.quick_to_clean_up = False
    desk.pulls.start(NGINX)
    await desk.turn()
    closing = asyncio.create_task(desk.pulls.close(30))
    await desk.turn()
    assert desk.service.pulls[0].cancelled
    assert not closing.done()
    desk.service.pulls[0].clean_up.set()
    await closing
    assert desk.ended == [], "nobody is there any more to be told"


async def test_closing_does_not_wait_for_ever(desk: Desk) -> None:
    desk.service.quick_to_clean_up = False
    desk.pulls.start(NGINX)
    await desk.turn()
    await desk.pulls.close(0)
    assert desk.pulls.states[0].running
    desk.service.pulls[0].clean_up.set()


async def test_closing_does_not_wait_for_an_image_to_be_read_again(desk: Desk) -> None:
    desk.stuck = asyncio.Event()
    desk.pulls.start(NGINX)
    await desk.turn()
    desk.service.pulls[0].succeed()
    await desk.turn()
    assert desk.reread
    async with asyncio.timeout(30):
        await desk.pulls.close(60)
    assert desk.pulls.states[0].progress.phase is PullPhase.DONE


def test_a_wrong_reference_is_a_value_error_with_the_sentence() -> None:
    assert full_reference("nginx") == "docker.io/library/nginx:latest"
    with pytest.raises(ValueError, match=r"lower case") as caught:
        full_reference("UP/x/Y")
    assert not isinstance(caught.value, BackendError)
