"""Deleting a container with all that belongs to it."""

from protos import containers_pb2
from tui.backend.errors import BackendError, FailedPrecondition, NotFound
from tui.backend.starting import Starting
from tui.backend.stopping import Stopping
from tui.backend.verbs import mutating
from tui.state.models import Container


class Lifecycle(Starting, Stopping):
    """The verbs that take several calls and leave nothing half-done."""

    @mutating
    async def delete_container(
        self,
        container_id: str,
        cleanup_snapshot: bool = True,
        force: bool = False,
        *,
        namespace: str | None = None,
    ) -> None:
        """Delete a container: its task, the record, and its file system.

        The daemon would delete the record from under a running task, which then
        nobody could reach any more: so the task goes first.

        Args:
            container_id: of the container.
            cleanup_snapshot: whether its active snapshot is removed too; else
                it stays for as long as something refers to it.
            force: whether a task that still runs is killed first.
            namespace: None means the service's.

        Raises:
            InvalidArgument: the id is empty.
            NotFound: there is no such container.
            FailedPrecondition: it runs and was not to be killed, or its snapshot
                cannot be removed; the text says what is left.
        """
        where = self._ns(namespace)
        container = await self.get_container(container_id, namespace=where)
        task = await self._task_or_none(container_id, where)
        if task is not None:
            await self.delete_task(container_id, force, namespace=where)
        request = containers_pb2.DeleteContainerRequest(id=container_id)
        await self.client.call(self.client.containers.Delete, request, namespace=where)
        if cleanup_snapshot and container.snapshot_key:
            await self._remove_file_system(container)

    async def _remove_file_system(self, container: Container) -> None:
        key, snapshotter = container.snapshot_key, container.snapshotter
        try:
            other = await self._snapshot_user(snapshotter, key, container.namespace)
            if other:
                raise FailedPrecondition(f"It is also the file system of {other}.")
            await self._remove(key, snapshotter, container.namespace)
        except NotFound:
            return
        except BackendError as error:
            raise type(error)(
                f"{container.id} is deleted, but its snapshot {key} is left. {error}"
            ) from None
