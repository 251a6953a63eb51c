"""The book of a pull: what is told, when, and with which figures."""

from tui.backend.tracker import Tracker
from tui.state.progress import LayerPhase, PullPhase, PullProgress

MIB = 1 << 20


class Book:
    """A tracker whose clock the test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.came = 0
        self.told: list[PullProgress] = []
        self.tracker = Tracker("a/b:1", "default", self.told.append, lambda: self.now)
        self.tracker.network = lambda: self.came

    def tick(self, seconds: float, came: int, offset: int) -> PullProgress:
        """Let time pass while bytes of the lowest layer come."""
        self.now += seconds
        self.came += came
        self.tracker.moved(0, offset)
        self.tracker.look()
        return self.told[-1]


def test_nothing_new_is_not_told_again() -> None:
    book = Book()
    book.tracker.look()
    book.tracker.look()
    assert [each.phase for each in book.told] == [PullPhase.RESOLVING]
    assert book.told[0].fraction is None


def test_rate_and_time_left_are_those_of_the_last_seconds() -> None:
    book = Book()
    book.tracker.begin([("sha256:a", 100 * MIB)])
    book.tracker.resume(0, 0)
    book.tracker.look()
    assert book.told[-1].rate is None
    for second in range(1, 21):
        speed = 1 if second <= 10 else 4
        now = book.tick(1.0, speed * MIB, book.came + speed * MIB)
        if second == 3:
            assert now.rate == MIB
            assert now.left == 97
    assert now.rate == 4 * MIB
    assert now.left == (100 - 50) / 4
    assert now.fraction == 0.5


def test_smaller_steps_after_larger_ones_are_no_slower() -> None:
    book = Book()
    book.tracker.begin([("sha256:a", 100 * MIB)])
    book.tracker.resume(0, 0)
    book.tracker.look()
    for seconds, count in ((0.5, 4), (0.125, 24)):
        for _ in range(count):
            came = round(8 * MIB * seconds)
            now = book.tick(seconds, came, book.came + came)
    assert now.rate is not None
    assert abs(now.rate - 8 * MIB) < 0.1 * 8 * MIB


def test_what_was_there_before_is_no_speed() -> None:
    book = Book()
    book.tracker.begin([("sha256:a", 100 * MIB), ("sha256:b", MIB)])
    book.tracker.layer(1, LayerPhase.EXISTS)
    book.tick(0.0, 0, 60 * MIB)
    now = book.tick(2.0, 2 * MIB, 62 * MIB)
    assert now.rate == MIB
    assert now.offset == 63 * MIB
    assert now.layers_done == 1
    assert now.layers[0].phase is LayerPhase.DOWNLOADING


def test_bytes_that_had_to_come_twice_are_told_at_the_end() -> None:
    book = Book()
    book.tracker.begin([("sha256:a", 10 * MIB)])
    book.tick(1.0, 0, 2 * MIB)
    book.tick(1.0, 11 * MIB, 10 * MIB)
    assert book.told[-1].refetched == 0
    book.tracker.settle()
    book.tracker.layer(0, LayerPhase.DOWNLOADED)
    book.tracker.phase(PullPhase.DONE)
    book.tracker.look()
    end = book.told[-1]
    assert (end.fetched, end.refetched) == (11 * MIB, 3 * MIB)
    assert (end.rate, end.left) == (None, None)
    assert end.ended


async def test_the_end_is_told_whatever_the_tick() -> None:
    book = Book()
    async with book.tracker.telling():
        book.tracker.phase(PullPhase.DONE)
    assert book.told[-1].phase is PullPhase.DONE
