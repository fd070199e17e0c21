"""`python -m cybersecqwen` is `csq`."""

from __future__ import annotations

import sys

from cybersecqwen.interfaces.cli import main

if __name__ == "__main__":
    sys.exit(main())
