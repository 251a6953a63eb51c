"""The service: every verb that the screens and the tests may use, in one class."""

from tui.backend.lifecycle import Lifecycle
from tui.backend.namespaces import Namespaces
from tui.backend.pull import Pulling


class Service(Pulling, Lifecycle, Namespaces):
    """containerd as typed verbs, each with its arguments, result and errors.

    The verbs are written down by the service of containerd that they belong to:
    `Introspection`, `Namespaces`, `Content`, `Images`, `Containers`, `Tasks`,
    `Snapshots`, and `Lifecycle` for those that need several of them.

    Every verb raises `BackendError` and nothing else (a cancellation passes).
    Empty names are refused before any call, verbs that change something also
    when the service is read-only.
    """
