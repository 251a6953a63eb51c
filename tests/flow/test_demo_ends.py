"""The demo engine ends under the dashboard: nobody but its user starts it again."""

from pathlib import Path

from tests.flow.watching import watching
from tui.backend.connection import diagnose
from tui.backend.errors import NoSocket
from tui.demo.launch import DemoEngine
from tui.state.snapshot import ConnectionState

AGAIN = "Leave with q and start it again."


async def test_it_is_said_to_have_ended_and_found_again(engine: DemoEngine) -> None:
    async with watching(engine.address) as watch:
        await watch.live()
        engine.kill()
        seen = await watch.until(
            lambda each: each.connection.state is ConnectionState.STALE, "not stale"
        )
        assert seen.connection.reason == "The demo engine has ended."
        assert seen.connection.way_out == AGAIN
        engine.restart()
        await watch.live()


def test_one_that_never_came_is_waited_for_first(tmp_path: Path) -> None:
    where = str(tmp_path / "engine.sock")
    error = NoSocket("There is no socket.")
    states = [
        diagnose(error, where, seen=False, failures=number, demo=True).state for number in range(6)
    ]
    assert states[0] is ConnectionState.CONNECTING
    assert states[-1] is ConnectionState.NO_SOCKET
    trouble = diagnose(error, where, seen=False, failures=9, demo=True)
    assert (trouble.reason, trouble.way_out) == ("The demo engine has ended.", AGAIN)
