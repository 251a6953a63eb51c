"""Where the style sheets and the user's configuration lie."""

import os
from collections.abc import Mapping
from pathlib import Path, PurePath

STYLES = Path(__file__).resolve().parent.parent / "styles"


def style_sheets() -> list[str | PurePath]:
    """Return the sheets of the app, absolute so that a subclass elsewhere finds them."""
    return [STYLES / "app.tcss", STYLES / "panes.tcss", STYLES / "dialogs.tcss"]


def config_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the user's configuration, ``$XDG_CONFIG_HOME/c9d/config.toml``."""
    base = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "c9d" / "config.toml"
