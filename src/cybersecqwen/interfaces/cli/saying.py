"""Printing lines in which something from a file stands."""

from __future__ import annotations

import sys


def say(text: str, *, lines: bool = False, error: bool = False) -> None:
    """Print a line with every character visible: what a file says must not steer the terminal.

    Args:
        text: The line.
        lines: Whether it is several, whose line breaks stay.
        error: Whether it goes to standard error.
    """
    from cybersecqwen.render.defang import safe_text

    print(safe_text(text, lines=lines), file=sys.stderr if error else sys.stdout)
