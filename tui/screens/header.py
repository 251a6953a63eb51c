"""The top line and the banner: which host, which namespace, is it live; pure."""

from datetime import datetime

from tui.format import age
from tui.state.snapshot import Connection, ConnectionState, Snapshot
from tui.text import safe
from widgets.bars import Item
from widgets.glyphs import glyphs

STATES = {
    ConnectionState.CONNECTING: ("connecting", "warn"),
    ConnectionState.LIVE: ("live", "ok"),
    ConnectionState.STALE: ("stale", "bad"),
    ConnectionState.DENIED: ("denied", "bad"),
    ConnectionState.NO_SOCKET: ("no socket", "bad"),
    ConnectionState.NOT_CONTAINERD: ("not containerd", "bad"),
}


def top_line(
    snapshot: Snapshot, now: datetime, *, host: str, demo: bool, read_only: bool
) -> tuple[list[Item], list[Item]]:
    """Return the left and the right parts of the top line."""
    joint = f" {glyphs().bullet} "
    server = snapshot.server
    version = f"containerd {safe(server.version, 20)}" if server else safe(snapshot.address, 40)
    where = "demo engine" if demo or snapshot.demo else safe(host, 30)
    left = [
        Item((("c9d", "title"),)),
        Item(((where, "warn" if demo else ""),), priority=2),
        Item(((version, ""),), priority=4, joint=joint),
        Item((("ns ", "dim"), (safe(snapshot.namespace, 30), "accent")), "namespace", joint=joint),
    ]
    if read_only:
        left.append(Item((("read-only", "warn"),), priority=3, joint=joint))
    right = [
        Item((state(snapshot.connection),)),
        Item(((f"{now:%H:%M}", ""),), priority=3),
    ]
    return left, right


def state(connection: Connection) -> tuple[str, str]:
    """Return sign and word of the connection's state, and their style."""
    word, style = STATES[connection.state]
    return f"{glyphs().dot if connection.live else glyphs().ring} {word}", style


def how_old(connection: Connection, now: datetime) -> str:
    """Return how long ago what is shown was right, ``""`` where it is right or never was."""
    if connection.live or connection.last_seen is None:
        return ""
    old = age(connection.last_seen, now)
    return f"{'a moment' if old == 'now' else old} old"


def banner(connection: Connection, now: datetime, notice: str) -> tuple[str, str]:
    """Return the line under the top line and its style, ``("", "")`` for no line.

    Args:
        connection: How things stand.
        now: The time.
        notice: What to say while there is nothing worse.
    """
    if connection.live or connection.state is ConnectionState.CONNECTING:
        # While connecting for the first time the panes say that they read.
        sentence = f"{connection.reason} {connection.way_out}".strip()
        return (sentence, "warn") if sentence and not connection.live else (notice, "dim")
    parts = [connection.reason, connection.way_out]
    if old := how_old(connection, now):
        parts.insert(1, f"What you see is {old}.")
    return " ".join(part for part in parts if part), "bad"
