"""Counts over time: how many records of a kind, a host or a template in each stretch of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np

from .batch import Batch, short
from .seen import Line, lines_from_json, lines_to_json
from .table import Renamed, Table, count, invalid, number, same, text

WIDTHS = (300, 900, 3600, 14_400, 86_400)
"""Widths of buckets in seconds; each divides the next."""
HOUR = 3600
_SAMPLES = 24
"""Hours of a series that keep a line: those with the most records, and the newest."""
_BUCKETS_ALL = 200_000
"""Buckets of all series together."""

Name = tuple[str, ...]


@dataclass(slots=True)
class Counts:
    """One series: sparse buckets of one width."""

    width: int = WIDTHS[0]
    buckets: dict[int, int] = field(default_factory=dict)
    """Number of the bucket (time divided by the width) to records."""
    samples: dict[int, tuple[Line, ...]] = field(default_factory=dict)
    """Hour (time divided by 3600) to a line of it."""
    total: int = 0

    def widen(self, width: int) -> None:
        """Add neighbouring buckets up, so that they have this width."""
        if width <= self.width:
            return
        step = width // self.width
        wider: dict[int, int] = {}
        for bucket, n in self.buckets.items():
            wider[bucket // step] = wider.get(bucket // step, 0) + n
        self.width, self.buckets = width, wider

    def bound(self, buckets: int) -> None:
        """Widen until there are no more than so many buckets; beyond a day, forget the oldest."""
        for width in WIDTHS:
            if len(self.buckets) <= buckets:
                return
            self.widen(width)
        while len(self.buckets) > buckets:
            del self.buckets[min(self.buckets)]

    def keep_lines(self) -> None:
        """Keep lines of the fullest hours, and of the newest."""
        if len(self.samples) <= _SAMPLES:
            return
        step = max(1, self.width // HOUR)
        hours: dict[int, int] = {}
        for bucket, n in self.buckets.items():
            hour = bucket * self.width // HOUR // step
            hours[hour] = hours.get(hour, 0) + n
        newest = max(self.samples)
        order = sorted(self.samples, key=lambda h: (h == newest, hours.get(h // step, 0), h), reverse=True)
        self.samples = {hour: self.samples[hour] for hour in order[:_SAMPLES]}

    def in_width(self, width: int) -> dict[int, int]:
        """The buckets at a width that is at least the own one."""
        step = max(1, width // self.width)
        out: dict[int, int] = {}
        for bucket, n in self.buckets.items():
            out[bucket // step] = out.get(bucket // step, 0) + n
        return out


class Series(Table):
    """A series for each name, with a bound on series and buckets."""

    type: ClassVar[str] = "series"

    def __init__(self, series: int = 1_000, buckets: int = 2_048) -> None:
        self.limit_series = series
        self.limit_buckets = buckets
        self.series: dict[Name, Counts] = {}
        self.total = 0
        """Buckets of all series."""
        self.evicted = 0
        """Series dropped because there were too many."""

    def add(
        self,
        batch: Batch,
        prefix: Name,
        tokens: Sequence[Any] | None,
        named: Callable[[Any], str] = short,
    ) -> None:
        """Count each record with a time under (*prefix, its token), or under the prefix alone.

        `named` gives the text for each different token; those with an empty one do not count.
        """
        usable = np.flatnonzero(~np.isnan(batch.times))
        if not usable.size:
            return
        buckets = np.floor_divide(batch.times[usable], WIDTHS[0]).astype(np.int64)
        names: list[Any] = [None]
        codes = buckets
        if tokens is not None:
            names = list(dict.fromkeys(tokens))
            if len(names) > 1:
                numbers = {token: number for number, token in enumerate(names)}
                ids = np.fromiter(map(numbers.__getitem__, tokens), dtype=np.int64, count=batch.size)
                codes = buckets * len(names) + ids[usable]
        series = (
            [prefix] if tokens is None else [(*prefix, name) if (name := named(t)) else () for t in names]
        )
        found, at, counts = np.unique(codes, return_index=True, return_counts=True)
        for code, index, n in zip(found.tolist(), at.tolist(), counts.tolist(), strict=True):
            bucket, which = divmod(code, len(names))
            name = series[which]
            if name:
                self._count(batch, name, bucket, n, int(usable[index]))
        self._bound()

    def _count(self, batch: Batch, name: Name, bucket: int, n: int, index: int) -> None:
        counts = self.series.get(name)
        if counts is None:
            counts = self.series[name] = Counts()
        counts.total += n
        own = bucket * WIDTHS[0] // counts.width
        hour = bucket * WIDTHS[0] // HOUR
        if hour not in counts.samples:
            counts.samples[hour] = (batch.line(index),)
            if len(counts.samples) > 2 * _SAMPLES:
                counts.keep_lines()
        if own in counts.buckets:
            counts.buckets[own] += n
            return
        counts.buckets[own] = n
        self.total += 1
        if len(counts.buckets) > self.limit_buckets:
            self.total -= len(counts.buckets)
            counts.bound(self.limit_buckets)
            self.total += len(counts.buckets)

    def _bound(self) -> None:
        if len(self.series) <= self.limit_series and self.total <= _BUCKETS_ALL:
            return
        rare_first = sorted(self.series, key=lambda s: (self.series[s].total, s))
        for name in rare_first:
            if len(self.series) <= self.limit_series * 0.9 and self.total <= _BUCKETS_ALL * 0.9:
                break
            self.total -= len(self.series.pop(name).buckets)
            self.evicted += 1

    def merge(self, other: Table, shift: int, renamed: Renamed = same) -> None:
        """Add the counts of a later part."""
        assert isinstance(other, Series)
        self.evicted += other.evicted
        for name, theirs in other.series.items():
            ours = self.series.setdefault(tuple(map(renamed, name)), Counts())
            self.total -= len(ours.buckets)
            ours.widen(theirs.width)
            for bucket, n in theirs.in_width(ours.width).items():
                ours.buckets[bucket] = ours.buckets.get(bucket, 0) + n
            ours.total += theirs.total
            for hour, lines in theirs.samples.items():
                ours.samples.setdefault(hour, lines)
            ours.bound(self.limit_buckets)
            if len(ours.samples) > 2 * _SAMPLES:
                ours.keep_lines()
            self.total += len(ours.buckets)
        self._bound()

    def copy(self, renamed: Renamed) -> Self:
        """A copy with tokens renamed; two tokens of one name become one."""
        out = type(self)(self.limit_series, self.limit_buckets)
        out.merge(self, 0, renamed)
        return out

    def for_baseline(self, renamed: Renamed) -> Self:
        """A copy by the hour, without lines, its tokens renamed."""
        out = self.copy(renamed)
        out.total = 0
        for counts in out.series.values():
            counts.samples = {}
            counts.widen(HOUR)
            out.total += len(counts.buckets)
        return out

    def amounts(self) -> dict[str, float]:
        """Name to the number of records."""
        return {" ".join(filter(None, name)): counts.total for name, counts in self.series.items()}

    def by_hour_of_day(self) -> dict[str, float]:
        """Records of all kinds in each hour of the day, UTC."""
        out: dict[str, float] = {}
        for name, counts in self.series.items():
            if name[0] == "kind" and counts.width <= HOUR:
                for hour, n in counts.in_width(HOUR).items():
                    label = f"{hour % 24:02}:00"
                    out[label] = out.get(label, 0.0) + n
        return out

    def to_json(self) -> dict[str, Any]:
        """Everything, as JSON types."""
        rows = [
            [
                list(name),
                c.width,
                c.total,
                list(map(list, sorted(c.buckets.items()))),
                _samples_to_json(c.samples),
            ]
            for name, c in self.series.items()
        ]
        limits = {"limit_series": self.limit_series, "limit_buckets": self.limit_buckets}
        return {"type": self.type, **limits, "evicted": self.evicted, "series": rows}

    def restore(self, data: Any) -> None:
        """Take over what `to_json` wrote, in place of all that is here; raises InputError otherwise."""
        rows = data.get("series") if isinstance(data, dict) and data.get("type") == self.type else None
        if not isinstance(rows, list):
            raise invalid("a table of series is missing")
        self.limit_series = count(data.get("limit_series"), "limit_series")
        self.limit_buckets = count(data.get("limit_buckets"), "limit_buckets")
        self.evicted = count(data.get("evicted"), "evicted")
        self.series = dict(map(_from_row, rows))
        self.total = sum(len(c.buckets) for c in self.series.values())
        if len(self.series) > self.limit_series or self.total > _BUCKETS_ALL:
            raise invalid("a table is larger than its bound")


def _samples_to_json(samples: Mapping[int, tuple[Line, ...]]) -> list[Any]:
    return [[hour, lines_to_json(lines)] for hour, lines in sorted(samples.items())]


def _from_row(row: Any) -> tuple[Name, Counts]:
    if not isinstance(row, list) or len(row) != 5 or not all(isinstance(row[i], list) for i in (0, 3, 4)):
        raise invalid("a series has no row")
    if row[1] not in WIDTHS:
        raise invalid("a width is none of those in use")
    out = Counts(width=row[1], total=count(row[2], "a series"))
    for bucket in row[3]:
        if not isinstance(bucket, list | tuple) or len(bucket) != 2:
            raise invalid("a bucket has no row")
        out.buckets[int(number(bucket[0], "a bucket"))] = count(bucket[1], "a bucket")
    for sample in row[4]:
        if not isinstance(sample, list) or len(sample) != 2:
            raise invalid("a sample has no row")
        out.samples[int(number(sample[0], "an hour"))] = lines_from_json(sample[1])
    return tuple(text(part, "a name") for part in row[0]), out
