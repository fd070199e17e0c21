"""Correlations: several hits of other rules, near in time and alike in some fields.

Hits are collected as they come, in any order, and looked at in order of time. One burst gives one hit:
it begins with the first window that satisfies the condition and lasts as long as the windows that end
with a further hit do.
"""

from __future__ import annotations

import statistics
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .model import Correlation, Counting, Op, Ruleset

_MOST = 200_000
"""Hits kept for one correlation; further ones are counted as lost."""
_MOST_REFS = 20
_ROUNDS = 5  # correlations of correlations


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

    def __post_init__(self) -> None:
        for one in self.ruleset.correlations:
            for name in one.rules:
                self._wanted.setdefault(name, []).append((one, name))

    def wanted(self, about_id: str, about_name: str) -> list[tuple[Correlation, str]]:
        """The correlations that count a rule, with the name that each has for it."""
        found = list(self._wanted.get(about_id, ()))
        if about_name and about_name != about_id:
            found += self._wanted.get(about_name, ())
        return found

    def add(self, correlation: Correlation, seen: Seen | None) -> None:
        """Keep a hit; None stands for one without a time."""
        name = correlation.about.id
        if seen is None:
            self.timeless[name] += 1
            return
        kept = self.seen.setdefault(name, [])
        if len(kept) >= _MOST:
            self.lost[name] += 1
        else:
            kept.append(seen)

    def merge(self, other: Collector) -> None:
        """Take over what was collected elsewhere."""
        for name, found in other.seen.items():
            kept = self.seen.setdefault(name, [])
            room = _MOST - len(kept)
            kept += found[:room]
            self.lost[name] += max(0, len(found) - room)
        self.lost += other.lost
        self.labels.update(other.labels)
        self.timeless += other.timeless

    def bursts(self) -> list[Burst]:
        """All hits of all correlations, in order of time; those that count others included."""
        found: list[Burst] = []
        extra: dict[str, list[Seen]] = {}
        done: set[str] = set()
        for _ in range(_ROUNDS):
            fresh: list[Burst] = []
            for one in self.ruleset.correlations:
                if one.about.id in done or not self._ready(one, done):
                    continue
                done.add(one.about.id)
                seen = [*self.seen.get(one.about.id, ()), *extra.get(one.about.id, ())]
                fresh += bursts_of(one, seen)
            if not fresh and len(done) == len(self.ruleset.correlations):
                break
            for burst in fresh:
                self._hand_on(burst, extra)
            found += fresh
        return sorted(found, key=lambda burst: (burst.first, burst.correlation.about.id, burst.group))

    def _ready(self, one: Correlation, done: set[str]) -> bool:
        others = {o.about.id: o for o in self.ruleset.correlations}
        names = {o.about.name: o.about.id for o in self.ruleset.correlations if o.about.name}
        needed = {names.get(name, name) for name in one.rules}
        return all(name in done or name not in others for name in needed)

    def _hand_on(self, burst: Burst, extra: dict[str, list[Seen]]) -> None:
        """A burst as a hit for the correlations that count it, with the fields that both group by."""
        about = burst.correlation.about
        known = dict(zip(burst.correlation.group_by, burst.group, strict=True))
        for one, name in self.wanted(about.id, about.name):
            group = tuple(known.get(_field_of(one, key, name), "") for key in one.group_by)
            ref = burst.refs[0] if burst.refs else ""
            value = known.get(one.counted, "")
            extra.setdefault(one.about.id, []).append(Seen(burst.last, name, group, value, ref))


def _field_of(correlation: Correlation, key: str, rule: str) -> str:
    return correlation.aliases.get(key, {}).get(rule, key)


def fields_for(correlation: Correlation, rule: str) -> tuple[tuple[str, ...], str]:
    """(fields of the record that give the group, field that is counted) for hits of a rule."""
    return tuple(_field_of(correlation, key, rule) for key in correlation.group_by), correlation.counted


def bursts_of(correlation: Correlation, seen: Sequence[Seen]) -> Iterator[Burst]:
    """The bursts among hits in any order."""
    groups: dict[tuple[str, ...], list[Seen]] = {}
    for one in seen:
        groups.setdefault(one.group, []).append(one)
    for group, hits in sorted(groups.items()):
        hits.sort(key=lambda one: one.time)
        yield from _in_group(correlation, group, hits)


def _in_group(correlation: Correlation, group: tuple[str, ...], hits: list[Seen]) -> Iterator[Burst]:
    window = _Window(correlation)
    start, best = -1, 0.0
    at = 0
    for at, hit in enumerate(hits):
        window.push(hit)
        number = window.number()
        if number is not None:
            if start < 0:
                start, best = at - len(window) + 1, number
            best = max(best, number)
        elif start >= 0:
            yield _burst(correlation, group, hits[start:at], best)
            start = -1
            window.clear()
            window.push(hit)
    if start >= 0:
        yield _burst(correlation, group, hits[start : at + 1], best)


def _burst(correlation: Correlation, group: tuple[str, ...], hits: list[Seen], number: float) -> Burst:
    refs = tuple(dict.fromkeys(hit.ref for hit in hits))[:_MOST_REFS]
    return Burst(
        correlation=correlation,
        group=group,
        first=hits[0].time,
        last=hits[-1].time,
        number=number,
        count=len(hits),
        refs=refs,
    )


class _Window:
    """The hits of the last timespan, with what is counted kept up to date."""

    def __init__(self, correlation: Correlation) -> None:
        self._correlation = correlation
        self._hits: deque[Seen] = deque()
        self._values: Counter[str] = Counter()
        self._rules: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._hits)

    def clear(self) -> None:
        self._hits.clear()
        self._values.clear()
        self._rules.clear()

    def push(self, hit: Seen) -> None:
        self._hits.append(hit)
        self._values[hit.value] += 1
        self._rules[hit.rule] += 1
        while self._hits[0].time < hit.time - self._correlation.timespan_s:
            old = self._hits.popleft()
            _less(self._values, old.value)
            _less(self._rules, old.rule)

    def number(self) -> float | None:
        """What was counted, where it satisfies the condition."""
        kind = self._correlation.type
        if kind is Counting.TEMPORAL:
            return float(len(self._hits)) if len(self._rules) == len(set(self._correlation.rules)) else None
        if kind is Counting.TEMPORAL_ORDERED:
            return float(len(self._hits)) if self._in_order() else None
        if kind is Counting.EVENT_COUNT:
            number: float | None = float(len(self._hits))
        elif kind is Counting.VALUE_COUNT:
            number = float(len(self._values) - (1 if "" in self._values else 0))
        else:
            number = self._of_numbers(kind)
        if number is None or not all(_satisfies(op, number, b) for op, b in self._correlation.bounds):
            return None
        return number

    def _in_order(self) -> bool:
        wanted = iter(self._correlation.rules)
        due = next(wanted, None)
        for hit in self._hits:
            if hit.rule == due:
                due = next(wanted, None)
                if due is None:
                    return True
        return False

    def _of_numbers(self, kind: Counting) -> float | None:
        numbers = []
        for hit in self._hits:
            try:
                numbers.append(float(hit.value))
            except ValueError:
                continue
        numbers = sorted(n for n in numbers if abs(n) < float("inf"))
        if not numbers:
            return None
        if kind is Counting.VALUE_SUM:
            return sum(numbers)
        if kind is Counting.VALUE_AVG:
            return statistics.fmean(numbers)
        if kind is Counting.VALUE_MEDIAN:
            return statistics.median(numbers)
        share = self._correlation.percentile / 100
        return numbers[min(len(numbers) - 1, int(share * len(numbers)))]


def _less(counter: Counter[str], key: str) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]


def _satisfies(op: Op, number: float, bound: float) -> bool:
    if op is Op.LESS:
        return number < bound
    if op is Op.AT_MOST:
        return number <= bound
    if op is Op.GREATER:
        return number > bound
    if op is Op.AT_LEAST:
        return number >= bound
    return number == bound
