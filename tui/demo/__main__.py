"""``python -m tui.demo``: the demo engine in the foreground."""

import sys

from tui.demo.server import main

if __name__ == "__main__":
    sys.exit(main())
