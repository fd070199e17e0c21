"""Examples of a whole query."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from cybersecqwen.detect.sigma.model import And, Expression, Op, Test
from cybersecqwen.dialects.query import Aggregate, Keep, Query, Sequence
from cybersecqwen.dialects.walking import tests_of

from .aggregates import Counted, aggregated, joined
from .building import Making, Work
from .contradictions import impossible
from .model import Example, Examples
from .placing import Placed, example, found, outside, within
from .sampling import takes
from .sequences import sequenced
from .single import Made, Report, near_misses, positives

_NO_TYPES: Mapping[str, str] = {}
_TRIES, _FEWEST, _WORK = 4_000, 12, 100_000
"""Records that are tried at most, and at least; tests and values that are asked in all tries together."""
_LONG, _OF_AN_EXPRESSION = 100, 20
"""Characters of a value that count as one more; what making text for a regular expression counts as."""
EVERYTHING: Expression = And(())
"""Holds for every record."""


def examples(
    query: Query,
    *,
    types: Mapping[str, str] = _NO_TYPES,
    seed: int = 0,
    most: int = 40,
    time_field: str = "",
    now: float = 1_700_000_000.0,
) -> Examples:
    """Records that the query must find and near misses that it must not, at most so many of each.

    They come from the expression and the steps alone and are held against `detect.sigma.plain` and
    `dialects.evaluating`; no dialect has a part in it. The same seed gives the same examples. `types` are
    those of the schema's fields; `now` is in seconds since 1970 UTC. Without `time_field` nothing can be made
    for sequences and for what looks at times, which is told in `problems`.
    """
    size = sum(_size(test) for one in _expressions(query) for test in tests_of(one))
    work = Work(left=max(_FEWEST, min(_TRIES, _WORK // max(1, size))))
    most = min(most, max(4, work.left // 10))
    making = Making(rng=Random(seed), types=types, now=now, time_field=time_field, work=work)
    report = Report()
    steps = query.steps
    first = next((at for at, step in enumerate(steps) if isinstance(step, Aggregate | Sequence)), len(steps))
    before = [step.where for step in steps[:first] if isinstance(step, Keep)]
    where = joined([*([query.where] if query.where is not None else []), *before])
    good: list[Example]
    missed: list[Example]
    unreadable = [value for one in _expressions(query) for value in _unreadable(one)]
    if unreadable:
        report.problems.append(f"The expression {unreadable[0][:80]!r} is not one of linear time.")
        good, missed = [], []
    elif _needs_time(query) and not time_field:
        report.problems.append("The query looks at times, and no field is known that holds them.")
        good, missed = [], []
    elif first < len(steps) and isinstance(step := steps[first], Sequence):
        good, missed = sequenced(query, step, making, most, report)
    elif first < len(steps) and isinstance(step := steps[first], Aggregate):
        bound = joined([later.where for later in steps[first:] if isinstance(later, Keep)])
        counted = Counted(query=query, step=step, where=where or EVERYTHING, bound=bound, making=making)
        good, missed = aggregated(counted, most, report)
    else:
        good, missed = _plain(query, where or EVERYTHING, making, most, report)
    never = not good and not unreadable and any(impossible(one, types) for one in _expressions(query))
    if good and not missed:
        report.problems.append(
            "No near miss was looked for to the end: the query has too many conditions."
            if work.left < 0
            else "No near miss was found: the query may report any records."
        )
    return Examples(
        positives=tuple(good),
        near_misses=tuple(missed),
        impossible=never,
        unreachable=tuple(dict.fromkeys(report.unreachable)),
        problems=tuple(dict.fromkeys(report.problems)),
    )


def _size(test: Test) -> int:
    """What asking a test once counts as."""
    each = _OF_AN_EXPRESSION if test.op is Op.REGEX else 1
    return 1 + sum(each + len(value) // _LONG for value in test.values)


def _needs_time(query: Query) -> bool:
    return query.span is not None or any(
        isinstance(step, Sequence) or (isinstance(step, Aggregate) and step.bucket_s) for step in query.steps
    )


def _expressions(query: Query) -> list[Expression]:
    """All expressions of a query; every row rests on each."""
    stages = [stage.where for step in query.steps if isinstance(step, Sequence) for stage in step.stages]
    kept = [step.where for step in query.steps if isinstance(step, Keep)]
    return [*([query.where] if query.where is not None else []), *stages, *kept]


def _unreadable(expression: Expression) -> list[str]:
    """The regular expressions that cannot be run here."""
    patterns = [
        value for test in tests_of(expression) if test.op in (Op.REGEX, Op.GLOB) for value in test.values
    ]
    return [value for value in patterns if not takes(value)]


def _plain(
    query: Query, where: Expression, making: Making, most: int, report: Report
) -> tuple[list[Example], list[Example]]:
    """One record each."""
    made = positives(where, making, most, report) if where != EVERYTHING else [_any()]
    good = [
        example([_placed(query, one, number, making)], one.about, making) for number, one in enumerate(made)
    ]
    good = [one for one in good if found(query, one, making)]
    missed: list[Example] = []
    gone = outside(query.span, making)
    if made and gone is not None:
        old = Placed(values=made[0].values, moment=gone, table=_table(query, 0))
        missed.append(example([old], "The record is outside the time.", making))
    for number, one in enumerate(near_misses(where, made, making, most, report)):
        missed.append(example([_placed(query, one, number, making)], one.about, making))
    return good, [one for one in missed if not found(query, one, making)][:most]


def _any() -> Made:
    return Made(values={"message": "anything"}, needs=(), about="Any record.")


def _placed(query: Query, one: Made, number: int, making: Making) -> Placed:
    return Placed(values=one.values, moment=within(query.span, making), table=_table(query, number))


def _table(query: Query, number: int) -> str:
    return query.tables[number % len(query.tables)] if query.tables else ""
