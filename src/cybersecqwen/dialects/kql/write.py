"""From the middle to a tree. Tables decide what is read; a logsource without tables reads all of them."""

from __future__ import annotations

from cybersecqwen.dialects.query import (
    Aggregate,
    Columns,
    Keep,
    Limit,
    Measure,
    Measured,
    Query,
    Sequence,
    Sort,
    Span,
    Unique,
)
from cybersecqwen.dialects.query import Step as Wanted

from . import steps
from .columns import DEFENDER_TIME, NUMBERS, SENTINEL_TIME, TIMES, time_column
from .literals import duration_text, moment_text
from .steps import Step
from .tree import Binary, Call, Duration, Expr, KqlQuery, Logic, Name, Named, Number, Pipeline, Star, Typed
from .walk import changed
from .write_conditions import Writing, cannot, column, condition, text_column
from .write_sequences import sequence


def write(query: Query) -> KqlQuery:
    """A query that means the same. Raises UnsayableError for what KQL has no words for."""
    if query.steps and isinstance(query.steps[0], Sequence):
        ends = sequence(query, query.steps[0])
        return KqlQuery(body=Pipeline(ends.source, (*ends.steps, *write_steps(query.steps[1:], "At"))))
    time = time_column(query.tables)
    found = span_steps(query.span, time)
    if query.where is not None:
        found += wheres(condition(query.where, Writing()))
    found += write_steps(query.steps, time)
    source = source_of(query.tables)
    if isinstance(source, Name) and not found:
        return KqlQuery(body=source)
    return KqlQuery(body=Pipeline(source, tuple(found)))


def timed(tree: KqlQuery, time_field: str) -> KqlQuery:
    """A written query with the time of its records under the name that a schema has for it.

    In Defender the time of a device's events is `Timestamp`; the same tables in Sentinel have
    `TimeGenerated`: https://learn.microsoft.com/azure/azure-monitor/reference/tables/deviceprocessevents.
    """
    if time_field not in (DEFENDER_TIME, SENTINEL_TIME):
        return tree
    other = SENTINEL_TIME if time_field == DEFENDER_TIME else DEFENDER_TIME

    def change(node: object) -> object:
        return Name(time_field, node.place) if isinstance(node, Name) and node.text == other else node

    return changed(tree, change)


def source_of(tables: tuple[str, ...]) -> Expr | Step:
    """What is read: a table, a union of several, or all."""
    if len(tables) == 1:
        return Name(tables[0])
    return steps.Union(tables=tuple(map(Name, tables)) if tables else (Star(),))


def wheres(tree: Expr) -> list[Step]:
    """One operator for each of the conditions that must all hold."""
    parts = tree.parts if isinstance(tree, Logic) and tree.operator == "and" else (tree,)
    if len(parts) == 2 and isinstance(parts[0], Call) and parts[0].name in ("isnotnull", "isnotempty"):
        parts = (tree,)  # a guard and what it guards stay together
    return [steps.Where(predicate=part) for part in parts]


def span_steps(span: Span | None, time: str) -> list[Step]:
    """Conditions on the time, which stand first: only what is in the span is read at all."""
    if span is None:
        return []
    found: list[Expr] = []
    if span.last_s is not None:
        found.append(Binary(">", Name(time), Call("ago", (Duration(duration_text(span.last_s)),))))
    if span.start is not None:
        found.append(Binary(">=", Name(time), Typed("datetime", moment_text(span.start))))
    if span.end is not None:
        found.append(Binary("<", Name(time), Typed("datetime", moment_text(span.end))))
    return [
        steps.Where(predicate=one if len(found) == 1 else Logic("and", tuple(found))) for one in found[:1]
    ]


_NUMBERS = frozenset(Measured) - {Measured.VALUES, Measured.LEAST, Measured.MOST}


def write_steps(wanted: tuple[Wanted, ...], time: str) -> list[Step]:
    """The operators for what is done with the records."""
    found: list[Step] = []
    numbers: frozenset[str] = frozenset()
    at = 0
    while at < len(wanted):
        step = wanted[at]
        after = wanted[at + 1] if at + 1 < len(wanted) else None
        if isinstance(step, Sort) and isinstance(after, Limit):
            found.append(steps.Top(count=Number(str(after.count)), keys=_keys(step)))
            at += 1
        elif isinstance(step, Aggregate):
            found.append(_aggregate(step, time))
            numbers = frozenset(one.name for one in step.measures if one.function in _NUMBERS)
        elif isinstance(step, Keep):
            found += wheres(condition(step.where, Writing(numbers=numbers)))
        elif isinstance(step, Sequence):
            raise cannot("sequences of records")
        else:
            found.append(_simple(step))
        at += 1
    return found


def _simple(step: Wanted) -> Step:
    if isinstance(step, Sort):
        return steps.Sort(keys=_keys(step))
    if isinstance(step, Limit):
        return steps.Take(count=Number(str(step.count)))
    if isinstance(step, Columns | Unique):
        word = "project" if isinstance(step, Columns) else "distinct"
        return steps.Project(word=word, items=tuple(_projected(name, word) for name in step.fields))
    raise cannot(f"a step of the kind {type(step).__name__.lower()}")


def _projected(name: str, word: str) -> Expr:
    found = column(name)
    if not isinstance(found, Name):
        raise cannot(f"a part of a column that is kept by {word}")
    return found


def _keys(step: Sort) -> tuple[steps.Key, ...]:
    return tuple(steps.Key(by=column(name), ascending=not greatest) for name, greatest in step.keys)


def _aggregate(step: Aggregate, time: str) -> Step:
    by: list[Expr] = [_projected(name, "summarize") for name in step.by]
    if step.bucket_s:
        by.insert(0, Call("bin", (Name(time), Duration(duration_text(step.bucket_s)))))
    return steps.Summarize(items=tuple(map(_measure, step.measures)), by=tuple(by))


_CALLS = {
    Measured.SUM: "sum",
    Measured.MEAN: "avg",
    Measured.LEAST: "min",
    Measured.MOST: "max",
}
_OF_TEXT = {Measured.DISTINCT: "dcountif", Measured.VALUES: "make_set_if"}


def _measure(measure: Measure) -> Expr:
    """An aggregate under its name. Empty texts are no values, so what counts values leaves them out."""
    name = Name(measure.name)
    function = measure.function
    if function is Measured.COUNT:
        if not measure.field:
            return Named((name,), Call("count"))
        return Named((name,), Call("countif", (Call("isnotempty", (column(measure.field),)),)))
    if function in _OF_TEXT:
        value = column(measure.field) if measure.field in NUMBERS | TIMES else text_column(measure.field)
        told = (value, Call("isnotempty", (column(measure.field),)))
        return Named((name,), Call(_OF_TEXT[function], told))
    value = column(measure.field)
    if measure.field not in NUMBERS | TIMES:
        value = Call("toreal", (value,))
    if function in _CALLS:
        return Named((name,), Call(_CALLS[function], (value,)))
    at = 50.0 if function is Measured.MEDIAN else measure.at
    return Named((name,), Call("percentile", (value, Number(f"{at:g}"))))


__all__ = ["DEFENDER_TIME", "write", "write_steps"]
