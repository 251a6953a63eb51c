"""The one event stream: proof that it is live, and what each event says is to be read."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from datetime import datetime

from tui.backend.client import Client
from tui.backend.connection import StreamCut
from tui.backend.dirty import Subject
from tui.backend.errors import BackendError, Timeout, Unavailable
from tui.backend.events import PROBE_TOPIC, publish_probe, subscribe
from tui.state.models import Event
from tui.state.store import Store

_log = logging.getLogger(__name__)

_GRACE = 0.25
"""Seconds after which an unproven subscription is taken for live."""
_PROOF = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds for each probe to come back: one sent before the subscription holds never does."""

_TASK_TOPICS = frozenset(
    f"/tasks/{verb}" for verb in ("create", "start", "exit", "delete", "paused", "resumed")
)


class Subscription:
    """Hears the events of all namespaces, and can tell whether it does."""

    def __init__(self, client: Client, hear: Callable[[Event], None]) -> None:
        self._client = client
        self._hear = hear
        self._nonce = secrets.token_hex(8)
        self._proven = asyncio.Event()

    async def run(self) -> None:
        """Pass events on until the stream ends.

        Raises:
            StreamCut: It ended; the daemon may be well all the same.
        """
        try:
            async with aclosing(subscribe(self._client)) as events:
                async for event in events:
                    if not event.topic.startswith(PROBE_TOPIC):
                        self._hear(event)
                    elif event.topic.endswith(self._nonce):
                        self._proven.set()
        except BackendError as error:
            _log.info("event stream: %s", error)
        raise StreamCut("The event stream was cut.")

    async def prove(self, publish: bool) -> None:
        """Wait until events arrive, so that a list read from now on misses none.

        Nothing else tells: the daemon is silent until something happens. A
        daemon that takes a probe but never hands it out is believed after a while:
        the sweep heals what its events do not say.

        Args:
            publish: Whether a probe event may be published. Without it the
                subscription gets a moment to take effect.

        Raises:
            BackendError: The daemon does not answer.
        """
        if not publish:
            await asyncio.sleep(_GRACE)
            return
        for patience in _PROOF:
            try:
                await publish_probe(self._client, self._nonce)
                async with asyncio.timeout(patience):
                    await self._proven.wait()
            except TimeoutError:
                continue
            except (Unavailable, Timeout):
                raise
            except BackendError as error:
                _log.warning("probe event: %s", error)
                await asyncio.sleep(_GRACE)
            return
        _log.warning("no probe event came back")


def marks(event: Event, snapshotters: Sequence[str]) -> Iterator[tuple[Subject, str]]:
    """Go through the objects that an event says are not what they were.

    Args:
        event: An event of the namespace that is shown.
        snapshotters: Those that an event of 1.6, which names none, may be about.
    """
    area = event.topic.rpartition("/")[0]
    if not event.subject:
        return
    if area == "/containers":
        yield "container", event.subject
        if event.topic == "/containers/delete":  # 2.1 loses some deletions of tasks
            yield "task", event.subject
    elif event.topic in _TASK_TOPICS and not _of_exec(event):
        yield "task", event.subject
    elif area == "/images":
        yield "image", event.subject
    elif area == "/snapshot":
        named = event.detail.get("snapshotter")
        keys = [event.subject]
        if event.topic == "/snapshot/commit":
            keys += [event.detail.get("key", "")]
        for snapshotter in [named] if named else snapshotters:
            for key in filter(None, keys):
                yield "snapshot", f"{snapshotter}/{key}"


def note_life(event: Event, store: Store) -> None:
    """Remember starts, ends and memory kills, which containerd itself forgets."""
    if not event.subject or _of_exec(event):
        return
    if event.topic == "/tasks/start":
        store.add_start(event.namespace, event.subject)
    elif event.topic == "/tasks/oom":
        store.add_oom(event.namespace, event.subject)
    elif event.topic == "/tasks/exit":
        status = event.detail.get("exit_status", "")
        at = _moment(event.detail.get("exited_at", "")) or event.at
        store.add_exit(event.namespace, event.subject, int(status) if status else 0, at)
    elif event.topic == "/containers/delete":
        store.forget_exit(event.namespace, event.subject)


def _of_exec(event: Event) -> bool:
    """Whether a task's event is about a further process in it, not about its first."""
    return event.detail.get("id", event.subject) not in ("", event.subject)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
