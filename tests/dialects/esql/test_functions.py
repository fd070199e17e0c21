"""Every function takes whatever values there are: it gives one, or null, or refuses by name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.elastic.evaluation import compiled
from cybersecqwen.dialects.elastic.expressions import Call, Cast, Expr, Field, Literal, Stretch
from cybersecqwen.dialects.esql.functions import CASTS, machine
from cybersecqwen.dialects.esql.measuring import AGGREGATIONS, compiled_measure, measured
from cybersecqwen.dialects.esql.tree import Column, Measure
from cybersecqwen.errors import UnsayableError
from tests.detect.sigma.drawn import values
from tests.strategies import UNHURRIED

MACHINE = machine(1_000_000.0)
_args: st.SearchStrategy[Expr] = st.one_of(
    st.sampled_from(["a", "b", "c"]).map(Field),
    st.sampled_from(["hour_of_day", "x", "", "asc", "day", 0, 1, -3, 2.5, 10**29, True, None]).map(Literal),
    st.builds(Stretch, st.integers(0, 5), st.sampled_from(["day", "week", "month", "ms"])),
    st.just(Call("NOW")),
)
_records = st.dictionaries(st.sampled_from("abc"), values)


@UNHURRIED
@given(
    st.sampled_from(sorted([*MACHINE.functions, *MACHINE.special])),
    st.lists(_args, max_size=4).map(tuple),
    _records,
)
def test_functions(name: str, args: tuple[Expr, ...], record: dict[str, Any]) -> None:
    try:
        compiled(Call(name, args), MACHINE)(record)
    except UnsayableError as error:
        assert error.what


@UNHURRIED
@given(st.sampled_from(sorted(CASTS)), _args, _records)
def test_casts(name: str, arg: Expr, record: dict[str, Any]) -> None:
    compiled(Cast(arg, name), MACHINE)(record)


@UNHURRIED
@given(
    st.sampled_from(sorted(AGGREGATIONS)),
    st.lists(_args, max_size=3).map(tuple),
    st.lists(_records, max_size=4),
)
def test_aggregations(name: str, args: tuple[Expr, ...], rows: list[dict[str, Any]]) -> None:
    try:
        measured(compiled_measure(Measure(Column("m", Call(name, args))), MACHINE), rows)
    except UnsayableError as error:
        assert error.what


@pytest.mark.parametrize("text", ["LENGTH", "SUBSTRING", "DATE_TRUNC", "CIDR_MATCH"])
def test_the_number_of_values_is_looked_at(text: str) -> None:
    with pytest.raises(UnsayableError):
        compiled(Call(text, ()), MACHINE)
