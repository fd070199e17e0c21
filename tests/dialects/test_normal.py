"""Expressions that say the same are found to, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.evaluating import holds
from cybersecqwen.dialects.normal import equivalent, normal
from tests.dialects.meanings import expressions, records
from tests.strategies import UNHURRIED

_A, _B = Asked("a", Op.EQUALS, ("x",)), Asked("a", Op.EQUALS, ("y",))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Or((_A, _B)), Asked("a", Op.EQUALS, ("y", "x"))),
        (Not(Or((_A, _B))), And((Not(_B), Not(_A)))),
        (Not(Not(_A)), _A),
        (Not(Asked("a", Op.NULL)), Asked("a", Op.PRESENT)),
        (Asked("a", Op.EQUALS, ("5",), True), Asked("a", Op.EQUALS, ("5",))),
        (Asked("a", Op.GLOB, ("(?s)5.*.*6",), True), Asked("a", Op.GLOB, ("(?s)5.*6",))),
        (Asked("a", Op.GLOB, (r"(?s)5.*\x0b",), True), Asked("a", Op.GLOB, (r"(?s)5.*\x0b",))),
        (Asked("a", Op.REGEX, ("-D",), True), Asked("a", Op.CONTAINS, ("-D",), True)),
        (Asked("a", Op.CONTAINS, ("-D",), True), Asked("a", Op.REGEX, ("-D",), True)),
        (Asked("a", Op.REGEX, ("a|b",), True), Asked("a", Op.REGEX, ("[ab]",), True)),
    ],
)
def test_what_says_the_same(one: Expression, other: Expression) -> None:
    assert equivalent(one, other)
    assert equivalent(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (_A, _B),
        (_A, Asked("a", Op.EQUALS, ("x",), True)),
        (Asked("a", Op.GLOB, (r"(?s)5.*\.*6",)), Asked("a", Op.GLOB, ("(?s)5.*6",))),
        (Asked("a", Op.GLOB, ("(?s)s.*6",), True), Asked("a", Op.GLOB, ("(?s)s.*6",))),
        (Asked("a", Op.REGEX, ("-d",), True), Asked("a", Op.CONTAINS, ("-d",))),
        (And((_A, _B)), Or((_A, _B))),
        (_A, None),
    ],
)
def test_what_does_not(one: Expression, other: Expression | None) -> None:
    assert not equivalent(one, other)


@UNHURRIED
@given(expressions, st.lists(records, max_size=4))
def test_the_normal_form_means_the_same(expression: Expression, events: list[dict[str, object]]) -> None:
    for event in events:
        assert holds(normal(expression), event) is holds(expression, event)
