"""Every comparison of a search, wherever it stands: what events are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from cybersecqwen.detect.sigma.model import And, Expression, Not, Or, Test
from cybersecqwen.dialects.interface import Atom
from cybersecqwen.errors import QueryError

from . import stages
from .hearing import match_test, true_when
from .hearing_search import found_test
from .models import UNPREFIXED, model_of, unprefixed
from .tree import Binary, Call, Pipeline, Value
from .walking import found_of, inside, parts_of, stages_of, values_of


def atoms(pipeline: Pipeline) -> tuple[Atom, ...]:
    """The comparisons, once each, in order; parts that the middle has no words for are left out."""
    found: dict[Atom, None] = {}
    for stage in stages_of(pipeline):
        table = model_of(stage.source) if isinstance(stage, stages.Tstats) else ""
        for test in _tests(stage):
            name = unprefixed(test.field) if table and test.field not in UNPREFIXED else test.field
            found[Atom(name, test.op, test.values, table)] = None
    return tuple(found)


def _tests(stage: stages.Stage) -> Iterator[Test]:
    where = found_of(stage)
    if where is not None:
        for part in parts_of(where):
            yield from _said(partial(found_test, part))
    for value in values_of(stage):
        for one in inside(value):
            if _compares(one):
                yield from _said(partial(true_when, one))
    if isinstance(stage, stages.Regex):
        yield from _said(lambda: match_test("" if stage.field == "_raw" else stage.field, stage.pattern))


def _compares(value: Value) -> bool:
    if isinstance(value, Binary):
        return value.op in ("=", "!=", "<", ">", "<=", ">=")
    return isinstance(value, Call) and value.name in (
        "match",
        "like",
        "cidrmatch",
        "in",
        "isnull",
        "isnotnull",
    )


def _said(say: Callable[[], Expression]) -> Iterator[Test]:
    try:
        yield from _leaves(say())
    except QueryError:
        return


def _leaves(expression: Expression) -> Iterator[Test]:
    if isinstance(expression, Test):
        yield expression
    elif isinstance(expression, Not):
        yield from _leaves(expression.inner)
    elif isinstance(expression, And | Or):
        for part in expression.parts:
            yield from _leaves(part)
