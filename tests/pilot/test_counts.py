"""The figures in the tabs: what is not known is no zero."""

from dataclasses import replace
from functools import partial
from types import MappingProxyType

import pytest

from tests.support.driving import Driver, driving
from tests.support.fixed import FixedApp
from tests.support.world import WORLD

TROUBLE = MappingProxyType({"image": "Could not list images: broken.", "task": "No answer."})
UNREAD = replace(WORLD, troubles=TROUBLE, images=MappingProxyType({}))


def shows(driver: Driver, text: str) -> bool:
    return text in driver.text()


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_a_list_that_was_not_read_has_no_count(size: tuple[int, int]) -> None:
    async with driving(FixedApp(UNREAD), size) as driver:
        await driver.press("2")
        for tab in ("1 Containers 9", "2 Images ?", "3 Tasks 8?", "4 Snapshots 16"):
            await driver.until(partial(shows, driver, tab), tab)
        driver.app.main.action_run("pane.containers")
        await driver.until(lambda: "2 Images ?" in driver.text(), "also from another pane")
