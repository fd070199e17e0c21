"""A tree that means a query of the middle."""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import And, Expression, Test
from cybersecqwen.detect.sigma.model import Not as Negated
from cybersecqwen.dialects.globs import ANY
from cybersecqwen.dialects.query import Keep, Query, Sequence

from .arguments import cannot
from .conditions import write_test
from .grouping import write_steps
from .read import KIND
from .sequences import write_sequence
from .times import interval_of
from .tree import And as All
from .tree import Call, Compare, Condition, Filter, Free, Glob, Not, Pipeline, Step, Truth
from .tree import Or as Any_


def write(query: Query) -> Pipeline:
    """The tree of a query. Raises UnsayableError for what the language has no words for."""
    steps: list[Step] = []
    if query.span is not None:
        steps.append(Filter(condition=interval_of(query.span)))
    parts: list[Condition] = [_tables(query.tables)] if query.tables else []
    if query.where is not None:
        found = condition_of(query.where)
        parts += found.parts if isinstance(found, All) else [found]
    if parts:
        steps.append(Filter(condition=parts[0] if len(parts) == 1 else All(parts=tuple(parts))))
    for step in write_steps(query.steps):
        if isinstance(step, Call):
            steps.append(Filter(condition=step))
        elif isinstance(step, Keep):
            if not steps or query.steps[0] is step:
                raise cannot("conditions behind a step", "A condition stands behind no step.")
            steps.append(Filter(condition=condition_of(step.where)))
        elif isinstance(step, Sequence):
            if steps or len(query.steps) > 1:
                raise cannot("steps around a sequence", "A sequence stands alone.")
            steps.append(Filter(condition=write_sequence(step, write)))
    return Pipeline(steps=tuple(steps) or (Filter(condition=Free(value=Glob(text=ANY))),))


def _tables(tables: tuple[str, ...]) -> Condition:
    if any("*" in table or not table for table in tables):
        raise cannot("tables with wildcards", "The kinds of events are not named one by one.")
    parts = tuple(Compare(field=KIND, operator="=", value=Glob(text=table)) for table in tables)
    return parts[0] if len(parts) == 1 else Any_(parts=parts)


def condition_of(expression: Expression) -> Condition:
    """The condition that means an expression."""
    if isinstance(expression, Test):
        return Truth(value=True) if _is_anything(expression) else write_test(expression)
    if isinstance(expression, Negated):
        inner = expression.inner
        return condition_of(inner.inner) if isinstance(inner, Negated) else Not(inner=condition_of(inner))
    kind = All if isinstance(expression, And) else Any_
    parts: list[Condition] = []
    for part in expression.parts:
        found = condition_of(part)
        parts += found.parts if isinstance(found, kind) else [found]
    if not parts:
        return Truth(value=kind is All)
    return parts[0] if len(parts) == 1 else kind(parts=tuple(parts))


def _is_anything(test: Test) -> bool:
    return not test.field and test.op == "present"
