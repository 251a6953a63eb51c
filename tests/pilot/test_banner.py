"""The sentence under the top line: all of it is seen, however it changes."""

from dataclasses import replace

from tests.support import world
from tests.support.driving import Driver, driving
from tests.support.fixed import FixedApp
from tui.state.snapshot import Connection, ConnectionState, Snapshot

LONG = "/run/user/1000/" + "a-long-folder/" * 6 + "c.sock"


def broken(reason: str, way_out: str) -> Snapshot:
    connection = Connection(ConnectionState.DENIED, world.NOW, reason, way_out)
    return replace(world.WORLD, connection=connection)


def squeezed(app: Driver) -> str:
    """All that is on the screen, without spaces: a path is broken anywhere."""
    return "".join(app.text().split())


async def test_it_grows_with_its_text_so_that_the_way_out_is_seen() -> None:
    app = FixedApp(broken("Short.", "Wait."))
    async with driving(app) as driver:
        await driver.until(lambda: "Wait." in driver.text(), "the first sentence")
        way_out = "Run c9d with sudo, or as a member of the group containerd that owns the socket."
        app.watcher.feed(broken(f"This user may not use the socket {LONG}.", way_out))
        await driver.until(lambda: "This user" in driver.text(), "the second sentence")
        await driver.until(lambda: way_out.replace(" ", "") in squeezed(driver), "all of it")
        assert LONG in squeezed(driver)
        app.watcher.feed(broken("Short.", "Wait."))
        await driver.until(lambda: app.main.banner.size.height == 1, "it shrinks again")


async def test_it_does_not_invite_to_scroll() -> None:
    app = FixedApp(broken("A sentence without an end " * 40, "Wait."))
    async with driving(app) as driver:
        await driver.until(lambda: app.main.banner.size.height == 5, "it is bounded")
        lines = driver.text().splitlines()[1:6]
        assert "A sentence" in lines[0]
        assert not any(sign in "".join(lines) for sign in "↑↓")
        assert lines[-1].endswith("… ")
