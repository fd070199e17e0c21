"""Unusual value: one never seen in a field that has few, or a number far beyond all earlier ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .batch import Batch
from .clock import DAY, Clock
from .detector import Detector, Known
from .grouped import Grouped
from .novelty import Arrival, arrivals, learning_end
from .observed import Anomaly, Templates
from .parameters import Parameters, Values
from .spread import Group, Histogram, Large, Spread, scaled
from .tail import Tail, fit
from .thresholds import Thresholds
from .tokens import kind_token, template_token, token_text
from .wording import many, quoted, score, seldom, severity, span, when

CATEGORIES = (
    *("LogonType", "LogonProcessName", "AuthenticationPackageName", "Status", "SubStatus", "ElevatedToken"),
    *("TicketEncryptionType", "TicketOptions", "AccessMask", "GrantedAccess", "ShareName", "ObjectType"),
    *("IntegrityLevel", "OriginalFileName", "Company", "Signature", "SignatureStatus", "PipeName"),
    *("Protocol", "DestinationPort", "ServiceName", "ServiceType", "StartType", "TaskName"),
    *("eventSource", "eventName", "awsRegion", "userAgent", "errorCode", "operationName", "Operation"),
    *("cs-method", "sc-status", "type", "exe", "key", "syscall", "facility", "service"),
)
"""Fields that usually have few values and whose new ones mean something."""
NUMBERS = (
    *("sc-bytes", "cs-bytes", "time-taken", "bytes", "orig_bytes", "resp_bytes", "duration", "Size"),
    *("BytesSent", "BytesReceived", "bytes_toserver", "bytes_toclient", "size"),
)
"""Fields whose amount means something."""
_LOOKED_AT = frozenset((*CATEGORIES, *NUMBERS))
FEW = 64
"""A field with more values than this holds anything."""
_VALUES_BEFORE = 200
"""Numbers before one of them can be an outlier."""
_Z = 3.5  # B. Iglewicz, D. Hoaglin, "How to detect and handle outliers", ASQC 1993
_FACTOR = 2.0
"""And so many times the largest one before."""


class UnusualValue(Detector):
    """Fields of records by kind, parameters of text by template."""

    name: ClassVar[str] = "unusual-value"
    columns: ClassVar[tuple[str, ...]] = (*CATEGORIES, *NUMBERS)
    learns: ClassVar[tuple[str, ...]] = ("values", "numbers")
    token_tables: ClassVar[tuple[str, ...]] = ("values", "numbers")

    def __init__(self, thresholds: Thresholds, templates: Templates | None) -> None:
        super().__init__(thresholds, templates)
        self._values = Grouped(thresholds.groups, FEW)
        self._numbers = Spread()
        self._parameters = Parameters(templates) if templates is not None else None
        self.tables = {"values": self._values, "numbers": self._numbers}

    def observe(self, batch: Batch) -> None:
        """Count the values of fields and parameters."""
        kind = kind_token(batch.kind)
        for name in batch.observed.columns:
            column = batch.column(name) if name in _LOOKED_AT else None
            if column is not None and name in NUMBERS:
                self._numbers.add(batch, (kind, name), _floats(column))
            elif column is not None:
                self._values.add(batch, (kind,), name, column)
        if self._parameters is not None:
            self._count(self._parameters.of(batch))

    def settle(self) -> None:
        """Count the parameters of lines that wait."""
        if self._parameters is not None:
            self._count(self._parameters.rest())

    def _count(self, values: Iterable[Values]) -> None:
        for found in values:
            token = template_token(found.id)
            if found.numbers is not None:
                self._numbers.add(found.part, (token, found.label), found.numbers)
            if found.position not in found.plan.open:
                self._values.add(found.part, (token,), found.label, found.texts, exact=False)
                members = self._values.groups.get((token, found.label))
                if members is not None and members.open:
                    found.plan.open.add(found.position)
            elif found.numbers is None:
                found.plan.dull.add(found.position)

    def findings(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        """New values of fields that have few, and outliers of numbers."""
        values = self._values.copy(self._meaning)
        new = arrivals(values, clock, known, "values", self.thresholds)
        return [*(_value_anomaly(a, clock) for a in new), *self._outliers(clock, known)]

    def _meaning(self, token: str) -> str:
        return token_text(self.templates, token)

    def _outliers(self, clock: Clock, known: Known | None) -> list[Anomaly]:
        if not clock.by_time or (known is None and clock.days < 2 * self.thresholds.learning_min_days):
            return []
        begin = clock.start * DAY if known is not None else learning_end(clock, self.thresholds) * DAY
        tests: list[tuple[Group, list[Large], Tail, float]] = []
        for token, histogram in self._numbers.groups.items():
            group = tuple(map(self._meaning, token))
            past = _past(group, histogram, begin, known)
            large = [v for v in histogram.large if v.time is not None and v.time >= begin]
            days = known.clock.days if known is not None else clock.days
            if past is None or past[1].sum() < _VALUES_BEFORE or days < self.thresholds.learning_min_days:
                continue
            tail = fit(*past)
            if tail is not None:
                tests.append((group, large, tail, tail.count / days))
        out: list[Anomaly] = []
        for group, large, tail, a_day in tests:
            for value in large:
                at = scaled(value.value)
                expected = tail.chance(at) * a_day * len(tests)
                beyond = value.value >= _FACTOR * np.expm1(tail.largest) and tail.z(at) >= _Z
                if expected <= self.thresholds.alarms_per_day and beyond:
                    out.append(_number_anomaly(group, value, tail, expected))
        return out


def _past(
    group: Group, now: Histogram, begin: float, known: Known | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The values before: of the baseline, or all but the largest ones of the later part."""
    if known is not None:
        table = known.tables.get("numbers")
        learned = table.groups.get(group) if isinstance(table, Spread) else None
        return learned.arrays() if learned is not None else None
    rest = Histogram(steps=dict(now.steps))
    for value in now.large:
        if value.time is not None and value.time >= begin:
            rest.take_out(value.value)
    return rest.arrays()


def _floats(column: list[Any]) -> NDArray[np.float64]:
    try:
        return np.array(column, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return np.array([_float(v) for v in column], dtype=np.float64)


def _float(value: Any) -> float:
    try:
        return float(value) if isinstance(value, int | float | str) and len(str(value)) < 40 else float("nan")
    except (ValueError, OverflowError):
        return float("nan")


def _value_anomaly(a: Arrival, clock: Clock) -> Anomaly:
    sentence = (
        f"{quoted(a.group[1])} of {quoted(a.group[0])} was {quoted(a.key)} for the first time at "
        f"{when(a.seen.first)}{a.with_others}: {many(a.records, 'record')} in "
        f"{span(a.days, by_time=clock.by_time)} before had {many(a.keys, 'value')}, "
        f"and their past gives {seldom(a.expected)} that are new."
    )
    return a.anomaly(UnusualValue.name, sentence)


def _number_anomaly(group: Group, value: Large, tail: Tail, expected: float) -> Anomaly:
    median, largest = float(np.expm1(tail.median)), float(np.expm1(tail.largest))
    z = tail.z(scaled(value.value))
    sentence = (
        f"{quoted(group[1])} of {quoted(group[0])} was {value.value:,.6g} at {when(value.time)}: "
        f"{tail.count:,.0f} values before had a median of about {median:,.3g} and were at most about "
        f"{largest:,.3g} (robust z {z:.1f}; their tail gives {seldom(expected)} so large)."
    )
    return Anomaly(
        kind=UnusualValue.name,
        sentence=sentence,
        severity=severity(expected),
        score=score(expected),
        first=value.time,
        last=value.time,
        hosts=(value.host,) if value.host else (),
        users=(value.user,) if value.user else (),
        numbers={
            "expected_per_day": expected,
            "value": value.value,
            "median": median,
            "largest_before": largest,
            "robust_z": z,
            "values_before": tail.count,
        },
        lines=value.line,
    )
