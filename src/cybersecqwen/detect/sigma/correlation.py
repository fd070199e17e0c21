"""Correlations: several hits of other rules, near in time and alike in some fields.

Hits are collected as they come, in any order, and looked at in order of time. A window reaches back from a
hit by the timespan, ends included. One burst gives one hit: it begins with the first window that satisfies
the condition and lasts as long as the windows that end with a further hit do; what it holds is not counted
again. Hits of the same time stand in the order of the rules, and so in the order that a correlation asks for.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from .model import Correlation, Counting, Ruleset
from .windows import Window

_MOST = 200_000
"""Hits kept for one correlation …"""
_MOST_TOGETHER = 500_000
"""… and for all together, about 150 MB; further ones are counted as lost."""
_MOST_CHARS = 300
"""Characters kept of a value: of a longer one the beginning, and a hash of the whole."""
_MOST_REFS = 20


@dataclass(frozen=True, slots=True)
class Seen:
    """A hit of a counted rule, with what the correlation needs to know of it."""

    time: float
    rule: str
    """As the correlation calls it."""
    group: tuple[str, ...]
    value: str
    """Of the counted field, "" where none is counted."""
    ref: str
    """Where the record stands, for showing it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Burst:
    """A hit of a correlation."""

    correlation: Correlation
    group: tuple[str, ...]
    """Values of the group-by fields."""
    first: float
    last: float
    held: float
    """When the condition first held."""
    number: float
    """What was counted, at its highest."""
    count: int
    """Hits in the burst."""
    refs: tuple[str, ...]
    """The first of them, at most 20."""


@dataclass(slots=True)
class Collector:
    """Keeps what correlations count."""

    ruleset: Ruleset
    seen: dict[str, list[Seen]] = field(default_factory=dict)
    """Correlation id to hits."""
    lost: Counter[str] = field(default_factory=Counter)
    """Correlation id to hits that did not fit."""
    labels: dict[str, str] = field(default_factory=dict)
    """Correlation id to the label of the kind of record that it counts (the latest of several)."""
    timeless: Counter[str] = field(default_factory=Counter)
    """Correlation id to hits without a time, which no window can hold."""

    _wanted: dict[str, list[tuple[Correlation, str]]] = field(default_factory=dict)
    _held: int = 0
    _held_in: dict[str, list[Seen]] | None = None

    def __post_init__(self) -> None:
        for one in self.ruleset.correlations:
            for name in dict.fromkeys(one.rules):
                self._wanted.setdefault(name, []).append((one, name))

    def wanted(self, about_id: str, about_name: str) -> list[tuple[Correlation, str]]:
        """The correlations that count a rule, with the name that each has for it."""
        found = list(self._wanted.get(about_id, ()))
        if about_name and about_name != about_id:
            found += self._wanted.get(about_name, ())
        return found

    def add(self, correlation: Correlation, seen: Seen | None) -> None:
        """Keep a hit; None stands for one without a time, as does one whose time is no number."""
        name = correlation.about.id
        if seen is None or not math.isfinite(seen.time):
            self.timeless[name] += 1
            return
        kept = self.seen.setdefault(name, [])
        if len(kept) >= _MOST or self._room() < 1:
            self.lost[name] += 1
        else:
            kept.append(_short(seen))
            self._held += 1

    def _room(self) -> int:
        """How many hits may still be kept."""
        if self._held_in is not self.seen:  # first use, or read back from a saved state
            self._held_in, self._held = self.seen, sum(map(len, self.seen.values()))
        return _MOST_TOGETHER - self._held

    def merge(self, other: Collector) -> None:
        """Take over what was collected elsewhere."""
        for name, found in other.seen.items():
            kept = self.seen.setdefault(name, [])
            room = max(0, min(_MOST - len(kept), self._room()))
            kept += found[:room]
            self._held += min(room, len(found))
            self.lost[name] += max(0, len(found) - room)
        self.lost += other.lost
        self.labels.update(other.labels)
        self.timeless += other.timeless

    def bursts(self, *, inner: bool = False) -> list[Burst]:
        """All hits of all correlations, in order of time.

        Those of correlations that serve only to be counted by others are left out, unless `inner` is set.
        """
        found: list[Burst] = []
        extra: dict[str, list[Seen]] = {}
        for one in self.ruleset.correlations:  # what others count stands before them
            fresh = list(bursts_of(one, [*self.seen.get(one.about.id, ()), *extra.get(one.about.id, ())]))
            counted_by = self.wanted(one.about.id, one.about.name)
            for burst in fresh:
                self._hand_on(burst, extra)
            if inner or not counted_by or any(outer.generate for outer, _ in counted_by):
                found += fresh
        return sorted(found, key=lambda burst: (burst.first, burst.correlation.about.id, burst.group))

    def _hand_on(self, burst: Burst, extra: dict[str, list[Seen]]) -> None:
        """A burst as a hit for the correlations that count it, with the fields that both group by."""
        about = burst.correlation.about
        known = dict(zip(burst.correlation.group_by, burst.group, strict=True))
        for one, name in self.wanted(about.id, about.name):
            group = tuple(known.get(_field_of(one, key, name), "") for key in one.group_by)
            ref = burst.refs[0] if burst.refs else ""
            value = known.get(one.counted, "")
            # What follows may come while the burst still goes on, or right after it has ended. A count must
            # not count it twice.
            ordered = one.type in (Counting.TEMPORAL, Counting.TEMPORAL_ORDERED)
            times = (burst.held, burst.last) if ordered and burst.last > burst.held else (burst.held,)
            handed = extra.setdefault(one.about.id, [])
            handed += [Seen(time, name, group, value, ref) for time in times]


def _short(seen: Seen) -> Seen:
    if len(seen.value) <= _MOST_CHARS and all(len(text) <= _MOST_CHARS for text in seen.group):
        return seen
    return replace(seen, group=tuple(map(_shortened, seen.group)), value=_shortened(seen.value))


def _shortened(text: str) -> str:
    if len(text) <= _MOST_CHARS:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{text[: _MOST_CHARS - 20]}… {digest}"


def _field_of(correlation: Correlation, key: str, rule: str) -> str:
    return correlation.aliases.get(key, {}).get(rule, key)


def fields_for(correlation: Correlation, rule: str) -> tuple[tuple[str, ...], str]:
    """(fields of the record that give the group, field that is counted) for hits of a rule."""
    return tuple(_field_of(correlation, key, rule) for key in correlation.group_by), correlation.counted


def bursts_of(correlation: Correlation, seen: Sequence[Seen]) -> Iterator[Burst]:
    """The bursts among hits in any order; hits that differ in nothing but their order give the same."""
    order = {name: at for at, name in reversed(list(enumerate(correlation.rules)))}
    groups: dict[tuple[str, ...], list[Seen]] = {}
    for one in seen:
        groups.setdefault(one.group, []).append(one)
    for group, hits in sorted(groups.items()):
        hits.sort(key=lambda one: (one.time, order.get(one.rule, len(order)), one.value, one.ref))
        yield from _in_group(correlation, group, hits)


def _in_group(correlation: Correlation, group: tuple[str, ...], hits: list[Seen]) -> Iterator[Burst]:
    window = Window(correlation)
    start, best, held = -1, 0.0, 0.0
    for at, hit in enumerate(hits):
        window.push(hit.time, hit.rule, hit.value)
        number = window.number()
        if number is not None:
            if start < 0:
                start, best, held = at - len(window) + 1, number, hit.time
            best = max(best, number)
        elif start >= 0:
            yield _burst(correlation, group, hits[start:at], best, held)
            start = -1
            window.clear()
            window.push(hit.time, hit.rule, hit.value)
            number = window.number()
            if number is not None:
                start, best, held = at, number, hit.time
    if start >= 0:
        yield _burst(correlation, group, hits[start:], best, held)


def _burst(
    correlation: Correlation, group: tuple[str, ...], hits: list[Seen], number: float, held: float
) -> Burst:
    refs = tuple(dict.fromkeys(hit.ref for hit in hits))[:_MOST_REFS]
    return Burst(
        correlation=correlation,
        group=group,
        first=hits[0].time,
        last=hits[-1].time,
        held=held,
        number=number,
        count=len(hits),
        refs=refs,
    )
