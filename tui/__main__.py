"""``python -m tui`` is ``c9d``."""

import sys

from tui.cli import main

sys.exit(main())
