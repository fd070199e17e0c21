"""Conditions with three values and Sigma's with two say the same of every record."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.elastic.expressions import Binary, Expr, Field, Literal, Logic, Negation
from cybersecqwen.dialects.elastic.logic import (
    Meaning,
    Words,
    all_of,
    any_of,
    read_condition,
    without,
    write_condition,
)
from cybersecqwen.dialects.evaluating import holds
from tests.strategies import UNHURRIED

_leaf = st.one_of(
    st.builds(lambda f, v: Asked(f, Op.EQUALS, (v,), True), st.sampled_from("ab"), st.sampled_from("xy")),
    st.builds(Asked, st.sampled_from("ab"), st.sampled_from([Op.NULL, Op.PRESENT])),
)
expressions: st.SearchStrategy[Expression] = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda a, b: And((a, b)), inner, inner),
        st.builds(lambda a, b: Or((a, b)), inner, inner),
    ),
    max_leaves=8,
)
records = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xyz"))


def _said(test: Asked) -> Expr:
    if test.op in (Op.NULL, Op.PRESENT):
        return Binary("==" if test.op is Op.NULL else "!=", Field(test.field), Literal(None))
    found = tuple(Binary("==", Field(test.field), Literal(value)) for value in test.values)
    return found[0] if len(found) == 1 else Logic("or", found)


def _read(expr: Expr) -> Meaning:
    assert isinstance(expr, Binary) and isinstance(expr.left, Field) and isinstance(expr.right, Literal)
    if expr.right.value is None:
        return Meaning(Asked(expr.left.name, Op.NULL))
    return Meaning(Asked(expr.left.name, Op.EQUALS, (str(expr.right.value),), True), (expr.left.name,))


def _value(expr: Expr, record: dict[str, Any]) -> bool | None:
    """Three values, by the book."""
    if isinstance(expr, Logic):
        found = [_value(part, record) for part in expr.parts]
        decided = expr.op == "or"
        return decided if decided in found else None if None in found else not decided
    if isinstance(expr, Negation):
        inner = _value(expr.inner, record)
        return None if inner is None else not inner
    if isinstance(expr, Literal):
        return bool(expr.value)
    assert isinstance(expr, Binary) and isinstance(expr.left, Field) and isinstance(expr.right, Literal)
    value = record.get(expr.left.name)
    if expr.right.value is None:
        return (value is None) is (expr.op == "==")
    return None if value is None else value == expr.right.value


WORDS = Words(_said, lambda name: Binary("==", Field(name), Literal(None)))


@UNHURRIED
@example(
    And((Not(Asked("a", Op.EQUALS, ("x",), True)), Not(Asked("a", Op.EQUALS, ("y",), True)))), {"a": "y"}
)
@given(expressions, records)
def test_what_is_written_is_true_where_the_expression_holds(
    where: Expression, record: dict[str, Any]
) -> None:
    written = write_condition(where, WORDS)
    assert (_value(written, record) is True) is holds(where, record)
    assert holds(read_condition(written, _read), record) is holds(where, record)


@UNHURRIED
@given(expressions, records)
def test_what_is_read_holds_where_a_negation_is_true(where: Expression, record: dict[str, Any]) -> None:
    condition = Negation(write_condition(where, WORDS))
    assert holds(read_condition(condition, _read), record) is (_value(condition, record) is True)


@UNHURRIED
@given(st.lists(expressions, max_size=3), records)
def test_leaving_out_what_is_said_twice_changes_nothing(
    parts: list[Expression], record: dict[str, Any]
) -> None:
    assert holds(any_of(parts), record) is any(holds(part, record) for part in parts)
    assert holds(all_of(parts), record) is all(holds(part, record) for part in parts)


@UNHURRIED
@given(expressions, records)
def test_what_holds_without_a_field(where: Expression, record: dict[str, Any]) -> None:
    known = without(where, "a")
    if known is not None:
        assert holds(where, {name: value for name, value in record.items() if name != "a"}) is known
