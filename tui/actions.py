"""Every action once: its keys, what it applies to, its ctr command.

The bindings, the footer, the help, the palette and the table of keys in the
README are all made from `ACTIONS`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tui import ctr
from tui.targets import Pane, Target

ANYWHERE = frozenset(Pane)
OF_TASKS = frozenset({Pane.CONTAINERS, Pane.TASKS})
OF_IMAGES = frozenset({Pane.IMAGES})
OF_SNAPSHOTS = frozenset({Pane.SNAPSHOTS})
COMMITTABLE = frozenset({Pane.CONTAINERS, Pane.SNAPSHOTS})


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a key does."""

    id: str
    title: str
    keys: tuple[str, ...]
    description: str
    group: str = "View"
    panes: frozenset[Pane] = ANYWHERE
    changes: bool = False
    """It changes the daemon: off with --read-only and while the data are stale."""
    dangerous: bool = False
    """It may lose something: it asks first."""
    footer: int = 0
    """Its place among the key hints, 0 for none; later ones are dropped first."""
    footer_panes: frozenset[Pane] = ANYWHERE
    """The panes whose hints it stands among."""
    by_widget: bool = False
    """The focused table binds the key itself."""
    ctr: Callable[[Target], tuple[str, ...]] = ctr.nothing
    """The arguments for ``ctr`` that do the same."""
    where: str = ""
    """Where its keys work, where that is not everywhere in its panes."""


SORT_KEYS: dict[str, tuple[str, ...]] = {
    "name": ("D", "E"),
    "image": ("I",),
    "status": ("S",),
    "cpu": ("U",),
    "memory": ("M",),
    "age": ("A",),
    "digest": ("T",),
    "size": ("Z",),
    "platforms": ("L",),
    "users": ("B",),
    "pid": ("H",),
    "pids": ("O",),
    "parent": ("R",),
    "kind": ("Y",),
}
"""The keys that sort by a column; a letter means the same column in every pane."""

_SORTED: dict[str, frozenset[Pane]] = {
    "image": frozenset({Pane.CONTAINERS}),
    "status": OF_TASKS,
    "cpu": OF_TASKS,
    "memory": OF_TASKS,
    "digest": frozenset({Pane.IMAGES}),
    "size": frozenset({Pane.IMAGES, Pane.SNAPSHOTS}),
    "platforms": frozenset({Pane.IMAGES}),
    "users": frozenset({Pane.IMAGES, Pane.SNAPSHOTS}),
    "pid": frozenset({Pane.TASKS}),
    "pids": frozenset({Pane.TASKS}),
    "parent": OF_SNAPSHOTS,
    "kind": OF_SNAPSHOTS,
}
"""The panes that have a column, where not all do."""

_PANES = tuple(
    Action(f"pane.{pane}", pane.capitalize(), (str(number),), f"Go to the {pane}", group="Move")
    for number, pane in enumerate(Pane, start=1)
)
_SORTS = tuple(
    Action(
        f"sort.{column}",
        f"Sort by {column}",
        keys,
        f"Sort by {column}; again reverses",
        panes=_SORTED.get(column, ANYWHERE),
    )
    for column, keys in SORT_KEYS.items()
)

_ROWS = tuple(
    Action(f"table.{name}", title, keys, f"Go to the {place}", "Move", by_widget=True)
    for name, title, keys, place in (
        ("up", "Up", ("up", "k"), "row above"),
        ("down", "Down", ("down", "j"), "row below"),
        ("first", "First row", ("home", "g"), "first row"),
        ("last", "Last row", ("end", "G"), "last row"),
        ("page_up", "Page up", ("pageup", "ctrl+b"), "page above"),
        ("page_down", "Page down", ("pagedown", "ctrl+f"), "page below"),
    )
)

ACTIONS: tuple[Action, ...] = (
    *_PANES,
    Action("pane.next", "Next pane", ("tab",), "Go to the next pane", group="Move"),
    Action("pane.previous", "Previous pane", ("shift+tab",), "Go to the one before", group="Move"),
    *_ROWS,
    Action(
        "table.activate",
        "Details",
        ("enter",),
        "Show all about the row",
        "Move",
        footer=7,
        by_widget=True,
    ),
    Action("back", "Back", ("escape",), "Clear marks, then the filter", group="Move"),
    Action(
        "tab.previous",
        "Previous tab",
        ("left_square_bracket", "less_than_sign"),
        "Previous tab of the details",
        group="Move",
        where="details",
    ),
    Action(
        "tab.next",
        "Next tab",
        ("right_square_bracket", "greater_than_sign"),
        "Next tab of the details",
        group="Move",
        where="details",
    ),
    Action(
        "toggle",
        "Start/Stop",
        ("s",),
        "Start or stop by state; stopping asks",
        group="Act",
        panes=OF_TASKS,
        changes=True,
        footer=1,
        ctr=ctr.toggle,
    ),
    Action(
        "pause",
        "Pause",
        ("p",),
        "Pause or resume the task",
        group="Act",
        panes=OF_TASKS,
        changes=True,
        footer=2,
        ctr=ctr.pause,
    ),
    Action(
        "signal",
        "Signal",
        ("K",),
        "Choose a signal, then send it to the task",
        group="Act",
        panes=OF_TASKS,
        changes=True,
        dangerous=True,
        footer=6,
        ctr=ctr.signal,
    ),
    Action(
        "commit",
        "Commit",
        ("C",),
        "Commit the active snapshot under a name",
        group="Act",
        panes=COMMITTABLE,
        changes=True,
        dangerous=True,
        footer=4,
        ctr=ctr.commit,
    ),
    Action(
        "delete",
        "Delete",
        ("ctrl+d", "delete"),
        "Delete the row's object",
        group="Act",
        changes=True,
        dangerous=True,
        footer=5,
        ctr=ctr.delete,
    ),
    Action(
        "usage",
        "Size",
        ("u",),
        "Measure the snapshot's size on disk",
        group="Act",
        panes=OF_SNAPSHOTS,
        footer=3,
        ctr=ctr.usage,
    ),
    Action("mark", "Mark", ("space",), "Mark the row; actions then take all marked", group="Mark"),
    Action("mark.all", "Mark all", ("ctrl+a",), "Mark every row of the pane", group="Mark"),
    Action("copy", "Copy", ("y",), "Copy the id or name (OSC 52)", group="Mark"),
    Action("filter", "Filter", ("slash",), "Filter by a pattern; a leading ! inverts", footer=8),
    Action("sort", "Sort", ("o",), "Choose the column to sort by"),
    *_SORTS,
    Action(
        "running", "Running", ("z",), "Hide what does not run, or show it again", panes=OF_TASKS
    ),
    Action(
        "pull",
        "Pull",
        ("P",),
        "Pull an image from a registry",
        group="App",
        changes=True,
        footer=4,
        footer_panes=OF_IMAGES,
    ),
    Action("pulls", "Pulls", ("w",), "Show the pulls and their layers", group="App"),
    Action("namespace", "Namespace", ("n",), "Switch to another namespace", group="App", footer=9),
    Action(
        "refresh",
        "Refresh",
        ("ctrl+r",),
        "Read everything anew and repaint the screen",
        group="App",
    ),
    Action(
        "mouse", "Mouse", ("m",), "Give the mouse to the terminal, or take it back", group="App"
    ),
    Action("palette", "Palette", ("colon", "ctrl+p"), "Find an action by its name", group="App"),
    Action("help", "Help", ("question_mark", "f1"), "Show all keys", group="App", footer=10),
    Action("quit", "Quit", ("q",), "Leave c9d", group="App", footer=11),
)
BY_ID = {action.id: action for action in ACTIONS}
