"""Rate change: many more records in an hour than there ever were, or a source that has fallen silent."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from .batch import Batch
from .clock import Clock
from .detector import Detector, Known
from .novelty import learning_end
from .observed import LINES, Anomaly, Templates
from .seen import Line
from .series import HOUR, Counts, Name, Series
from .tail import MINIMUM, fit
from .thresholds import Thresholds
from .tokens import kind_token, template_token, token_text
from .wording import many, quoted, score, seldom, severity, when

WEEK = 168
"""Hours."""
SEASONAL = 2 * WEEK
"""Hours of history from which on an hour is compared with the same hour of other weeks."""
_HISTORY = 12 * WEEK
_FACTOR = 3.0
_MORE = 10
_EXPECTED_IN_SILENCE = 20.0


@dataclass(frozen=True, slots=True)
class _Change:
    name: Name
    first: int
    """First and last hour (time divided by 3600)."""
    last: int
    count: int
    usual: float
    largest: float
    expected: float
    seasonal: bool
    hours: int
    """Hours of history."""
    lines: tuple[Line, ...]


class RateChange(Detector):
    """Counts by the hour: for each kind, each kind on each host, each template."""

    name: ClassVar[str] = "rate-change"
    learns: ClassVar[tuple[str, ...]] = ("series",)
    token_tables: ClassVar[tuple[str, ...]] = ("series",)

    def __init__(self, thresholds: Thresholds, templates: Templates | None) -> None:
        super().__init__(thresholds, templates)
        self._series = Series(thresholds.series, thresholds.buckets)
        self.tables = {"series": self._series}

    def observe(self, batch: Batch) -> None:
        """Count the batch's records by time."""
        kind, ids, hosts = kind_token(batch.kind), batch.template_ids, batch.hosts
        self._series.add(batch, ("kind", kind), None)
        if hosts is not None:
            self._series.add(batch, ("host", kind), hosts)
        if ids is not None:
            self._series.add(batch, ("template",), ids, template_token)

    def findings(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        """Hours with too many records, and silences."""
        if not clock.by_time or (known is not None and not known.clock.by_time):
            return []
        now = self._series.copy(lambda token: token_text(self.templates, token))
        learned = known.tables.get("series") if known is not None else None
        if known is not None and not isinstance(learned, Series):
            return []
        before = learned if isinstance(learned, Series) else None
        begin = math.ceil((clock.start if known is not None else learning_end(clock, self.thresholds)) * 24)
        start = math.floor((known.clock.start if known is not None else clock.start) * 24)
        end = math.floor((known.clock.end if known is not None else begin / 24) * 24)
        tests = [
            (name, counts, old.in_width(HOUR))
            for name, counts in now.series.items()
            if counts.width <= HOUR and (old := before.series.get(name) if before is not None else counts)
            is not None and old.width <= HOUR
        ]  # fmt: skip
        found: list[_Change] = []
        alive = _alive(now)
        for name, counts, history in tests:
            hours = np.arange(max(start, end - _HISTORY), end)
            values = np.array([history.get(int(h), 0) for h in hours], dtype=np.float64)
            if len(values) < MINIMUM or not values.any():
                continue
            allowed = self.thresholds.alarms_per_day / len(tests)
            found += _bursts(name, counts, hours, values, begin, allowed)
            found += _silences(name, counts, values, begin, alive, allowed)
        return [_anomaly(change, len(tests)) for change in _distinct(found)]


def _alive(series: Series) -> set[int]:
    """Hours in which there is any record at all."""
    out: set[int] = set()
    for name, counts in series.series.items():
        if name[0] == "kind" and counts.width <= HOUR:
            out.update(counts.in_width(HOUR))
    return out


def _usual(hours: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64] | float:
    """The usual count: for each hour of the week where there are two weeks of history, else one for all.

    The median of the same hour and its two neighbours over all weeks, so that two weeks give six values.
    """
    if len(hours) < SEASONAL:
        return float(np.median(values))
    before, after = int(hours[0] % WEEK), -len(hours) - int(hours[0] % WEEK)
    weeks = np.pad(values, (before, after % WEEK), constant_values=np.nan).reshape(-1, WEEK)
    near = np.concatenate([np.roll(weeks, shift, axis=1) for shift in (-1, 0, 1)])
    return np.asarray(np.nanmedian(near, axis=0), dtype=np.float64)


def _bursts(
    name: Name,
    counts: Counts,
    hours: NDArray[np.int64],
    values: NDArray[np.float64],
    begin: int,
    allowed: float,
) -> Iterator[_Change]:
    """Runs of hours with far more records than usual."""
    usual = _usual(hours, values)
    base = usual[hours % WEEK] if isinstance(usual, np.ndarray) else usual
    tail = fit(np.log((values + 1) / (base + 1)))
    if tail is None:
        return
    largest = float(values.max())
    run: list[tuple[int, int, float, float]] = []
    for hour, n in sorted(counts.in_width(HOUR).items()):
        if hour < begin:
            continue
        e = float(usual[hour % WEEK]) if isinstance(usual, np.ndarray) else usual
        expected = tail.chance(math.log((n + 1) / (e + 1))) * 24
        high = n >= _FACTOR * (e + 1) and n - e >= _MORE and n > largest * 1.5
        if not high or expected > allowed:
            continue
        if run and hour > run[-1][0] + 1:
            yield _run(name, counts, run, largest, values, isinstance(usual, np.ndarray))
            run = []
        run.append((hour, n, e, expected))
    if run:
        yield _run(name, counts, run, largest, values, isinstance(usual, np.ndarray))


def _run(
    name: Name,
    counts: Counts,
    run: list[tuple[int, int, float, float]],
    largest: float,
    values: NDArray[np.float64],
    seasonal: bool,
) -> _Change:
    lines = tuple(line for hour, *_ in run for line in counts.samples.get(hour, ()))[:LINES]
    count, usual = sum(n for _, n, _, _ in run), sum(e for _, _, e, _ in run)
    expected = min(p for *_, p in run)
    return _Change(name, run[0][0], run[-1][0], count, usual, largest, expected, seasonal, len(values), lines)


def _silences(
    name: Name, counts: Counts, values: NDArray[np.float64], begin: int, alive: set[int], allowed: float
) -> Iterator[_Change]:
    """Stretches without any record, longer than all before, while other records went on."""
    occupied = np.flatnonzero(values)
    intervals = np.diff(occupied).astype(np.float64)
    tail = fit(np.log(intervals)) if len(intervals) >= MINIMUM else None
    usual = float(np.median(values))
    if tail is None or usual <= 0 or not alive:
        return
    a_day = len(intervals) / (len(values) / 24)
    seen = sorted(h for h in counts.in_width(HOUR) if h >= begin - 1)
    ends = [*seen[1:], max(alive)]
    for last, following in zip(seen, ends, strict=True):
        length = following - last
        if length < 3 or usual * (length - 1) < _EXPECTED_IN_SILENCE:
            continue
        others = sum(1 for h in range(last + 1, following) if h in alive)
        expected = tail.chance(math.log(length)) * a_day
        if expected <= allowed and others * 10 >= (length - 1) * 8:
            nearest = max((h for h in counts.samples if h <= last), default=None)
            lines = counts.samples[nearest] if nearest is not None else ()
            largest = float(intervals.max())
            yield _Change(
                name, last + 1, following - 1, 0, usual * (length - 1), largest, expected, False,
                len(values), lines,
            )  # fmt: skip


def _distinct(changes: list[_Change]) -> list[_Change]:
    """Of changes at the same time and of about the same size only the rarest: they are one happening."""
    kept: list[_Change] = []
    for change in sorted(changes, key=lambda c: (c.expected, -len(c.name), c.name)):
        size = abs(change.count - change.usual)
        if not any(
            c.first <= change.last
            and change.first <= c.last
            and (c.count == 0) == (change.count == 0)
            and 0.5 <= (size + 1) / (abs(c.count - c.usual) + 1) <= 2
            for c in kept
        ):
            kept.append(change)
    return kept


def _what(name: Name) -> str:
    if name[0] == "host":
        return f"{quoted(name[1])} on {quoted(name[2])}"
    return f"the message {quoted(name[1])}" if name[0] == "template" else quoted(name[1])


def _anomaly(c: _Change, tests: int) -> Anomaly:
    expected = c.expected * tests
    hours = c.last - c.first + 1
    begin, end = c.first * float(HOUR), (c.last + 1) * float(HOUR)
    if c.count:
        usual = f"the usual number {'at these hours of the week ' if c.seasonal else ''}is {c.usual:,.1f}"
        sentence = (
            f"{many(c.count, 'record')} of {_what(c.name)} came in {many(hours, 'hour')} from {when(begin)}: "
            f"{usual} and no hour of {c.hours:,} had more than {c.largest:,.0f} (their tail gives "
            f"{seldom(expected)} so high, all series together)."
        )
    else:
        sentence = (
            f"No record of {_what(c.name)} came in {many(hours, 'hour')} from {when(begin)}, while others "
            f"did: about {c.usual:,.0f} are usual in that time, and the longest silence in {c.hours:,} hours "
            f"was {many(max(0.0, c.largest - 1), 'hour')} (their tail gives {seldom(expected)} so long)."
        )
    return Anomaly(
        kind=RateChange.name,
        sentence=sentence,
        severity=severity(expected),
        score=score(expected),
        count=c.count,
        first=begin,
        last=end,
        hosts=(c.name[2],) if c.name[0] == "host" else (),
        numbers={
            "expected_per_day": expected,
            "records": float(c.count),
            "usual": c.usual,
            "hours": float(hours),
            "largest_before": c.largest,
            "history_hours": float(c.hours),
        },
        template=c.name[1] if c.name[0] == "template" else "",
        lines=c.lines,
    )
