"""Lists to choose from: the column to sort by, the namespace to show."""

from tui.actions import SORT_KEYS
from tui.messages import NamespaceChosen
from tui.screens.asking import Asking
from tui.text import safe
from widgets.pick_dialog import Option, PickDialog


class Choosing(Asking):
    """Opens the lists and does what was chosen."""

    def choose_sort(self) -> None:
        """Ask for the column to sort by; the one in use turns the order round."""
        columns = self.current.resource.columns(200)
        options = [
            Option(each.key, each.title, " ".join(SORT_KEYS.get(each.key, ()))) for each in columns
        ]

        def chosen(column: str | None) -> None:
            if column:
                self.current.sort_by(column)

        self.app.push_screen(PickDialog("Sort by", options, self.current.sort[0]), chosen)

    def choose_namespace(self) -> None:
        """Ask for the namespace to show."""
        snapshot = self.snapshot
        names = {each.name for each in snapshot.namespaces} | {snapshot.namespace}
        options = [Option(name, safe(name, 48), self._note(name)) for name in sorted(names)]

        def chosen(name: str | None) -> None:
            if name and name != self.snapshot.namespace:
                self.post_message(NamespaceChosen(name))

        self.app.push_screen(PickDialog("Namespace", options, snapshot.namespace), chosen)

    def _note(self, namespace: str) -> str:
        if namespace == self.snapshot.namespace:
            return "this one"
        count = self.snapshot.elsewhere.get(namespace)
        return "" if count is None else f"{count} containers"
