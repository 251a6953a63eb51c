"""Switches the reporting of the mouse while the app runs; Textual has no call for it."""

from typing import Any

from textual.app import App


def set_mouse(app: App[Any], on: bool) -> bool:
    """Take the mouse or leave it to the terminal; return whether that was possible."""
    driver = app._driver
    name = "_enable_mouse_support" if on else "_disable_mouse_support"
    switch = getattr(driver, name, None)
    if driver is None or switch is None:
        return False
    switch()
    driver.flush()
    return True
