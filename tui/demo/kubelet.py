"""Somebody else who pulls: a kubelet gets a new release every few minutes, and drops old ones."""

import itertools
import random
from collections import deque
from functools import partial

from protos import images_pb2
from tui.demo.images import host_architecture, save_image
from tui.demo.pull import Order, Puller, unheard
from tui.demo.refusals import Refusal
from tui.demo.store import Space

FIRST = 90.0
"""Seconds until the first pull."""
_SHORTEST, _LONGEST = 150.0, 270.0
_NAMESPACE = "k8s.io"
_MANAGED = {"io.cri-containerd.image": "managed"}
_RELEASES = (
    "docker.io/grafana/grafana:11.5.{}",
    "registry.k8s.io/coredns/coredns:v1.12.{}",
    "quay.io/prometheus/node-exporter:v1.9.{}",
    "registry.k8s.io/metrics-server/metrics-server:v0.8.{}",
    "docker.io/library/redis:8.0.{}",
)
_KEPT = 2


class Kubelet:
    """Pulls by the clock.

    Args:
        puller: pulls for it.
        seed: makes the times between its pulls.
    """

    def __init__(self, puller: Puller, seed: int) -> None:
        self._puller = puller
        self._random = random.Random(f"{seed}/kubelet")
        self._releases = (
            release.format(number) for number in itertools.count(1) for release in _RELEASES
        )
        self._pulled: deque[list[str]] = deque()

    def begin(self) -> None:
        """Go to work."""
        self._puller.store.clock.call_later(FIRST, self._pull)

    def _pull(self) -> None:
        space = self._puller.store.written(_NAMESPACE)
        reference = next(self._releases)
        order = Order(
            reference, reference, _MANAGED, architectures=(host_architecture(),), unpack=True
        )
        self._puller.pull(space, order, unheard, partial(self._pulled_it, space, reference)).go()
        delay = self._random.uniform(_SHORTEST, _LONGEST)
        self._puller.store.clock.call_later(delay, self._pull)

    def _pulled_it(self, space: Space, reference: str, refusal: Refusal | None) -> None:
        """Give the image the other names that the CRI plugin keeps it under."""
        if refusal is not None or reference not in space.images:
            return
        target = space.images[reference].target
        names = [f"{reference.rpartition(':')[0]}@{target.digest}", target.digest]
        for name in names:
            save_image(self._puller.store, space, name, target, _MANAGED)
        self._pulled.append([reference, *names])
        while len(self._pulled) > _KEPT:
            self._drop(space, self._pulled.popleft())

    def _drop(self, space: Space, names: list[str]) -> None:
        """Remove an image as the kubelet does when the disk fills up."""
        for name in names:
            if space.images.pop(name, None) is not None:
                event = images_pb2.ImageDelete(name=name)
                self._puller.store.bus.publish(space.name, "/images/delete", event)
        self._puller.collector.soon()
