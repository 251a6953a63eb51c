"""Take the pictures of the README from the demo engine, and write its table of keys.

Without arguments it does both, which takes a minute because curves need time;
``--keys`` writes the table alone.
"""

import argparse
import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from textual.pilot import Pilot  # noqa: E402

from tui.actions import ACTIONS  # noqa: E402
from tui.app import C9dApp  # noqa: E402
from tui.demo.launch import DemoEngine  # noqa: E402
from tui.keymap import shown  # noqa: E402
from tui.settings import Settings  # noqa: E402

CURVE_SECONDS = 62
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


async def take(shot: Shot, address: str) -> None:
    """Open the dashboard in the size of a shot, wait for curves, press keys, save the picture."""
    app = C9dApp(Settings(address=address, demo=True))
    async with app.run_test(size=shot.size) as pilot:
        await _live(pilot, app)
        await asyncio.sleep(CURVE_SECONDS)
        for key in shot.keys:
            app.simulate_key(key)
            await pilot.pause(0.5)
        await pilot.pause(1.5)
        (ROOT / "screenshots" / f"{shot.name}.svg").write_text(
            app.export_screenshot(title="c9d"), encoding="utf-8"
        )


async def _live(pilot: Pilot[None], app: C9dApp) -> None:
    while not app.snapshot.loaded:
        await pilot.pause(0.1)


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
    with DemoEngine.start() as engine:
        # One after another would take a minute each; together they share the same minute.
        await asyncio.gather(*(_in_process(shot, engine.address) for shot in SHOTS))


async def _in_process(shot: Shot, address: str) -> None:
    """Take one shot in a process of its own: an app is alone in its process."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--one", shot.name, "--address", address
    )
    if await child.wait() != 0:
        sys.exit(f"{shot.name} was not taken")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keys", action="store_true", help="only the table of keys")
    parser.add_argument("--one", choices=[shot.name for shot in SHOTS], help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        shot = next(shot for shot in SHOTS if shot.name == options.one)
        asyncio.run(take(shot, options.address))
        return
    readme = ROOT / "README.md"
    readme.write_text(with_keys(readme.read_text(encoding="utf-8")), encoding="utf-8")
    if not options.keys:
        asyncio.run(_pictures())


if __name__ == "__main__":
    main()
