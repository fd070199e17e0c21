"""Examples of sequences: all stages in time, too late, in the wrong order, of two groups, one missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from cybersecqwen.detect.sigma.model import Expression
from cybersecqwen.dialects.query import Query
from cybersecqwen.dialects.query import Sequence as Order

from .aggregates import joined
from .building import Making, build
from .model import Example
from .placing import Placed, example, found, within
from .single import Made, Report, near_misses, positives
from .values import Unfilled, fill
from .ways import Need

_GAP_S = 30.0


def sequenced(
    query: Query, step: Order, making: Making, most: int, report: Report
) -> tuple[list[Example], list[Example]]:
    """Positives and near misses, each a list of records in the order of the stages."""
    wheres = [_where(query, step, number) for number in range(len(step.stages))]
    made = [positives(where, making, most, report) for where in wheres]
    if not all(made):
        return [], []
    good: list[Example] = []
    placed: list[list[Placed]] = []
    for number in range(min(most, max(map(len, made)))):
        chosen = [one[number % len(one)] for one in made]
        try:
            records = _placed(query, step, [one.needs for one in chosen], making)
        except Unfilled:
            continue
        told = chosen[max(range(len(made)), key=lambda at: len(made[at]))].about
        candidate = example(records, f"All stages in time. {told}", making)
        if found(query, candidate, making):
            good.append(candidate)
            placed.append(records)
    if not good:
        report.problems.append("No sequence of records was found that the query reports.")
        return [], []
    missed = _misses(query, step, wheres, made, placed, making, report)
    return good, list(islice(missed, most))


def _where(query: Query, step: Order, number: int) -> Expression:
    stage = step.stages[number]
    parts = [stage.where] if stage.tables or query.where is None else [query.where, stage.where]
    found_ = joined(parts)
    return stage.where if found_ is None else found_


def _placed(query: Query, step: Order, ways: Sequence[Sequence[Need]], making: Making) -> list[Placed]:
    """One record for each stage, with the same values where they must agree. Raises Unfilled."""
    shared: dict[str, Any] = {}
    for name in step.by:
        needs = [need for way in ways for need in way if need.test.field == name]
        value = fill(needs, making.types.get(name, ""), making.rng, making.now, present=True)
        shared[name] = value if needs else _group(name, 1, making)
    fixed = replace(making, fixed=shared)
    gap = min(_GAP_S, (step.within_s or 1e9) / (2 * len(ways)))
    start = within(query.span, making, gap * len(ways))
    return [
        Placed(
            values={**build(way, fixed), **shared},
            moment=start + at * gap,
            table=_table(query, step, at),
        )
        for at, way in enumerate(ways)
    ]


def _group(name: str, number: int, making: Making) -> Any:
    return number if making.types.get(name) == "number" else f"{name.rsplit('.', 1)[-1]}-{number}"


def _table(query: Query, step: Order, at: int) -> str:
    tables = step.stages[at].tables or query.tables
    return tables[0] if tables else ""


def _misses(
    query: Query,
    step: Order,
    wheres: Sequence[Expression],
    made: Sequence[Sequence[Made]],
    placed: Sequence[list[Placed]],
    making: Making,
    report: Report,
) -> Iterator[Example]:
    for records in placed[:3]:
        for changed, about in _changed(step, records, making):
            candidate = example(changed, about, making)
            if not found(query, candidate, making):
                yield candidate
    records = placed[0]
    missed = [near_misses(where, one, making, 10, report) for where, one in zip(wheres, made, strict=True)]
    for number in range(max(map(len, missed), default=0)):
        for at, one in enumerate(missed):
            if number < len(one):
                shared = {name: records[at].values[name] for name in step.by}
                other = replace(records[at], values={**one[number].values, **shared})
                about = f"In stage {at + 1}: {one[number].about}"
                candidate = example([*records[:at], other, *records[at + 1 :]], about, making)
                if not found(query, candidate, making):
                    yield candidate


def _changed(step: Order, records: list[Placed], making: Making) -> Iterator[tuple[list[Placed], str]]:
    if step.within_s is not None and len(records) > 1:
        late = replace(records[-1], moment=records[0].moment + step.within_s + 60)
        early = [replace(one, moment=one.moment - step.within_s - 60) for one in (*records[:-1], late)]
        yield early, "The last record comes too late."
    if step.ordered:
        times = [one.moment for one in reversed(records)]
        turned = [replace(one, moment=time) for one, time in zip(records, times, strict=True)]
        yield turned, "The records are in the wrong order."
    for name in step.by:
        other = replace(records[-1], values={**records[-1].values, name: _group(name, 2, making)})
        yield [*records[:-1], other], f"The records are of two groups: {name} differs."
    for at in range(len(records)):
        yield [*records[:at], *records[at + 1 :]], f"Stage {at + 1} is missing."
