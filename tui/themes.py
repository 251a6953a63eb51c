"""The look: one dark theme on colours of the 256-colour cube.

A terminal behind SSH or tmux mostly has 256 colours; colours that lie exactly
on its cube and grey ramp look there as they do with true colour.
"""

from textual.theme import Theme

BLACK = "#080808"  # 232
SURFACE = "#121212"  # 233
PANEL = "#262626"  # 235
SELECTED = "#303030"  # 236
MUTED = "#8a8a8a"  # 245
TEXT = "#d0d0d0"  # 252
BLUE = "#5fafff"  # 75
CYAN = "#5fd7d7"  # 80
GREEN = "#5fd75f"  # 77
YELLOW = "#ffd75f"  # 221
RED = "#ff5f5f"  # 203

DARK = Theme(
    name="c9d",
    dark=True,
    primary=BLUE,
    secondary=CYAN,
    accent=CYAN,
    foreground=TEXT,
    background=BLACK,
    surface=SURFACE,
    panel=PANEL,
    success=GREEN,
    warning=YELLOW,
    error=RED,
    text_alpha=1.0,
    variables={
        "boost": PANEL,
        "text": TEXT,
        "text-muted": MUTED,
        "selected": SELECTED,
        "border": MUTED,
        "block-cursor-background": BLUE,
        "block-cursor-foreground": BLACK,
        "input-selection-background": BLUE,
        "scrollbar": PANEL,
        "scrollbar-hover": MUTED,
        "scrollbar-active": MUTED,
        "scrollbar-background": BLACK,
        "scrollbar-corner-color": BLACK,
    },
)
