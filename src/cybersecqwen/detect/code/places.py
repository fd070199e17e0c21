"""Stretches of a file as places that a reader can go to."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

from cybersecqwen.records.review import Place

from .tree import Node

if TYPE_CHECKING:
    from cybersecqwen.inputs.source.files import SourceFile

_LINES, _CHARACTERS = 10, 2_000


class Places:
    """The places of one file."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(one.end() for one in re.finditer("\n", self._source.text))]

    def of(self, start: int, end: int) -> Place:
        """A stretch of the file as a place."""
        starts, text = self._line_starts, self._source.text
        first = bisect_right(starts, start)
        last = max(first, bisect_right(starts, max(start, end - 1)))
        shown = (
            text[starts[first - 1] : starts[min(last, first + _LINES - 1)]]
            if last < len(starts)
            else ("\n".join(text[starts[first - 1] :].split("\n", _LINES)[:_LINES]))
        )
        return Place(
            path=self._source.path,
            line=first,
            column=start - starts[first - 1] + 1,
            end_line=last,
            end_column=end - starts[last - 1] + 1,
            text=shown.rstrip("\r\n")[:_CHARACTERS],
        )

    def at(self, node: Node) -> Place:
        """The place of a node."""
        reach = node.range()
        return self.of(reach.start.index, reach.end.index)
