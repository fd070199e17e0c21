"""From a query to the documents of a rule file: a rule, or rules and the correlation that counts them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

from cybersecqwen.detect.sigma.model import About, And, Counting, Expression, Logsource, Not, Op, Test
from cybersecqwen.dialects.query import Aggregate, Columns, Keep, Measure, Measured, Query, Stage
from cybersecqwen.dialects.query import Sequence as Order
from cybersecqwen.dialects.walking import tests_of
from cybersecqwen.errors import UnsayableError

from .items import number_of
from .selections import detection_of

Document = dict[str, Any]
_UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0}


def document(query: Query, about: About | None = None) -> list[Document]:
    """The documents of a query: a rule; or the rules that a correlation counts, and that.

    A span of time is left to whoever runs the rule, unless a correlation counts within it. `about` gives what
    the last document says of itself; without it the rule has a title and an id made from the query.

    Raises UnsayableError for what rules have no words for.
    """
    about = about or about_of(query)
    steps, fields = _without_columns(query)
    if not steps:
        return [_rule(query.logsource, query.tables, query.where, about, fields)]
    if isinstance(steps[0], Order) and len(steps) == 1:
        return _sequence(query, steps[0], about)
    if isinstance(steps[0], Aggregate) and len(steps) == 2 and isinstance(steps[1], Keep):
        return _counted(query, steps[0], steps[1].where, about)
    raise UnsayableError(
        "A rule counts and compares the count, or asks for a sequence: it has no words for other steps.",
        what="such steps",
    )


def about_of(query: Query) -> About:
    """What a rule says of itself where nobody has said it."""
    source = query.logsource
    told = " ".join(filter(None, (source.product, source.category, source.service)))
    return About(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, repr(query))),
        title=f"Query about {told}".strip(),
        status="experimental",
    )


def _without_columns(query: Query) -> tuple[list[Any], tuple[str, ...]]:
    steps = list(query.steps)
    if steps and isinstance(steps[-1], Columns):
        return steps[:-1], steps[-1].fields
    return steps, ()


def _head(about: About, name: str = "") -> Document:
    made: Document = {"title": about.title, "id": about.id}
    given = (
        ("name", name or about.name),
        ("status", about.status),
        ("description", about.description),
        ("license", about.license),
        ("author", about.author),
        ("references", list(about.references)),
    )
    return made | {key: value for key, value in given if value}


def _tail(about: About) -> Document:
    tail: Document = {"falsepositives": list(about.falsepositives)} if about.falsepositives else {}
    tail["level"] = about.level.name.lower()
    return tail | ({"tags": list(about.tags)} if about.tags else {})


def _rule(
    logsource: Logsource,
    tables: Sequence[str],
    where: Expression | None,
    about: About,
    fields: Sequence[str] = (),
    name: str = "",
) -> Document:
    if logsource == Logsource():
        told = f" for {', '.join(tables)}"[:80] if tables else ""
        raise UnsayableError(
            f"A rule names a log source by product, category or service, and none is known{told}.",
            what="no log source",
            hint="Say which log source is meant.",
        )
    if where is None:
        raise UnsayableError("A rule for every record is none.", what="everything")
    given = (("category", logsource.category), ("product", logsource.product), ("service", logsource.service))
    made = _head(about, name)
    made["logsource"] = {key: value for key, value in given if value}
    made["detection"] = detection_of(where)
    if fields:
        made["fields"] = list(fields)
    return made | _tail(about)


def _counted(query: Query, aggregate: Aggregate, kept: Expression, about: About) -> list[Document]:
    """A rule, and the correlation that counts what it finds."""
    measure = _asked(aggregate, kept)
    where = query.where
    if measure.function is Measured.COUNT and measure.field:
        there = Test(measure.field, Op.PRESENT)
        where = there if where is None else And((where, there))
    seconds = aggregate.bucket_s or (query.span.last_s if query.span is not None else None)
    kind = _KINDS.get(measure.function)
    if kind is None:
        raise UnsayableError(
            f"No correlation counts the {measure.function.value}.", what=f"the {measure.function.value}"
        )
    name = _slug(about.title)
    inner = _inner(about, "records that are counted")
    condition: Document = {} if kind is Counting.EVENT_COUNT else {"field": measure.field}
    if kind is Counting.VALUE_PERCENTILE:
        condition["percentile"] = number_of(f"{measure.at:g}")
    condition |= _bounds(kept)
    correlation = _correlation(kind, [name], aggregate.by, seconds, condition)
    return [
        _rule(query.logsource, query.tables, where, inner, name=name),
        {**_head(about), "correlation": correlation, **_tail(about)},
    ]


_KINDS = {
    Measured.COUNT: Counting.EVENT_COUNT,
    Measured.DISTINCT: Counting.VALUE_COUNT,
    Measured.SUM: Counting.VALUE_SUM,
    Measured.MEAN: Counting.VALUE_AVG,
    Measured.MEDIAN: Counting.VALUE_MEDIAN,
    Measured.PERCENTILE: Counting.VALUE_PERCENTILE,
}


def _correlation(
    kind: Counting, rules: list[str], by: Sequence[str], seconds: float | None, condition: Document
) -> Document:
    made: Document = {"type": kind.value, "rules": rules}
    if by:
        made["group-by"] = list(by)
    made["timespan"] = _timespan(seconds)
    return made | ({"condition": condition} if condition else {})


def _inner(about: About, what: str) -> About:
    return About(
        id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{about.id} {what}")),
        title=f"{about.title}: {what}",
        status=about.status,
        level=about.level,
    )


def _asked(aggregate: Aggregate, kept: Expression) -> Measure:
    """The measure that is compared."""
    names = {test.field for test in tests_of(kept)}
    found = [one for one in aggregate.measures if one.name in names]
    if len(found) != 1 or names != {found[0].name}:
        raise UnsayableError("A correlation compares one number.", what="several numbers")
    return found[0]


_BOUNDS = {
    Op.LESS: "lt",
    Op.AT_MOST: "lte",
    Op.GREATER: "gt",
    Op.AT_LEAST: "gte",
    Op.EQUALS: "eq",
    Op.DIFFERS: "neq",
}


def _bounds(kept: Expression) -> Document:
    """The condition of a correlation: bounds that must all hold."""
    made: Document = {}
    for part in kept.parts if isinstance(kept, And) else (kept,):
        negated = isinstance(part, Not)
        test = part.inner if isinstance(part, Not) else part
        if not isinstance(test, Test) or len(test.values) != 1 or (negated and test.op is not Op.EQUALS):
            raise UnsayableError(
                "A correlation compares its number by bounds alone.", what="such a comparison"
            )
        name = "neq" if negated else _BOUNDS.get(test.op, "")
        number = number_of(test.values[0])
        if not name or name in made or isinstance(number, str):
            raise UnsayableError(
                "A correlation compares its number by bounds alone.", what="such a comparison"
            )
        made[name] = number
    return made


def _timespan(seconds: float | None) -> str:
    if seconds is None:
        raise UnsayableError(
            "A correlation counts within a time, and none is given.",
            what="no time",
            hint="Say within which time it is counted.",
        )
    for unit, length in _UNITS.items():
        if seconds >= length and (seconds / length).is_integer():
            return f"{int(seconds / length)}{unit}"
    raise UnsayableError("A correlation counts within whole seconds.", what="parts of a second")


def _sequence(query: Query, step: Order, about: About) -> list[Document]:
    if query.where is not None:
        raise UnsayableError("A sequence stands within a condition.", what="conditions around sequences")
    base = _slug(about.title)
    made, names = [], []
    for number, stage in enumerate(step.stages, 1):
        name = f"{base}_{number}"
        names.append(name)
        made.append(_stage(query, stage, _inner(about, f"part {number}"), name))
    kind = Counting.TEMPORAL_ORDERED if step.ordered else Counting.TEMPORAL
    correlation = _correlation(kind, names, step.by, step.within_s, {})
    return [*made, {**_head(about), "correlation": correlation, **_tail(about)}]


def _stage(query: Query, stage: Stage, about: About, name: str) -> Document:
    logsource = stage.logsource if stage.logsource != Logsource() else query.logsource
    return _rule(logsource, stage.tables or query.tables, stage.where, about, name=name)


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:80] or "rule"
