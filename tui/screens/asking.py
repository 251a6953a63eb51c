"""From an action on rows to a request: the questions that stand between them."""

from functools import partial

from tui.conditions import running, stands_on
from tui.format import plural
from tui.messages import ActionRequested
from tui.screens.board import Board
from tui.screens.questions import ask, committing
from tui.state.models import TaskStatus
from tui.state.snapshot import Snapshot
from tui.targets import Pane, Target
from tui.text import safe
from widgets.dialog import ConfirmDialog, PromptDialog
from widgets.pick_dialog import Option, PickDialog

SIGNALS = {
    "SIGTERM": "end, please",
    "SIGINT": "interrupt, as ctrl+c does",
    "SIGHUP": "read the configuration anew, by custom",
    "SIGQUIT": "quit, with a core dump",
    "SIGKILL": "end at once; cannot be caught",
    "SIGUSR1": "up to the program",
    "SIGUSR2": "up to the program",
    "SIGSTOP": "stop the process where it is",
    "SIGCONT": "go on after SIGSTOP",
    "SIGABRT": "abort",
    "SIGWINCH": "the terminal's size changed",
}
NAME_LIMIT = 128


class Asking(Board):
    """Asks what has to be asked, then posts `ActionRequested`; never acts itself."""

    def start_or_stop(self) -> None:
        """Stop what runs among the targets; if nothing does, start them."""
        targets = self.current.targets()
        alive = tuple(each for each in targets if running(self.snapshot, each.key))
        if alive:
            self.confirm("stop", alive)
        else:
            self.request("start", targets)

    def pause_or_resume(self) -> None:
        """Pause what runs among the targets; if all are paused, resume them."""
        by_state: dict[bool, list[Target]] = {True: [], False: []}
        for each in self.current.targets():
            task = self.snapshot.tasks.get(each.key)
            if task and task.status in (TaskStatus.RUNNING, TaskStatus.PAUSED):
                by_state[task.status is TaskStatus.RUNNING].append(each)
        if by_state[True]:
            self.request("pause", tuple(by_state[True]))
        else:
            self.request("resume", tuple(by_state[False]))

    def choose_signal(self) -> None:
        """Ask for a signal, then whether to send it."""
        seen = self.snapshot
        targets = tuple(
            each
            for each in self.current.targets()
            if (task := self.snapshot.tasks.get(each.key)) and task.status is not TaskStatus.STOPPED
        )

        def chosen(signal: str | None) -> None:
            if signal and targets:
                self.confirm("kill", targets, signal, seen=seen)

        options = [Option(name, name, note) for name, note in SIGNALS.items()]
        self.app.push_screen(PickDialog("Send a signal", options, "SIGTERM"), chosen)

    def ask_delete(self) -> None:
        """Ask before a delete; the file system of a container goes with its container alone."""
        targets = self.current.targets()
        taken = {
            each: reason
            for each in targets
            if each.pane is Pane.SNAPSHOTS and (reason := stands_on(self.snapshot, each.key))
        }
        free = tuple(each for each in targets if each not in taken)
        if taken and not free:
            self.say(next(iter(taken.values())))
            return
        note = f"Left out: {plural(len(taken), 'snapshot')} that containers stand on."
        self.confirm("delete", free, note=note if taken else "")

    def name_commit(self) -> None:
        """Ask for the name of a commit."""
        targets = self.current.targets()
        if len(targets) != 1:
            self.say("A commit takes one row: clear the marks first.")
            return
        target = targets[0]

        def named(name: str | None) -> None:
            if name:
                self.request("commit", targets, name=name.strip())

        self.app.push_screen(
            PromptDialog(
                f"Commit {safe(target.title, 40)}",
                "Name of the committed snapshot",
                validate=partial(self._wrong_name, target),
                lines=committing(target, self.snapshot),
                confirm_label="Commit",
            ),
            named,
        )

    def confirm(
        self,
        verb: str,
        targets: tuple[Target, ...],
        signal: str = "",
        *,
        seen: Snapshot | None = None,
        note: str = "",
    ) -> None:
        """Ask before a verb that loses something; nothing happens on the way out.

        Args:
            verb: As `ask` takes it.
            targets: What it is about.
            signal: The signal of a kill.
            seen: What was known when the targets were frozen, None for what is known now.
            note: What else to say.
        """
        if not targets:  # they went between the key and its answer
            return
        known = seen or self.snapshot
        hidden = self.panes[targets[0].pane].hidden(targets)
        elsewhere = targets[0].namespace != self.snapshot.namespace
        question = ask(verb, targets, known, hidden=hidden, signal=signal, elsewhere=elsewhere)

        def answered(yes: bool | None) -> None:
            if yes and verb == "kill":
                self.request("kill", targets, seen=known, signal=signal)
            elif yes and verb == "force":
                self.request("stop", targets, seen=known, force="yes")
            elif yes:
                self.request(verb, targets, seen=known)

        self.app.push_screen(
            ConfirmDialog(
                question.title,
                lines=(note, *question.lines) if note else question.lines,
                targets=question.targets,
                consequence=question.consequence,
                command=question.command,
                confirm_label=question.confirm,
            ),
            answered,
        )

    def request(
        self,
        verb: str,
        targets: tuple[Target, ...],
        *,
        seen: Snapshot | None = None,
        **options: str,
    ) -> None:
        """Ask the app to run a verb; what was marked has served its purpose."""
        targets = tuple(
            each for each in targets if not self.doing(each.pane, each.key, each.namespace)
        )
        if not targets:
            return
        self.panes[targets[0].pane].unmark(targets)
        self.post_message(ActionRequested(verb, targets, options, seen or self.snapshot))

    def say(self, sentence: str) -> None:
        """Tell the user one sentence, without looking for markup in it."""
        self.notify(sentence, severity="warning", markup=False)

    def _wrong_name(self, source: Target, text: str) -> str | None:
        """Say what is wrong with the name of a new snapshot, None if nothing is."""
        name, here = text.strip(), source.namespace == self.snapshot.namespace
        if not name:
            return "A name is needed."
        if len(name) > NAME_LIMIT:
            return f"The name may have {NAME_LIMIT} characters."
        if not name.isprintable() or any(char.isspace() or char in "\\'\"" for char in name):
            return "The name may not hold spaces, quotes or backslashes."
        if f"{source.snapshotter}/{name}" in self.snapshot.snapshots and here:
            return f"{safe(source.snapshotter, 20)} has a snapshot of that name already."
        return None
