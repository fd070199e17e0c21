"""Drawn queries and records for SQL: text that patterns escape, numbers as text, names with dots."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects import globs
from cybersecqwen.dialects.query import (
    Aggregate,
    Columns,
    Keep,
    Limit,
    Measure,
    Measured,
    Query,
    Sort,
    Span,
    Unique,
)
from tests.detect.sigma.drawn import satisfying

FIELDS = ("a", "B", "c.d", "e f", "select")
PIECES = (
    "a", "A", "bc", "true", "5", "05", "10", "-1", "1e3", "%", "_", "!", "^", "~", "\\", "\\\\", "'", '"',
    "[", "]", "*", "?", "é", "É", "–", "日", " ", "\n", "10.0.0.1", "::1", "nan", "inf", "--", ";", "x",
)  # fmt: skip


def texts(most: int = 3) -> st.SearchStrategy[str]:
    """Pieces in a row."""
    return st.lists(st.sampled_from(PIECES), min_size=1, max_size=most).map("".join)


_PATTERNS = ("a", "(?i)a", "^a", "b$", "a.b", r"\d+", "(a|b)c", r"\\", "[^a]", "")
_NETWORKS = ("10.0.0.0/8", "10.0.0.1/32", "0.0.0.0/0", "fe80::/10", "::1/128")


@st.composite
def tests(draw: st.DrawFn, *, patterns: bool = True, pieces: bool = True) -> Expression:
    """Any operation that SQL has words for; `patterns` for those of DuckDB alone."""
    field = draw(st.sampled_from(FIELDS))
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return Test(field, draw(st.sampled_from([Op.NULL, Op.PRESENT])))
    if kind == 1:
        op = draw(st.sampled_from([Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST]))
        return Test(field, op, (draw(st.sampled_from(["5", "0", "7.5", "-1", "1000"])),))
    if kind == 2 and patterns:
        return Test(field, Op.REGEX, (draw(st.sampled_from(_PATTERNS)),), cased=True)
    if kind == 3 and patterns:
        return Test(field, Op.CIDR, tuple(draw(st.lists(st.sampled_from(_NETWORKS), min_size=1, max_size=2))))
    if kind == 4:
        ops = (Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS) if pieces else (Op.EQUALS,)
        op = draw(st.sampled_from(ops))
        return Test(field, Op.SAME_AS, (draw(st.sampled_from(FIELDS)), op.value), draw(st.booleans()))
    if kind == 5:
        values = draw(st.lists(texts(1), min_size=1, max_size=3, unique=True))
        return Test(field, Op.EQUALS, tuple(value.lower() for value in values))
    marks = st.sampled_from([globs.ANY, globs.ONE, globs.ANY, "a"])
    parts = draw(st.lists(texts(2) | marks, min_size=1, max_size=3))
    return globs.test_of(field, "".join(parts), cased=draw(st.booleans()))


def expressions(*, patterns: bool = True, pieces: bool = True) -> st.SearchStrategy[Expression]:
    """Expressions of such tests."""
    return st.recursive(
        tests(patterns=patterns, pieces=pieces),
        lambda inner: (
            st.builds(Not, inner)
            | st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
            | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
        ),
        max_leaves=6,
    )


def records(expression: Expression, seed: int, count: int = 40) -> list[dict[str, Any]]:
    """Records that often satisfy the expression and seldom by much, and some of single pieces."""
    chance = Random(seed)
    made = []
    for number in range(count):
        record = satisfying(expression, chance) if number % 4 else {}
        for field in FIELDS:
            if field not in record and chance.random() < 0.5:
                record[field] = chance.choice([*PIECES, 5, 10, 7.5, -1, True, None, "5.0", " 5 ", "5x"])
        flat = {name: value for name, value in record.items() if not isinstance(value, list | dict)}
        dotted = flat.pop("c.d", None)
        if dotted is not None:
            flat |= {"c": {"d": dotted}} if chance.random() < 0.5 else {"c.d": dotted}
        made.append({"n": number, **flat})
    return made


_MEASURES = st.sampled_from(
    [
        Measure(name="all", function=Measured.COUNT),
        Measure(name="have", function=Measured.COUNT, field="a"),
        Measure(name="kinds", function=Measured.DISTINCT, field="a"),
        Measure(name="sum", function=Measured.SUM, field="a"),
        Measure(name="least", function=Measured.LEAST, field="a"),
        Measure(name="most", function=Measured.MOST, field="a"),
        Measure(name="mean", function=Measured.MEAN, field="a"),
    ]
)


@st.composite
def queries(draw: st.DrawFn, *, patterns: bool = True) -> Query:
    """Queries with steps that SQL has words for."""
    where = draw(st.none() | expressions(patterns=patterns, pieces=False))
    span = draw(
        st.sampled_from(
            [
                None,
                None,
                Span(last_s=3_600.0),
                Span(start=1_699_999_000.0),
                Span(start=1.0, end=1_699_999_900.0),
            ]
        )
    )
    steps: list[Any] = []
    shape = draw(st.integers(0, 4))
    if shape == 1:
        measures = tuple(draw(st.lists(_MEASURES, min_size=1, max_size=3, unique_by=lambda one: one.name)))
        bucket = draw(st.sampled_from([None, None, 60.0, 3_600.0]))
        steps.append(
            Aggregate(
                measures=measures, by=draw(st.sampled_from([(), ("B",), ("B", "e f")])), bucket_s=bucket
            )
        )
        if draw(st.booleans()):
            steps.append(Keep(where=Test(measures[0].name, Op.AT_LEAST, ("2",))))
    elif shape == 2:
        steps.append(Unique(fields=("B", "a")))
    elif shape == 3:
        steps += [Sort(keys=(("n", draw(st.booleans())),)), Limit(count=draw(st.integers(0, 12)))]
        if draw(st.booleans()):
            steps.append(Keep(where=Test("n", Op.LESS, ("20",))))
        if draw(st.booleans()):
            steps.append(Columns(fields=("n", "a")))
    return Query(
        tables=draw(st.sampled_from([(), ("logs",), ("main.logs",)])),
        where=where,
        span=span,
        steps=tuple(steps),
    )
