"""Stopping: signals, patience and force, and that it stays stopped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tui.backend import restart
from tui.backend.ending import KILL, KILL_SECONDS, Ending, ending
from tui.backend.errors import FailedPrecondition, InvalidArgument, StillRunning
from tui.backend.leases import cleanup
from tui.backend.signals import signal_number
from tui.backend.tasks import Tasks
from tui.backend.verbs import mutating, named
from tui.state.models import Container, Task, TaskStatus

_STOP_SIGNAL = "io.containerd.image.config.stop-signal"
_HELD = (TaskStatus.PAUSED, TaskStatus.PAUSING)


class Stopping(Tasks):
    """The verbs that end tasks."""

    @mutating
    async def stop_container(
        self,
        container_id: str,
        signal: str | int | None = None,
        timeout: float = 10.0,
        force: bool = False,
        *,
        namespace: str | None = None,
    ) -> int:
        """Tell a task to stop, wait for it and return its exit status.

        A paused task is resumed, or it could not hear the signal. A container
        that the restart monitor watches is marked so that it stays down. The
        stopped task is kept: it tells how it ended until it is deleted.

        Args:
            container_id: of the task.
            signal: to tell it with; None means the image's stop signal, else TERM.
            timeout: seconds that it has.
            force: whether it is killed when they are over.
            namespace: None means the service's.

        Returns:
            The exit status, 128 + n after signal n, at once if it has stopped
            already; 255 if it was deleted by somebody else meanwhile.

        Raises:
            InvalidArgument: the id is empty, the signal or the timeout is none.
            NotFound: there is no such container, or it has no task.
            StillRunning: it did not stop in time and was not to be killed.
        """
        where = self._ns(namespace)
        named("container id", container_id)
        if not 0 <= timeout < float("inf"):
            raise InvalidArgument("The timeout is not a number of seconds.")
        explicit = None if signal is None else signal_number(signal)
        container = await self.get_container(container_id, namespace=where)
        task = await self.get_task(container_id, namespace=where)
        if task.status is TaskStatus.STOPPED:
            return task.exit_status or 0
        number = explicit or _stop_signal(container)
        async with self._announced(container, timeout + 2 * KILL_SECONDS) as end:
            status = await self._ask(end, task, number, timeout)
            if status is None and force:
                status = await end.by_force()
        if status is None:
            await self._set_labels(container_id, restart.not_stopped(container.labels), where)
            raise StillRunning(
                f"{container_id} did not stop within {timeout:g} s of signal {number}: "
                "it can be stopped by force."
            )
        await self._stay_down(container, task)
        return status

    @asynccontextmanager
    async def _announced(self, container: Container, seconds: float) -> AsyncIterator[Ending]:
        """Mark a container as stopped on purpose while its task is told to end.

        A block that fails leaves the restart monitor as it was. One that is given up
        after the signal was sent leaves the mark: the task may still end of that
        signal, as was wished, and then nobody is here any more to keep it down.

        Args:
            container: of the task.
            seconds: that the block may take at most.
        """
        key, where = container.id, container.namespace
        await self._set_labels(key, restart.before_stop(container.labels), where)
        told = False
        try:
            async with ending(self.client, key, where, seconds) as end:
                try:
                    yield end
                finally:
                    told = end.told
        except BaseException as error:
            if not (told and isinstance(error, asyncio.CancelledError)):
                await cleanup(self._set_labels(key, restart.not_stopped(container.labels), where))
            raise

    async def _ask(self, end: Ending, task: Task, number: int, seconds: float) -> int | None:
        """Signal a task and return its exit status, None if it did not end in time."""
        await end.signal(number)
        # KILL ends a paused task as it is; anything else waits until it goes on.
        if task.status in _HELD and number != KILL:
            await self._resume(task.container_id, task.namespace)
        return await end.within(seconds)

    async def _stay_down(self, container: Container, ended: Task) -> None:
        """Keep the restart monitor from starting again what was ended on purpose."""
        if not container.restart_policy:
            return
        labels = restart.after_stop(container.labels, await self._release())
        await self._set_labels(container.id, labels, container.namespace)
        task = await self._task_or_none(container.id, container.namespace)
        if task is not None and task.pid != ended.pid and task.status is not TaskStatus.STOPPED:
            # It came between the end and the label: this one is nobody's wish.
            async with ending(
                self.client, container.id, container.namespace, 2 * KILL_SECONDS
            ) as end:
                await end.by_force()

    @mutating
    async def delete_task(
        self, container_id: str, force: bool = False, *, namespace: str | None = None
    ) -> int:
        """Delete a task and return its exit status; the container stays.

        Args:
            container_id: of the task.
            force: whether one that still runs is killed first.
            namespace: None means the service's.

        Raises:
            InvalidArgument: the id is empty.
            NotFound: there is no task.
            FailedPrecondition: it runs and was not to be killed.
            Timeout: it could not be killed.
        """
        where = self._ns(namespace)
        task = await self.get_task(container_id, namespace=where)
        if task.status is TaskStatus.STOPPED:
            return await self._delete_task(container_id, where)
        if not force and task.status is not TaskStatus.CREATED:
            raise FailedPrecondition(
                f"{container_id} is {task.status}: stop it first, or delete it by force."
            )
        container = await self.get_container(container_id, namespace=where)
        async with self._announced(container, 2 * KILL_SECONDS) as end:
            status = await end.by_force()
        await self._stay_down(container, task)
        deleted = await self._delete_task(container_id, where)
        return deleted or status


def _stop_signal(container: Container) -> int:
    try:
        return signal_number(container.labels.get(_STOP_SIGNAL) or "TERM")
    except InvalidArgument:
        return signal_number("TERM")
