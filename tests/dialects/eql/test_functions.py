"""Every function takes whatever values there are: it gives one, or null, or refuses by name."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.elastic.evaluation import compiled
from cybersecqwen.dialects.elastic.expressions import Call, Expr, Field, Literal
from cybersecqwen.dialects.eql.functions import FOLDING, FUNCTIONS, MACHINE
from cybersecqwen.errors import UnsayableError
from tests.detect.sigma.drawn import values
from tests.strategies import UNHURRIED

_args: st.SearchStrategy[Expr] = st.one_of(
    st.sampled_from(["a", "b", "c"]).map(Field),
    st.sampled_from(["x", "", "0xff", "10.0.0.0/8", 0, 1, -3, 2.5, 16, 10**29, True, None]).map(Literal),
)


@UNHURRIED
@given(
    st.sampled_from(sorted([*((name, False) for name in FUNCTIONS), *((name, True) for name in FOLDING)])),
    st.lists(_args, max_size=4).map(tuple),
    st.dictionaries(st.sampled_from("abc"), values),
)
def test_functions(function: tuple[str, bool], args: tuple[Expr, ...], record: dict[str, Any]) -> None:
    name, folded = function
    try:
        compiled(Call(name, args, folded), MACHINE)(record)
    except UnsayableError as error:
        assert error.what
