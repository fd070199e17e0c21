"""Lines and columns of places in a text, in time that does not grow with the text."""

from __future__ import annotations

import re
from bisect import bisect_right


class Places:
    """A text whose places are asked for."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
