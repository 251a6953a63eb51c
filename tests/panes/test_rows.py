"""Rows are built only when something in them changed, and stand in the right order."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from tests.support.world import NOW, SERIES, WORLD, ago
from tui.panes.containers import Containers
from tui.panes.images import Images
from tui.panes.resource import Resource, View
from tui.panes.rows import Rows
from tui.panes.snapshots import Snapshots
from tui.panes.tasks import Tasks
from tui.state.snapshot import Connection, ConnectionState, Snapshot


def texts(rows: tuple[object, ...]) -> list[str]:
    """The first cell of each row."""
    return [row.cells[0].text for row in rows]  # type: ignore[attr-defined]


@pytest.mark.parametrize("resource", [Containers(), Images(), Tasks(), Snapshots()])
def test_an_equal_picture_gives_the_same_rows(resource: Resource[tuple[object, ...]]) -> None:
    rows = Rows(resource)
    first = rows.update(View(WORLD, NOW))
    again = rows.update(View(replace(WORLD, revision=8), NOW))
    assert all(old is new for old, new in zip(first, again, strict=True))
    assert len(first[0].cells) == len(resource.columns(80))


def test_one_changed_series_changes_one_row() -> None:
    rows = Rows(Containers())
    before = {row.key: row for row in rows.update(View(WORLD, NOW))}
    fresh = replace(SERIES["web-1"], count=601, cpu=(*SERIES["web-1"].cpu[1:], 99.0))
    changed = replace(WORLD, series=MappingProxyType({**SERIES, "web-1": fresh}))
    after = {row.key: row for row in rows.update(View(changed, NOW))}
    assert {key for key in after if after[key] is not before[key]} == {"web-1"}
    assert "99.0%" in "".join(text for text, _ in after["web-1"].cells[3].parts)


def test_cells_are_made_only_when_looked_at() -> None:
    drawn: list[str] = []

    class Counting(Containers):
        def cells(self, item, width):  # type: ignore[no-untyped-def]
            drawn.append(item.container.id)
            return super().cells(item, width)

    rows = Rows(Counting()).update(View(WORLD, NOW))
    assert drawn == []
    assert rows[0].cells is rows[0].cells
    assert drawn == [rows[0].key]


def test_names_stand_in_natural_order() -> None:
    shown = texts(Rows(Containers()).update(View(WORLD, NOW)))
    assert shown.index("web-2") < shown.index("web-10")


def test_unknown_values_stand_last_both_ways() -> None:
    rows = Rows(Containers())
    for reverse in (False, True):
        rows.set_sort("cpu", reverse)
        keys = [row.key for row in rows.update(View(WORLD, NOW))]
        assert set(keys[-3:]) == {"batch-x", "legacy", "report"}


def test_a_series_that_was_not_measured_lately_is_not_shown() -> None:
    old = replace(SERIES["web-1"], last=replace(SERIES["web-1"].last, at=NOW.timestamp() - 120))
    picture = replace(WORLD, series=MappingProxyType({**SERIES, "web-1": old}))
    rows = {row.key: row for row in Rows(Containers()).update(View(picture, NOW))}
    assert rows["web-1"].cells[3].parts == (("", ""),)
    assert rows["web-2"].cells[3].parts != (("", ""),)


def test_a_stopped_task_shows_no_figures_and_the_oom() -> None:
    rows = {row.key: row for row in Rows(Containers()).update(View(WORLD, NOW))}
    assert rows["batch-x"].cells[3].parts == (("", ""),)
    assert rows["batch-x"].cells[4].text == "OOM"


def test_the_filter_looks_at_image_pod_and_status() -> None:
    rows = Rows(Containers())
    rows.set_filter("paused")
    assert texts(rows.update(View(WORLD, NOW))) == ["paused-1"]
    rows.set_filter("!nginx")
    assert "web-1" not in texts(rows.update(View(WORLD, NOW)))
    with pytest.raises(ValueError, match="not a regular expression"):
        rows.set_filter("(")
    rows.set_filter("")
    assert len(rows.update(View(WORLD, NOW))) == rows.total


def test_what_does_not_run_can_be_hidden_and_is_counted() -> None:
    rows = Rows(Containers())
    rows.set_running_only(True)
    shown = texts(rows.update(View(WORLD, NOW)))
    assert "paused-1" in shown
    assert "legacy" not in shown
    assert rows.hidden == 3


def test_the_age_alone_redraws_a_row() -> None:
    young = replace(WORLD.containers["web-1"], created_at=ago(seconds=12))
    picture = replace(WORLD, containers=MappingProxyType({"web-1": young}))
    rows = Rows(Containers())
    first = rows.update(View(picture, NOW))[0]
    assert rows.update(View(picture, NOW.replace(second=35)))[0] is first
    assert rows.update(View(picture, NOW.replace(second=39)))[0] is not first


def test_a_verb_under_way_is_in_the_row() -> None:
    rows = Rows(Snapshots())
    view = View(WORLD, NOW, {"overlayfs/orphan": "deleting"})
    found = {row.key: row for row in rows.update(view)}
    assert "deleting" in found["overlayfs/orphan"].cells[3].text


def test_snapshots_that_nobody_uses_are_called_out() -> None:
    found = {row.key: row for row in Rows(Snapshots()).update(View(WORLD, NOW))}
    assert found["overlayfs/orphan"].cells[5].parts == (("nobody", "warn"),)
    assert found["overlayfs/web-1"].cells[5].text == "web-1"


@pytest.mark.parametrize("resource", [Containers(), Images(), Tasks(), Snapshots()])
def test_every_tab_of_every_object_can_be_shown(resource: Resource[tuple[object, ...]]) -> None:
    view = View(WORLD, NOW)
    for key, _ in resource.items(view):
        for tab in range(len(resource.tabs)):
            assert resource.details(view, key, tab)


@pytest.mark.parametrize("resource", [Containers(), Images(), Tasks(), Snapshots()])
def test_an_empty_pane_says_why(resource: Resource[tuple[object, ...]]) -> None:
    assert resource.empty(View(Snapshot(), NOW)).startswith("Reading")
    elsewhere = Snapshot(loaded=True, elsewhere={"k8s.io": 41})
    text = resource.empty(View(elsewhere, NOW))
    assert f'No {resource.pane} in "default"' in text
    assert "k8s.io has 41" in text
    assert "press n" in text


def test_a_list_that_was_not_read_is_not_an_empty_one() -> None:
    live = Connection(ConnectionState.LIVE)
    broken = Snapshot(loaded=True, connection=live, troubles={"image": "It \x1b broke."})
    assert Images().empty(View(broken, NOW)) == "It ␛ broke."
    assert Containers().empty(View(broken, NOW)).startswith("No containers")
    # Without a connection the screen says so, and once is enough.
    assert Images().trouble(replace(broken, connection=Connection())) == ""
