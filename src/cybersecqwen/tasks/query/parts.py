"""What a query is made of: its tests, the fields and logsources that it names."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import Expression, Logsource, Not, Op, Test
from cybersecqwen.dialects.query import ANYTHING, Aggregate, Columns, Keep, Query, Sort, Unique
from cybersecqwen.dialects.query import Sequence as Order


def tests(expression: Expression, negated: bool = False) -> Iterator[tuple[Test, bool]]:
    """(test, whether it stands under a negation), in order."""
    if isinstance(expression, Test):
        yield expression, negated
    elif isinstance(expression, Not):
        yield from tests(expression.inner, not negated)
    else:
        for part in expression.parts:
            yield from tests(part, negated)


def expressions(query: Query) -> Iterator[Expression]:
    """What is asked of records: of the query, and of each stage of a sequence."""
    if query.where is not None:
        yield query.where
    for step in query.steps:
        if isinstance(step, Order):
            yield from (stage.where for stage in step.stages)


def fields_of(query: Query) -> list[str]:
    """The fields of records that a query names, in order and each once; "" for keywords."""
    found: dict[str, None] = {}
    for expression in expressions(query):
        for test, _ in tests(expression):
            found[test.field] = None
            if test.op is Op.SAME_AS:
                found[test.values[0]] = None
    made: set[str] = set()
    for step in query.steps:
        names: list[str] = []
        if isinstance(step, Aggregate):
            names = [*step.by, *(one.field for one in step.measures if one.field)]
            made |= {one.name for one in step.measures}
        elif isinstance(step, Order):
            names = list(step.by)
        elif isinstance(step, Columns | Unique):
            names = list(step.fields)
        elif isinstance(step, Sort):
            names = [name for name, _ in step.keys]
        elif isinstance(step, Keep):
            names = [test.field for test, _ in tests(step.where)]
        found.update(dict.fromkeys(name for name in names if name not in made))
    return list(found)


def logsources_of(query: Query) -> list[Logsource]:
    """What a query looks at, in Sigma's names; [] for everything."""
    found = [query.logsource]
    found += [stage.logsource for step in query.steps if isinstance(step, Order) for stage in step.stages]
    return [source for source in dict.fromkeys(found) if source != ANYTHING]
