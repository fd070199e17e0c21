"""Whatever a query asks, mapping it and reading it back gives a query or an error of this project."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma import model
from cybersecqwen.detect.sigma.model import And, Expression, Logsource, Not, Op, Or
from cybersecqwen.dialects.fields.mapping import mapped, read_back
from cybersecqwen.dialects.fields.schemas import SCHEMAS, schema
from cybersecqwen.dialects.fields.taxonomy import MAPS, taxonomy
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import QueryError, UnknownNameError

VALUES = {
    Op.REGEX: ("^a.*b$", "(?i)hklm"),
    Op.CIDR: ("10.0.0.0/8",),
    Op.LESS: ("5",),
    Op.GREATER: ("1.5",),
    Op.GLOB: ("(?s)a.*\\\\b", "(?s).*"),
    Op.PRESENT: (),
    Op.NULL: (),
}
OPS = st.sampled_from(tuple(Op))


@st.composite
def drawn(draw: st.DrawFn, names: tuple[str, ...]) -> Expression:
    name, op = draw(st.sampled_from(names)), draw(OPS)
    if op is Op.SAME_AS:
        return model.Test(name, op, (draw(st.sampled_from(names)), "equals"))
    values = VALUES.get(op)
    if values is None:
        values = tuple(draw(st.lists(st.text(max_size=12), min_size=1, max_size=3)))
    return model.Test(name, op, values, draw(st.booleans()))


def expressions(names: tuple[str, ...]) -> st.SearchStrategy[Expression]:
    return st.recursive(
        drawn(names),
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: And(tuple(parts))),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: Or(tuple(parts))),
        ),
        max_leaves=6,
    )


@settings(max_examples=40, deadline=None)
@given(st.data())
@pytest.mark.parametrize("target", MAPS)
def test_any_query_is_mapped_or_refused(target: str, data: st.DataObject) -> None:
    home = data.draw(st.sampled_from(taxonomy(target).homes))
    names = (*home.fields, "NoSuchField", "")[:40] or ("a",)
    query = Query(logsource=home.logsources[0], where=data.draw(expressions(names)))
    try:
        found = mapped(query, target, strict=data.draw(st.booleans()))
    except QueryError as error:
        assert error.message.endswith(".")
    else:
        assert found.home is not None


@settings(max_examples=40, deadline=None)
@given(st.data())
@pytest.mark.parametrize("target", MAPS)
def test_any_query_of_a_schema_is_read_back_or_refused(target: str, data: st.DataObject) -> None:
    home = data.draw(st.sampled_from(taxonomy(target).homes))
    columns = [column for place in home.fields.values() for column in place.columns]
    names = (*columns, *(name for name, _ in home.conditions), "no_such_column", "")[:60]
    query = Query(tables=home.tables, where=data.draw(st.none() | expressions(names)))
    try:
        found = read_back(query, target)
    except QueryError as error:
        assert error.message.endswith(".")
    else:
        assert found.query.logsource != Logsource() or target in ("windows", "sigma")


def test_an_unknown_schema_has_known_ones_near() -> None:
    with pytest.raises(UnknownNameError) as raised:
        schema("sentinelx")
    assert "sentinel" in raised.value.hint
    with pytest.raises(UnknownNameError) as raised:
        schema("zzz")
    assert all(name in raised.value.hint for name in SCHEMAS)
