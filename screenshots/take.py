"""Take the pictures of the README from the demo engine, and write its table of keys.

Without arguments it does both, which takes a minute because curves need time;
``--keys`` writes the table alone.
"""

import argparse
import asyncio
import re
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from textual.pilot import Pilot  # noqa: E402

from tui.actions import ACTIONS  # noqa: E402
from tui.app import C9dApp  # noqa: E402
from tui.backend.client import Client  # noqa: E402
from tui.backend.service import Service  # noqa: E402
from tui.backend.watcher import Watcher  # noqa: E402
from tui.connect import connect  # noqa: E402
from tui.demo.control import Control  # noqa: E402
from tui.demo.launch import DemoEngine  # noqa: E402
from tui.keymap import shown  # noqa: E402
from tui.settings import Settings  # noqa: E402
from tui.state.models import Task, TaskStatus  # noqa: E402
from tui.state.snapshot import Snapshot  # noqa: E402
from tui.verbs import Backend  # noqa: E402

AT = "2026-01-01T12:00Z"
ADDRESS = "/run/c9d-demo/engine.sock"
CURVE_SECONDS = 62
PATIENCE = 60.0
"""Seconds that one step may take on a loaded machine."""
STEP = 0.02
BEGIN, END = "<!-- keys: made by screenshots/take.py -->\n", "<!-- end of keys -->\n"


@dataclass(frozen=True)
class Shot:
    """One picture: its file, the size of the terminal and the keys that lead there."""

    name: str
    size: tuple[int, int]
    keys: tuple[str, ...] = ()


SHOTS = (
    Shot("dashboard", (80, 24), ("down",)),
    Shot("wide", (120, 36), ("down",)),
    Shot("all-panes", (200, 50), ("down",)),
    Shot("images", (80, 24), ("2", "down")),
    Shot("snapshots", (80, 24), ("4", "down")),
    Shot("details", (80, 24), ("down", "enter")),
    Shot("stop", (80, 24), ("end", "s")),
    Shot("help", (80, 24), ("question_mark",)),
)


class Presented:
    """A watcher whose daemon seems to be at an address that is the same in each run."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def __getattr__(self, name: str) -> Any:
        return getattr(self._watcher, name)

    async def snapshots(self) -> AsyncGenerator[Snapshot, None]:
        """Yield what the watcher does, with the other address."""
        async with aclosing(self._watcher.snapshots()) as snapshots:
            async for snapshot in snapshots:
                yield replace(snapshot, address=ADDRESS)


class Studio:
    """One app on an engine of its own, whose clock goes on only when it is told to.

    Everything in a picture follows from the seed and from that clock, so that
    a picture in which nothing changed is the same to the last byte.
    """

    def __init__(self, engine: DemoEngine, control: Control) -> None:
        self._control = control
        self._address = engine.address
        self._now = control.advance(0)
        settings = Settings(address=engine.address, demo=True)
        self.app = C9dApp(settings, clock=self.clock, host="demo", connect=self._connect)

    def clock(self) -> datetime:
        """Tell the engine's time."""
        return datetime.fromtimestamp(self._now, UTC)

    async def _connect(self, settings: Settings) -> Backend:
        service, self._watcher = await connect(settings)
        self._watcher.pause_sampling(True)
        return Backend(service, cast(Watcher, Presented(self._watcher)))

    async def run(self, pilot: Pilot[None], seconds: int) -> None:
        """Let time go on, with one sample of every task each second."""
        async with asyncio.timeout(PATIENCE):
            while not self.app.snapshot.loaded:
                await pilot.pause(STEP)
        client = Client(self._address)
        service = Service(client)
        for _ in range(seconds):
            self._now = self._control.advance(1)
            async with asyncio.timeout(PATIENCE):
                tasks = {row.container_id: row for row in await service.list_tasks()}
                # What began or ended in this second is known before it is measured.
                while not self._knows(tasks):
                    await pilot.pause(STEP)
                self._watcher.pause_sampling(False)
                while not self._measured(tasks):
                    await pilot.pause(STEP)
                self._watcher.pause_sampling(True)
        await client.close()

    def _knows(self, tasks: Mapping[str, Task]) -> bool:
        known = self.app.snapshot.tasks
        return known.keys() == tasks.keys() and all(
            (row.pid, row.status) == (tasks[key].pid, tasks[key].status)
            for key, row in known.items()
        )

    def _measured(self, tasks: Mapping[str, Task]) -> bool:
        series = self.app.snapshot.series
        return all(
            key in series and series[key].last.at >= self._now
            for key, row in tasks.items()
            if row.status is TaskStatus.RUNNING
        )


async def picture(shot: Shot, seconds: int = CURVE_SECONDS) -> str:
    """Open the dashboard in the size of a shot, wait for curves, press keys, take the picture."""
    with DemoEngine.start(extra=("--at", AT)) as engine, Control(engine.address) as control:
        studio = Studio(engine, control)
        app = studio.app
        async with app.run_test(size=shot.size) as pilot:
            await studio.run(pilot, seconds)
            for key in shot.keys:
                app.simulate_key(key)
                await pilot.pause(0.5)
            app.main.draw()
            await pilot.pause(0.5)
            return same_names(app.export_screenshot(title="c9d"), shot.name)


def same_names(picture: str, name: str) -> str:
    """Name the parts of a picture after it: Textual draws their names by lot."""
    return re.sub(r"terminal-\d+", f"c9d-{name}", picture)


def keys_table() -> str:
    """Return the keys of every action as a Markdown table."""
    rows = ["| key | what it does | where |", "| --- | --- | --- |"]
    for action in ACTIONS:
        if action.keys:
            names = " ".join(f"`{shown(key)}`" for key in action.keys)
            panes = "everywhere" if len(action.panes) == 4 else ", ".join(sorted(action.panes))
            where = action.where or panes
            rows.append(f"| {names} | {action.description} | {where} |")
    return "\n".join(rows) + "\n"


def with_keys(readme: str) -> str:
    """Return the README with its table of keys made anew."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + keys_table() + END + after


async def _pictures() -> None:
    # One after another would take a minute each; together they share the same minute.
    await asyncio.gather(*(_in_process(shot) for shot in SHOTS))


async def _in_process(shot: Shot) -> None:
    """Take one shot in a process of its own: an app is alone in its process."""
    child = await asyncio.create_subprocess_exec(sys.executable, __file__, "--one", shot.name)
    if await child.wait() != 0:
        sys.exit(f"{shot.name} was not taken")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keys", action="store_true", help="only the table of keys")
    parser.add_argument("--one", choices=[shot.name for shot in SHOTS], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        shot = next(shot for shot in SHOTS if shot.name == options.one)
        drawn = asyncio.run(picture(shot))
        (ROOT / "screenshots" / f"{shot.name}.svg").write_text(drawn, encoding="utf-8")
        return
    readme = ROOT / "README.md"
    readme.write_text(with_keys(readme.read_text(encoding="utf-8")), encoding="utf-8")
    if not options.keys:
        asyncio.run(_pictures())


if __name__ == "__main__":
    main()
