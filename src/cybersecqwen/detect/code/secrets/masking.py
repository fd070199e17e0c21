"""What is shown of a text that holds secrets: all but them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from cybersecqwen.records.review import CodeFinding, Fix, FlowStep, Place

STARS = "********"
_SHOWN, _LONG = 4, 20
"""Characters of a secret that are shown, and how long it must be for that: four of eight tell too much."""
_CHARACTERS = 2_000
_LEAST, _LONG_ENOUGH = 4, 6
"""Characters of a value that is looked for in fixes, and of one that is looked for anywhere."""
_MOST_VALUES, _LONGEST = 10_000, 40_000


def masked(value: str) -> str:
    """A secret as it is shown."""
    return (value[:_SHOWN] if len(value) >= _LONG and not value.startswith("--") else "") + STARS


class Mask:
    """The stretches of a text that are not shown."""

    def __init__(
        self, text: str, stretches: Iterable[tuple[int, int]], more: Iterable[tuple[int, int]] = ()
    ) -> None:
        """`more` are stretches that may be words: they are hidden where they stand and in fixes alone."""
        self._text = text
        self._sure, self._words = list(stretches), list(more)
        self._stretches: list[tuple[int, int]] = []
        for start, end in sorted([*self._sure, *self._words]):
            if self._stretches and start < self._stretches[-1][1]:
                first, last = self._stretches[-1]
                self._stretches[-1] = (first, max(last, end))
            elif start < end:
                self._stretches.append((start, end))
        self._ends = [end for _, end in self._stretches]

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(one.end() for one in re.finditer("\n", self._text))]

    @cached_property
    def _values(self) -> Any:
        """The values themselves, which may stand once more where nothing tells of them."""
        import ahocorasick

        made = ahocorasick.Automaton()
        known = [*((True, one) for one in self._sure), *((False, one) for one in self._words)]
        for sure, (start, end) in known[:_MOST_VALUES]:
            # Of a key over many lines each of them.
            for line in self._text[start : min(end, start + _LONGEST)].splitlines():
                size = len(line.strip())
                if size >= _LEAST:
                    strong = sure and size >= _LONG_ENOUGH
                    made.add_word(line.strip(), (size, strong or made.get(line.strip(), (0, False))[1]))
        made.make_automaton()
        return made

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def place(self, path: str, start: int, end: int) -> Place:
        """A stretch as a place that shows no secret; of one over several lines the first is shown."""
        line, column = self.at(start)
        stop = self._line_starts[line] - 1 if line < len(self._line_starts) else len(self._text)
        last = min(end, stop)
        place = Place(
            path=path,
            line=line,
            column=column,
            end_line=line,
            end_column=last - self._line_starts[line - 1] + 1,
        )
        begin = self._line_starts[line - 1]
        shown = self._text[begin : min(stop, begin + _CHARACTERS)].rstrip("\r")
        return self.hidden(replace(place, text=shown))

    def hidden(self, place: Place) -> Place:
        """A place, its text without secrets."""
        if not place.text or not 1 <= place.line <= len(self._line_starts):
            return place
        begin = self._line_starts[place.line - 1]
        end = begin + len(place.text)
        if self._text[begin:end] != place.text:
            return replace(place, text=self.without(place.text))
        return replace(place, text=self._between(begin, end)[:_CHARACTERS])

    def whole(self) -> str:
        """All of the text, masked."""
        return self._between(0, len(self._text))

    def _between(self, begin: int, end: int) -> str:
        made, at = [], begin
        for start, stop in self._within(begin, end):
            made += [self._text[at : max(at, start)], masked(self._text[start:stop])]
            at = stop
        made.append(self._text[min(at, end) : end])
        return self.without("".join(made))

    def _within(self, begin: int, end: int) -> Sequence[tuple[int, int]]:
        first = bisect_right(self._ends, begin)
        last = bisect_left(self._stretches, (end, 0))
        return self._stretches[first:last]

    def without(self, text: str, *, words: bool = False) -> str:
        """A text in which no value of a secret stands; with `words` none of those that may be words."""
        if not len(self._values):
            return text
        made, at = [], 0
        reaches = sorted(
            (last + 1 - size, last + 1) for last, (size, strong) in self._values.iter(text) if strong or words
        )
        for start, end in reaches:
            if start >= at:
                made += [text[at:start], masked(text[start:end])]
            at = max(at, end)
        return "".join([*made, text[at:]])

    def applied(self, one: CodeFinding) -> CodeFinding:
        """A finding that shows no secret. A fix that would have to show one is left out."""
        return replace(one, place=self.hidden(one.place), flow=self.steps(one.flow), fix=self._fix(one.fix))

    def steps(self, steps: Sequence[FlowStep]) -> tuple[FlowStep, ...]:
        """Steps of a flow that show no secret; those in other files stay as they are."""
        return tuple(FlowStep(place=self.hidden(step.place), what=self.without(step.what)) for step in steps)

    def _fix(self, fix: Fix | None) -> Fix | None:
        if fix is None:
            return None
        if any(self.without(edit.text, words=True) != edit.text for edit in fix.edits):
            return None
        return replace(fix, diff=self.without(fix.diff, words=True))
