"""What is shown of a text that holds secrets: all but them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from cybersecqwen.records.review import CodeFinding, Fix, FlowStep, Place

from .context import chosen_by_hand, is_placeholder

STARS = "********"
_SHOWN, _LONG = 4, 20
"""Characters of a secret that are shown, and how long it must be for that: four of eight tell too much."""
_CHARACTERS = 2_000
_LEAST, _LONG_ENOUGH = 4, 6
"""Characters of a value that is looked for in fixes, and of one that is looked for anywhere."""
_NO_WORD = 16
"""Characters of a value that is no ordinary word, whatever it is made of."""
_MOST_VALUES, _LONGEST = 10_000, 40_000


def masked(value: str) -> str:
    """A secret as it is shown."""
    return (value[:_SHOWN] if len(value) >= _LONG and not value.startswith("--") else "") + STARS


@dataclass(kw_only=True, slots=True)
class _Value:
    """A value that may stand once more where nothing tells of it.

    One that nobody can guess is a secret wherever it stands. One of letters alone ("sunflower") is one as a
    whole and where it names nothing; what everybody uses ("password") where it stands as values do: between
    quotes, or between the same signs as where it was found.
    """

    size: int
    guessable: bool
    common: bool
    sure: set[tuple[str, str]] = field(default_factory=set)
    """The signs around it where it is surely a secret."""
    words: set[tuple[str, str]] = field(default_factory=set)
    """The signs around it where it may be a word."""

    def stands(self, text: str, start: int, *, in_fix: bool) -> bool:
        """Whether an occurrence in a text is to be hidden there, or in a fix."""
        end = start + self.size
        if not self.sure and not in_fix:
            return False
        signs = _signs(text, start, end)
        if not self.guessable or signs in self.sure or (in_fix and signs in self.words):
            return True
        if _is_part(text, start, end):
            return False
        if self.common:
            return signs == (_QUOTE, _QUOTE)
        if not self.sure and self.words == {(_QUOTE, _QUOTE)}:
            return _QUOTE in signs
        return not _is_name(text, start, end)


_QUOTE = '"'
_QUOTES = frozenset("\"'`")


def _sign(sign: str) -> str:
    """What counts as the same sign: all quotes, and all white space with both ends of a text."""
    return _QUOTE if sign in _QUOTES and sign else sign.strip()


def _signs(text: str, start: int, end: int) -> tuple[str, str]:
    """The signs before and behind a stretch; those before lines of a diff are none."""
    before = text[start - 1 : start]
    if before in ("+", "-") and text[max(0, start - 2) : start - 1] in ("", "\n"):
        before = ""
    return _sign(before), _sign(text[end : end + 1])


def _is_part(text: str, start: int, end: int) -> bool:
    """Whether a stretch is a part of a longer word; an option (-p) and an escaped sign are none."""
    apart = _GLUED.fullmatch(text[max(0, start - 2) : start]) is not None
    return (not apart and _in_word(text[start - 1 : start])) or _in_word(text[end : end + 1])


_GLUED = re.compile(r"-[A-Za-z]|\\[abfnrtv0]")


def _in_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


_NAME_ENDS = re.compile(r"[ \t]{0,20}(?:[=:(]|\.[A-Za-z_])")
_NAME_BEGINS = re.compile(r"(?:\.|\b(?:import|from|def|class|function|func|package|module|use)[ \t]{1,20})\Z")


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether a word is the name of something: what is set, called, or a part of something."""
    before = text[max(0, start - 30) : start]
    return _NAME_BEGINS.search(before) is not None or _NAME_ENDS.match(text, end) is not None


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
        for sure, start, line in self._lines():
            value = made.get(line, None)
            if value is None:
                # One of a few characters alone is no secret elsewhere, whatever they are.
                guessable = len(line) < _LONG_ENOUGH or (len(line) < _NO_WORD and not chosen_by_hand(line))
                common = guessable and is_placeholder(line)
                value = _Value(size=len(line), guessable=guessable, common=common)
                made.add_word(line, value)
            signs = value.sure if sure and value.size >= _LONG_ENOUGH else value.words
            signs.add(_signs(self._text, start, start + value.size))
        made.make_automaton()
        return made

    def _lines(self) -> Iterator[tuple[bool, int, str]]:
        """(whether it is surely a secret, where it begins, what it is) of each line of a value."""
        known = [*((True, one) for one in self._sure), *((False, one) for one in self._words)]
        for sure, (start, end) in known[:_MOST_VALUES]:
            at = start
            for line in self._text[start : min(end, start + _LONGEST)].splitlines(keepends=True):
                value = line.strip()
                if len(value) >= _LEAST:
                    yield sure, at + line.index(value), value
                at += len(line)

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
        """A text in which no value of a secret stands; with `words`, as in a fix, none that may be words."""
        if not len(self._values):
            return text
        made, at = [], 0
        reaches = sorted(
            (last + 1 - value.size, last + 1)
            for last, value in self._values.iter(text)
            if value.stands(text, last + 1 - value.size, in_fix=words)
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
