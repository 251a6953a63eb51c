"""Where a pull goes to: a namespace, and the lease that holds what is there already."""

from collections.abc import Callable
from dataclasses import dataclass

from protos import content_pb2
from tui.demo.clock import Timer
from tui.demo.refusals import Refusal, not_found
from tui.demo.store import Space, Store


@dataclass(frozen=True, slots=True)
class Goal:
    """What the parts of one pull share.

    Others can take away what a pull builds on, its lease first of all. Then what
    it does next is refused, and whoever waits for it is told.
    """

    store: Store
    space: Space
    reference: str
    lease: str
    failed: Callable[[Refusal], None]

    def later(self, delay: float, action: Callable[[], None]) -> Timer:
        """Do something in `delay` seconds."""
        return self.store.clock.call_later(delay, self.guarded(action))

    def guarded(self, action: Callable[[], None]) -> Callable[[], None]:
        """Wrap what the clock calls: a refusal ends the pull."""

        def run() -> None:
            try:
                action()
            except Refusal as refusal:
                self.failed(refusal)

        return run

    def hold(self, kind: str, key: str) -> None:
        """Have the lease hold something."""
        self.space.hold(self.lease, kind, key)

    def release(self, kind: str, key: str) -> None:
        """Have the lease let go of something."""
        if self.lease in self.space.leases:
            self.space.leases[self.lease].resources.discard((kind, key))

    def content(self, digest: str) -> content_pb2.Info:
        """Find a blob in the namespace, or refuse."""
        if digest not in self.space.content:
            raise not_found(f"content digest {digest}")
        return self.space.content[digest]
