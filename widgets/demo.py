"""The widgets alone, with invented rows: nothing here knows what the rows are about."""

from __future__ import annotations

import math

from textual.app import ComposeResult
from textual.binding import Binding

from widgets.activity import Activity, ActivityLine
from widgets.bars import Item
from widgets.cells import Cell, Row
from widgets.columns import Column
from widgets.detail import Detail, Field, Section
from widgets.dialog import ConfirmDialog, PromptDialog
from widgets.diff_display import DiffDisplay
from widgets.filter_bar import FilterBar
from widgets.glyphs import glyphs
from widgets.key_hints import Hint, KeyHints
from widgets.pick_dialog import PickDialog
from widgets.status_line import StatusLine
from widgets.table import Table
from widgets.tabs_line import Tab, TabsLine

COLUMNS = (
    Column("name", "NAME", max_width=24),
    Column("kind", "KIND", weight=2, priority=3, max_width=40),
    Column("status", "STATUS", 14),
    Column("load", "LOAD", 14, priority=2),
    Column("age", "AGE", 4, priority=4, align="right"),
)


def row(number: int, tick: int) -> Row:
    """Return a row; every third one changes from tick to tick."""
    signs = glyphs()
    phase = tick if number % 3 == 0 else 0
    wave = [math.sin((number + phase + step) / 2) / 2 + 0.5 for step in range(5)]
    ramp = signs.ramp
    spark = "".join(ramp[min(len(ramp) - 1, int(value * len(ramp)))] for value in wave)
    status = (f"{signs.dot} running", "ok") if number % 5 else (f"{signs.cross} failed", "bad")
    return Row(
        f"row-{number}",
        (
            Cell(f"item-{number}"),
            Cell(f"kind/{number % 7}:[/b]"),
            Cell(*status),
            Cell(spans=((spark, "accent"), (f" {wave[-1] * 100:7.1f}%", ""))),
            Cell(f"{number % 24}h"),
        ),
    )


class Demo(DiffDisplay[None]):
    """Shows the table and what stands around it."""

    BINDINGS = [
        Binding("q", "quit", "Quit"),
        Binding("space", "mark", "Mark"),
        Binding("slash", "filter", "Filter"),
        Binding("d", "confirm", "Delete"),
        Binding("c", "prompt", "Name"),
        Binding("n", "pick", "Pick"),
        Binding("t", "tick", "Tick"),
        Binding("x", "dim", "Stale"),
    ]
    CSS = "Detail { width: 40; dock: right; }"

    def __init__(self, count: int = 200) -> None:
        super().__init__()
        self._tick = 0
        self._rows = [row(number, 0) for number in range(count)]
        self._pattern = ""

    def compose(self) -> ComposeResult:
        """Compose the screen."""
        yield StatusLine()
        yield TabsLine()
        yield Table(COLUMNS, empty="Nothing matches. Press escape to clear the filter.")
        yield Detail()
        yield FilterBar()
        yield Activity()
        yield KeyHints()

    def on_mount(self) -> None:
        """Fill the widgets."""
        dot = glyphs().dot
        self.query_one(StatusLine).show(
            [Item((("widgets", "title"),)), Item((("demo", "dim"),), priority=3)],
            [Item(((f"{dot} live", "ok"),))],
        )
        tabs = [Tab("one", "Items", "1", str(len(self._rows))), Tab("two", "Others", "2", "0")]
        self.query_one(TabsLine).show(tabs, "one")
        self.query_one(KeyHints).show(
            [
                Hint(binding.action, binding.key, binding.description, place + 1)
                for place, binding in enumerate(self.BINDINGS)
                if isinstance(binding, Binding)
            ]
        )
        self.query_one(Detail).display = self.size.width >= 120
        self._show()
        self.query_one(Table).focus()

    def _show(self) -> None:
        rows = [item for item in self._rows if self._pattern in item.key]
        self.query_one(Table).show(rows)

    def on_table_highlighted(self, event: Table.Highlighted) -> None:
        """Let the detail follow the cursor."""
        fields = (Field("Key", event.key or ""), Field("Text", "Long text. " * 30))
        self.query_one(Detail).show([Section("Item", fields)], event.key)

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Filter the rows."""
        self._pattern = event.value
        self._show()
        self.query_one(FilterBar).show_note(f"{len(self.query_one(Table).rows)} rows")

    def on_filter_bar_submitted(self) -> None:
        """Go back to the table."""
        self.query_one(Table).focus()

    def on_filter_bar_cancelled(self) -> None:
        """Show all rows."""
        self._pattern = ""
        self._show()
        self.query_one(FilterBar).close()
        self.query_one(Table).focus()

    async def on_key_hints_pressed(self, event: KeyHints.Pressed) -> None:
        """Do what the key does."""
        await self.run_action(event.action)

    def action_mark(self) -> None:
        """Mark the row under the cursor."""
        self.query_one(Table).toggle_mark()

    def action_dim(self) -> None:
        """Draw the rows as old news, or as new ones."""
        table = self.query_one(Table)
        table.dim = not table.dim

    def action_tick(self) -> None:
        """Let time pass: a third of the rows change."""
        self._tick += 1
        for number in range(0, len(self._rows), 3):
            self._rows[number] = row(number, self._tick)
        self._show()
        done = self._tick / 20 % 1
        line = ActivityLine(f"{glyphs().down} something", f"{self._tick}/20 layers", done)
        self.query_one(Activity).show([line] if done else [])

    def action_filter(self) -> None:
        """Ask for a filter."""
        self.query_one(FilterBar).open(self._pattern)

    def action_confirm(self) -> None:
        """Ask whether to delete what is marked."""
        table = self.query_one(Table)
        targets = sorted(table.marked) or [table.cursor_key or ""]
        self.push_screen(
            ConfirmDialog(
                f"Delete {len(targets)} items?",
                lines=["They stay where they are: this is a demonstration."],
                targets=targets,
                consequence="What is in them would be lost for good.",
                command=f"rm {' '.join(targets)}",
                confirm_label="Delete",
            ),
            lambda answer: self.notify(f"Answer: {answer}", markup=False),
        )

    def action_prompt(self) -> None:
        """Ask for a name."""
        self.push_screen(
            PromptDialog(
                "A name",
                "Name without spaces",
                validate=lambda text: "There is a space in it." if " " in text else None,
            )
        )

    def action_pick(self) -> None:
        """Ask for one of several."""
        self.push_screen(PickDialog("Pick one", [f"space-{n}" for n in range(30)], "space-3"))
