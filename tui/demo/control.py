"""The other end of ``c9d.demo.Control``: what a test uses to disturb the engine.

The engine is another process and answers in a millisecond, so calls block; from a
coroutine use ``await asyncio.to_thread(control.counts)`` where that matters.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import grpc

_SERVICE = "c9d.demo.Control"
_TIMEOUT = 30.0
Json = dict[str, Any]


class ControlError(Exception):
    """The engine refused; the text says why."""


class Control:
    """Controls the engine behind a socket.

    Args:
        address: the engine's socket, a path.
    """

    def __init__(self, address: str) -> None:
        self._channel = grpc.insecure_channel(
            f"unix:{address}", options=[("grpc.use_local_subchannel_pool", 1)]
        )

    def __enter__(self) -> "Control":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._channel.close()

    def latency(self, pattern: str, seconds: float, *, times: int = 0) -> None:
        """Delay calls of the methods that `pattern` matches, e.g. ``Tasks.*``.

        Every kind of fault lasts until `clear`, or for as many calls as `times` says.
        """
        self._ask("Fault", pattern=pattern, kind="latency", seconds=seconds, times=times)

    def error(
        self,
        pattern: str,
        code: str = "UNKNOWN",
        text: str = "a fault was asked for",
        *,
        times: int = 0,
    ) -> None:
        """Refuse calls with a status code, by its name."""
        self._ask("Fault", pattern=pattern, kind="error", code=code, text=text, times=times)

    def hang(self, pattern: str, *, times: int = 0) -> None:
        """Let calls hang until they are given up or `clear` comes."""
        self._ask("Fault", pattern=pattern, kind="hang", times=times)

    def cut(self, pattern: str = "*", *, further: int = 0) -> int:
        """End the calls under way as a broken connection does, and as many `further` ones.

        Returns:
            How many were under way.
        """
        if further:
            self._ask("Fault", pattern=pattern, kind="cut", times=further)
        return int(self._ask("Cut", pattern=pattern)["cut"])

    def clear(self) -> None:
        """Lift all faults."""
        self._ask("Clear")

    def counts(self, *, reset: bool = False) -> dict[str, int]:
        """Calls per ``Service.Method`` since the start or the last reset."""
        return {str(key): int(value) for key, value in self._ask("Counts", reset=reset).items()}

    def emit(
        self,
        count: int,
        topic: str = "/containers/update",
        subjects: Sequence[str] = ("web-1",),
        *,
        namespace: str = "default",
    ) -> None:
        """Announce a burst of events about the subjects in turn, without any change."""
        self._ask("Emit", count=count, topic=topic, subjects=list(subjects), namespace=namespace)

    def add(
        self,
        container_id: str,
        *,
        namespace: str = "default",
        image: str = "docker.io/library/nginx:1.27",
        load: str = "web",
        args: Sequence[str] = (),
        state: Literal["running", "paused", "created", "none"] = "running",
        script: str = "run",
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """Make a container, and its task unless `state` is ``none``, without an event."""
        self._ask(
            "Add",
            namespace=namespace,
            id=container_id,
            image=image,
            load=load,
            args=list(args),
            state=state,
            script=script,
            labels=dict(labels or {}),
        )

    def remove(
        self,
        kind: Literal["container", "task", "image", "snapshot"],
        key: str,
        *,
        namespace: str = "default",
    ) -> None:
        """Remove an object without an event; a snapshot's key is ``snapshotter/key``."""
        self._ask("Remove", namespace=namespace, kind=kind, key=key)

    def pull(self, reference: str, *, namespace: str = "k8s.io") -> None:
        """Have somebody else pull an image, and return at once."""
        self._ask("Pull", namespace=namespace, reference=reference)

    def pull_rate(self, rate: float) -> None:
        """Set how many bytes a second all downloads together get; unpacking is 4 times as fast."""
        self._ask("PullRate", rate=rate)

    def spoil_pull(
        self, layer: int, kind: Literal["digest", "disk", "network", "stall"] = "digest"
    ) -> None:
        """Have the next pull go wrong at a layer, counted from 0, or at the next one not there."""
        self._ask("SpoilPull", layer=layer, kind=kind)

    def freeze(self, at: float | None = None) -> float:
        """Stop the engine's clock, now or at a time; return the time."""
        return float(self._ask("Clock", freeze=at)["now"])

    def advance(self, seconds: float) -> float:
        """Move the engine's clock on, with all that falls due; return the time."""
        return float(self._ask("Clock", advance=seconds)["now"])

    def thaw(self) -> float:
        """Let the engine's clock run; return the time."""
        return float(self._ask("Clock", thaw=True)["now"])

    def _ask(self, verb: str, **request: Any) -> Json:
        ask: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(
            f"/{_SERVICE}/{verb}"
        )
        try:
            answer = ask(json.dumps(request).encode(), timeout=_TIMEOUT)
        except grpc.RpcError as error:
            raise ControlError(str(error)) from None
        decoded: Json = json.loads(answer)
        return decoded
