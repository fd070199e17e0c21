"""Parameters of text lines, column by column, only for templates in which they may still say something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cybersecqwen.detect.lines.values import split, type_of

from .batch import Batch, Part
from .covering import WILD
from .observed import Templates

TOGETHER = 1_024
"""Lines of one template that wait until they are looked at together: most of the cost is per column."""
WAITING = 32_768
"""Lines that wait, all templates together; beyond, all are looked at."""
LINES_FOR_NUMBERS = 128
"""Of a template none of whose parameters has few values only numbers are looked at, in so many lines each
time, evenly spaced."""
POINTLESS = frozenset({"time", "uuid", "hash", "hex", "mac", "ip", "host", "url", "email"})
"""Types of parameters that are new in every line, or come from outside, where there are always new ones."""
_PLANS = 20_000
_LABEL_CHARS = 40
_CHARS = 4_096


@dataclass(slots=True)
class Plan:
    """What is known of the parameters of one template."""

    text: str
    words: list[str]
    labels: list[str]
    """Name of each parameter: what stands before it."""
    places: list[int]
    """Which words are parameters, or have some in them."""
    indices: list[int | None] | None = None
    """Where these words stand in a line; None before the first line."""
    open: set[int] = field(default_factory=set)
    """Parameters that hold anything, so that only numbers are of interest."""
    dull: set[int] = field(default_factory=set)
    """Those of them that are no numbers either."""


@dataclass(frozen=True, slots=True)
class Values:
    """One parameter of the lines of one template."""

    id: int
    label: str
    part: Part
    texts: list[str]
    numbers: NDArray[np.float64] | None
    plan: Plan
    position: int


class Parameters:
    """Cuts lines at the parameters of their templates; remembers which of them are dull."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._plans: dict[int, Plan] = {}
        self._waiting: dict[int, tuple[list[Batch], list[int], list[str]]] = {}
        """Template to batches, places of lines in them (one batch laid behind the other) and lines."""
        self._size = 0

    def of(self, batch: Batch) -> Iterator[Values]:
        """Let the lines of a batch wait; the values of each parameter of each template that is complete."""
        ids, texts = batch.template_ids, batch.observed.texts
        if ids is None or texts is None or len(texts) != batch.size or set(map(type, texts)) != {str}:
            return
        rows: dict[int, list[int]] = {}
        for index, id in enumerate(ids):
            if id in rows:
                rows[id].append(index)
            else:
                rows[id] = [index]
        for id, indices in rows.items():
            plan = self._plan(id)
            if len(plan.dull) == len(plan.labels):
                continue
            batches, places, lines = self._waiting.setdefault(id, ([], [], []))
            start = sum(b.size for b in batches)
            batches.append(batch)
            places += [start + index for index in indices]
            lines += [texts[index] for index in indices]
            self._size += len(indices)
            if len(lines) >= TOGETHER:
                yield from self._take(id)
        if self._size > WAITING:
            yield from self.rest()

    def rest(self) -> Iterator[Values]:
        """What still waits."""
        for id in list(self._waiting):
            yield from self._take(id)

    def _take(self, id: int) -> Iterator[Values]:
        batches, places, lines = self._waiting.pop(id)
        self._size -= len(lines)
        plan = self._plan(id)
        if len(plan.open) == len(plan.labels):
            step = -(-len(lines) // LINES_FOR_NUMBERS)
            places, lines = places[::step], lines[::step]
        yield from _cut(id, plan, batches, places, lines)

    def _plan(self, id: int) -> Plan:
        text = self._templates.template(id)
        plan = self._plans.get(id)
        if plan is None or plan.text != text:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            words = text.split()
            places = [place for place, word in enumerate(words) if WILD in word]
            plan = self._plans[id] = Plan(text, words, _labels(words, places), places)
        return plan


def _cut(id: int, plan: Plan, batches: list[Batch], places: list[int], lines: list[str]) -> Iterator[Values]:
    """The values of a template's parameters in some lines: the words that stand where it has parameters."""
    words = [line.split() if len(line) <= _CHARS else line[:_CHARS].split() for line in lines]
    count = len(plan.words)
    if any(len(line) < count for line in words):
        places = [place for place, line in zip(places, words, strict=True) if len(line) >= count]
        words = [line for line in words if len(line) >= count]
    if not words:
        return
    if plan.indices is None:
        plan.indices = _indices(plan, words[0])
    part = Part(batches, places)
    for at, index in enumerate(plan.indices):
        if index is None:
            plan.dull.add(at)
        if index is None or at in plan.dull:
            continue
        column = [line[index] for line in words]
        place = plan.places[at]
        before = plan.words[place - 1] if place else ""
        after = f" {plan.words[place + 1]}" if place + 1 < count else ""
        if type_of(_bare(column[0], plan.words[place]), before, after) in POINTLESS:
            plan.dull.add(at)
        else:
            yield Values(id, plan.labels[at], part, column, _numbers(column), plan, at)


def _bare(word: str, template: str) -> str:
    """A word without what the template has before and behind its parameters."""
    first, *_, last = template.split(WILD)
    return word.removeprefix(first).removesuffix(last)


def _indices(plan: Plan, line: list[str]) -> list[int | None]:
    """Where in a line the word of each parameter stands, learned from one line.

    Counted from the beginning before the first parameter that takes several words (a date), from the end
    behind the last one; None for those themselves, for what stands between two of them, and for all where
    the line is not cut as the template is.
    """
    values = split(plan.text, " ".join(line))
    if values is None:
        return [None] * len(plan.places)
    spans: list[int] = []
    at = 0
    for word in plan.words:
        inside = word.count(WILD)
        spans.append(1 + sum(value.count(" ") for value in values[at : at + inside]))
        at += inside
    several = [place for place, span in enumerate(spans) if span > 1]
    out: list[int | None] = []
    for place in plan.places:
        if not several or place < several[0]:
            out.append(place)
        else:
            out.append(place - len(plan.words) if place > several[-1] else None)
    return out


def _labels(words: list[str], places: list[int]) -> list[str]:
    """What stands in the word beside the parameter, or before it; numbered where that is not unique."""
    out: list[str] = []
    for number, place in enumerate(places, 1):
        label = words[place].replace(WILD, "")
        if not any(map(str.isalnum, label)):
            label = words[place - 1] if place and WILD not in words[place - 1] else ""
        label = label[-_LABEL_CHARS:]
        if not label or label in out:
            label = f"{label} ({number})".strip()
        out.append(label)
    return out


def _numbers(values: list[str]) -> NDArray[np.float64] | None:
    if not values or not values[0][-1:].isdigit():
        return None
    try:
        return np.array(values, dtype=np.float64)
    except ValueError:
        return None
