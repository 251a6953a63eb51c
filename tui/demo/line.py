"""The line to the registries: what is on its way shares its speed."""

from collections.abc import Callable
from dataclasses import dataclass

from tui.demo.clock import Clock, Timer

RATE = 8 << 20
"""Bytes a second that all downloads together get at first."""
_TICK = 0.1


@dataclass(slots=True, eq=False)
class Flow:
    """One blob on its way."""

    total: int
    arrived: int
    moved: Callable[[], None]
    """Called each time some bytes have come."""
    halt_at: int | None = None
    """Nothing comes beyond this offset."""

    @property
    def left(self) -> int:
        """Bytes that can still come."""
        return (self.total if self.halt_at is None else self.halt_at) - self.arrived


class Line:
    """Moves bytes by the clock; stands still when nothing is on its way.

    Args:
        clock: the world's.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._flows: list[Flow] = []
        self._tick: Timer | None = None
        self.rate: float = RATE
        """Bytes a second for all downloads together."""

    def start(self, flow: Flow) -> None:
        """Let a blob come."""
        self._flows.append(flow)
        if self._tick is None:
            self._tick = self._clock.call_later(_TICK, self._move)

    def stop(self, flow: Flow) -> None:
        """Let a blob come no further."""
        if flow in self._flows:
            self._flows.remove(flow)

    def _move(self) -> None:
        """Share what comes in a tick evenly; what a short blob leaves goes to the others."""
        self._tick = None
        budget = int(self.rate * _TICK)
        flows = sorted(self._flows, key=lambda flow: flow.left)
        for number, flow in enumerate(flows):
            share = min(flow.left, budget // (len(flows) - number))
            budget -= share
            flow.arrived += share
        for flow in flows:
            # One blob's end may take others off the line.
            if flow in self._flows:
                if not flow.left:
                    self.stop(flow)
                flow.moved()
        if self._flows and self._tick is None:
            self._tick = self._clock.call_later(_TICK, self._move)
