from __future__ import annotations

import pytest
import re2

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.detect.sigma.plain import Pattern, holds


@pytest.mark.timeout(60)
@pytest.mark.parametrize("expression", ["a{1,1000}" * 1_000, "a?" * 100_000, "((a{1,30}){1,30})" * 1_000])
def test_expressions_that_take_long_to_compile_are_refused(expression: str) -> None:
    with pytest.raises(re2.error):
        Pattern(expression)


def test_common_repetitions_are_compiled() -> None:
    address = r"(\d{1,3}\.){3}\d{1,3}"
    assert Pattern("|".join([address] * 100)).search("x 10.0.0.1")


@pytest.mark.parametrize("bound", ["", "x", "nan", "inf", "-"])
@pytest.mark.parametrize("part", ["", "hour"])
def test_no_number_is_below_or_above_a_text(bound: str, part: str) -> None:
    for op in (Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST):
        assert not holds(Asked("n", op, (bound,), part=part), "2026-01-02T03:04:05Z" if part else "5", {}.get)
    assert holds(Asked("n", Op.AT_MOST, (bound, "5")), "5", {}.get)
