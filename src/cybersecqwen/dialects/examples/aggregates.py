"""Examples of queries that count: enough records of one group, one too few, another group, another time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from cybersecqwen.detect.sigma.model import And, Expression
from cybersecqwen.dialects.query import Aggregate, Measure, Measured, Query
from cybersecqwen.errors import CsqError

from .building import Making
from .changes import changes
from .model import MISSING, Example
from .placing import Placed, example, found, outside, within
from .single import Made, Report, near_misses, positives
from .values import Unfilled, fill, meets
from .ways import Need, Target, targets, way
from .wording import held

_MOST_RECORDS = 2_000
"""Records of one example; a query that asks for more has none."""
_COUNTED = frozenset((Measured.COUNT, Measured.DISTINCT))


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What a query that counts is made of."""

    query: Query
    step: Aggregate
    where: Expression
    """What records must satisfy to be counted."""
    bound: Expression | None
    """What the measures must satisfy; None for nothing."""
    making: Making


class _Unmade(CsqError):
    """No group was made that the query finds."""


def aggregated(one: Counted, most: int, report: Report) -> tuple[list[Example], list[Example]]:
    """Positives and near misses, each a list of records."""
    share = max(2, most // 2)
    made = positives(one.where, one.making, share, report)
    bounds: list[Target | None] = [None]
    if one.bound is not None:
        bounds = list(islice(targets(one.bound), max(1, share // 4)))
    good: list[Example] = []
    groups: list[tuple[list[Placed], Sequence[Need]]] = []
    for number in range(max(len(made), len(bounds)) if made else 0):
        try:
            placed, needs = _group(one, made[number % len(made)], bounds[number % len(bounds)])
        except (_Unmade, Unfilled):
            continue
        about = f"{_records(len(placed))} of one group. {_about(made[number % len(made)], needs)}"
        candidate = example(placed, about, one.making)
        if found(one.query, candidate, one.making):
            good.append(candidate)
            groups.append((placed, needs))
    if made and not good:
        report.problems.append("No group of records was found that the query reports.")
    missed = _misses(one, groups, made, report) if groups else iter(())
    return good, list(islice(missed, most))


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count} records"


def _about(made: Made, needs: Sequence[Need]) -> str:
    return " ".join([made.about, *(held(need.test) for need in needs if need.holds)])


def _group(one: Counted, made: Made, target: Target | None) -> tuple[list[Placed], Sequence[Need]]:
    """As few records as satisfy the bound. Raises _Unmade or Unfilled."""
    needs = (way(one.bound, one.making.rng, target) if one.bound is not None else []) or []
    measured: dict[str, list[Need]] = {}
    for need in needs:
        measured.setdefault(need.test.field, []).append(need)
    by_name = {measure.name: measure for measure in one.step.measures}
    group = {
        name: _group_value(name, made, measured.get(name, ()), one.making)
        for name in [*one.step.by, *(name for name in measured if name not in by_name)]
    }
    wanted = {by_name[name]: found_ for name, found_ in measured.items() if name in by_name}
    count = _count(wanted)
    columns = {
        measure.field: _column(measure, found_, made, count, one.making)
        for measure, found_ in wanted.items()
        if measure.field
    }
    length = min(one.step.bucket_s or 60.0, 60.0)
    start = _start(one, length)
    table = one.query.tables[0] if one.query.tables else ""
    return [
        Placed(
            values={**made.values, **group, **{name: column[at] for name, column in columns.items()}},
            moment=start + at * length / (2 * count),
            table=table,
        )
        for at in range(count)
    ], needs


def _start(one: Counted, length: float) -> float:
    start = within(one.query.span, one.making, length)
    bucket = one.step.bucket_s
    return start if not bucket else float(int(start // bucket) * bucket)


def _group_value(name: str, made: Made, needs: Sequence[Need], making: Making) -> Any:
    kind = making.types.get(name, "")
    if name in made.values and meets(needs, made.values[name]):
        return made.values[name]
    beside = [need for need in made.needs if need.test.field == name]
    if needs or beside:
        return fill([*needs, *beside], kind, making.rng, making.now, present=True)
    return _numbered(name, 1, kind)


def _numbered(name: str, number: int, kind: str) -> Any:
    """A value that differs from the others by its number."""
    if kind == "number":
        return number
    return f"{name.rsplit('.', 1)[-1]}-{number}"


def _count(wanted: dict[Measure, list[Need]]) -> int:
    """How many records are needed at least."""
    counts = [needs for measure, needs in wanted.items() if measure.function is Measured.COUNT]
    others = [needs for measure, needs in wanted.items() if measure.function is Measured.DISTINCT]
    summed = any(measure.function is Measured.SUM for measure in wanted)
    least = max((_least(needs, 1) for needs in others), default=2 if summed else 1)
    if not counts:
        return least
    return _least([need for needs in counts for need in needs], least)


def _least(needs: Sequence[Need], first: int) -> int:
    for number in range(first, _MOST_RECORDS + 1):
        if meets(needs, number):
            return number
    raise _Unmade(f"It asks for more than {_MOST_RECORDS:,} records, or for none.")


def _column(measure: Measure, needs: Sequence[Need], made: Made, count: int, making: Making) -> list[Any]:
    """The values of a field in each record, of which the measure satisfies its bound."""
    if measure.function in _COUNTED:
        different = _least(needs, 1) if measure.function is Measured.DISTINCT else count
        values = _different(measure.field, made, different, making)
        return [values[at % different] for at in range(count)]
    if measure.function is Measured.VALUES:
        return [fill(needs, "text", making.rng, making.now, present=True)] * count
    wanted = fill(needs, "number", making.rng, making.now, present=True)
    if measure.function is not Measured.SUM:
        return [wanted] * count
    share = int(wanted / count)
    return [wanted - share * (count - 1), *[share] * (count - 1)]


def _different(name: str, made: Made, count: int, making: Making) -> list[Any]:
    """So many values that differ also without regard to case."""
    kind = making.types.get(name, "")
    needs = [need for need in made.needs if need.test.field == name]
    plain = [_numbered(name, number, kind) for number in range(1, count + 1)]
    if not needs or all(meets(needs, value) for value in plain):
        return plain
    values: dict[str, Any] = {}
    for _ in range(20 * count):
        value = fill(needs, kind, making.rng, making.now, present=True)
        values.setdefault(str(value).lower(), value)
        if len(values) == count:
            return list(values.values())
    raise _Unmade(f"No {count} different values of {name} were found.")


def _misses(
    one: Counted, groups: Sequence[tuple[list[Placed], Sequence[Need]]], made: Sequence[Made], report: Report
) -> Iterator[Example]:
    seen: set[str] = set()
    for placed, needs in groups:
        for records, about in _changed(one, placed, needs):
            candidate = example(records, about, one.making)
            if about not in seen and not found(one.query, candidate, one.making):
                seen.add(about)
                yield candidate
    placed = groups[0][0]
    for missed in near_misses(one.where, made, one.making, 20, report):
        kept = {name: value for name, value in placed[0].values.items() if name in one.step.by}
        other = replace(placed[-1], values={**missed.values, **kept})
        candidate = example([*placed[:-1], other], f"Of one record: {missed.about}", one.making)
        if found(one.query, candidate, one.making):
            other = replace(other, values=missed.values)
            candidate = example([*placed[:-1], other], candidate.about, one.making)
        if not found(one.query, candidate, one.making):
            yield candidate


def _changed(one: Counted, placed: list[Placed], needs: Sequence[Need]) -> Iterator[tuple[list[Placed], str]]:
    """Changes to a group after which the query may not report it."""
    yield placed[:-1], "One record fewer."
    yield [*placed, placed[-1]], "One record more."
    for name in one.step.by:
        other = _numbered(name, 2, one.making.types.get(name, ""))
        half = len(placed) // 2
        moved = [replace(record, values={**record.values, name: other}) for record in placed[half:]]
        yield [*placed[:half], *moved], f"The records are of two groups: {name} differs."
    if one.step.bucket_s:
        apart = [
            replace(record, moment=record.moment - at * one.step.bucket_s) for at, record in enumerate(placed)
        ]
        yield apart, "Each record falls into a stretch of time of its own."
    gone = outside(one.query.span, one.making)
    if gone is not None:
        yield [replace(record, moment=gone) for record in placed], "The records are outside the time."
    for measure in one.step.measures:
        if not measure.field:
            continue
        same = placed[0].values.get(measure.field)
        if measure.function is Measured.DISTINCT:
            yield _with(placed, measure.field, same), f"{measure.field} has one value."
        for need in needs:
            if need.test.field == measure.name and need.holds and measure.function not in _COUNTED:
                for value, about in changes(need.test, same, one.making.rng, one.making.now):
                    if value is not MISSING:
                        share = value / len(placed) if _is_sum(measure, value) else value
                        yield _with(placed, measure.field, share), about


def _is_sum(measure: Measure, value: object) -> bool:
    return measure.function is Measured.SUM and isinstance(value, int | float)


def _with(placed: Sequence[Placed], name: str, value: Any) -> list[Placed]:
    return [replace(record, values={**record.values, name: value}) for record in placed]


def joined(parts: Sequence[Expression]) -> Expression | None:
    """All of them; None for none."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(tuple(parts))
