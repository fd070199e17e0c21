"""What is written fits the types of its fields, and means what it meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.dialects.fields.types import fitted, types_of
from cybersecqwen.dialects.interface import Dialect, Name, Names, Running
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import Query
from cybersecqwen.errors import UnsayableError
from tests.amounts import draws

FIELDS = {
    "n": "number",
    "t": "text",
    "b": "bool",
    "a": "ip",
    "d": "dynamic",
    "event.type": "text",
    "host.ip": "ip",
}
SCHEMA = Schema(name="ours", tables={"": Table(name="", fields=FIELDS), "T": Table(name="T", fields=FIELDS)})
ADDRESSES = ("10.0.0.1", "fe80::1", "10.", "fe80::A")
VALUES = ("4444", "-5", "0", "04", "1.5", "start", "Start", "true", "False", "x*", "a?b", *ADDRESSES)


def _query(where: Expression) -> Query:
    return Query(tables=("T",), where=where)


def _text(dialect: str, where: Expression, schema: Schema = SCHEMA) -> str:
    made: Dialect[Any] = DIALECTS.get(dialect)()
    query = Query(where=where) if dialect != "kql" else _query(where)
    return made.render(fitted(made, made.write(query), schema))


@pytest.mark.parametrize(
    ("dialect", "test", "text"),
    [
        ("kql", Asked("n", Op.EQUALS, ("3",)), "n == 3"),
        ("kql", Not(Asked("n", Op.EQUALS, ("3",))), "n != 3"),
        ("kql", Asked("n", Op.EQUALS, ("3", "-4")), "n in (3, -4)"),
        ("kql", Asked("n", Op.EQUALS, ("x",)), 'tostring(n) =~ "x"'),
        ("kql", Asked("n", Op.CONTAINS, ("3",)), 'tostring(n) contains "3"'),
        ("kql", Asked("n", Op.EQUALS, ("04",)), 'tostring(n) == "04"'),
        ("kql", Asked("b", Op.EQUALS, ("true",)), "b == true"),
        ("kql", Asked("d", Op.EQUALS, ("x",)), 'tostring(d) =~ "x"'),
        ("esql", Asked("n", Op.EQUALS, ("3",)), "n == 3"),
        ("esql", Asked("n", Op.EQUALS, ("3", "4")), "n IN (3, 4)"),
        ("esql", Asked("n", Op.EQUALS, ("3", "x")), 'TO_LOWER(TO_STRING(n)) IN ("3", "x")'),
        ("esql", Asked("n", Op.STARTS, ("3",)), 'TO_STRING(n) LIKE "3*"'),
        ("esql", Asked("b", Op.EQUALS, ("true",)), "b == true"),
        ("esql", Asked("a", Op.EQUALS, ("fe80::1",)), 'a == "fe80::1"'),
        ("esql", Asked("a", Op.STARTS, ("10.",)), 'TO_STRING(a) LIKE "10.*"'),
        ("esql", Asked("a", Op.CIDR, ("10.0.0.0/8",)), 'CIDR_MATCH(a, "10.0.0.0/8")'),
        ("esql", Asked("t", Op.CIDR, ("10.0.0.0/8",)), 'CIDR_MATCH(TO_IP(t), "10.0.0.0/8")'),
        ("esql", Asked("t", Op.LESS, ("5",)), "TO_DOUBLE(t) < 5"),
        ("esql", Asked("event.type", Op.EQUALS, ("start",), cased=True), 'MV_CONTAINS(event.type, "start")'),
        ("esql", Asked("host.ip", Op.EQUALS, ("10.0.0.1",)), 'MV_CONTAINS(TO_STRING(host.ip), "10.0.0.1")'),
        ("eql", Asked("n", Op.EQUALS, ("3",)), "n == 3"),
        ("eql", Asked("n", Op.EQUALS, ("3", "4")), "n in (3, 4)"),
        ("eql", Asked("n", Op.STARTS, ("3",)), 'string(n) : "3*"'),
        ("eql", Asked("b", Op.EQUALS, ("true",)), "b == true"),
        ("eql", Asked("a", Op.EQUALS, ("10.0.0.1",)), 'a == "10.0.0.1"'),
        ("eql", Asked("a", Op.EQUALS, ("fe80::1",)), 'string(a) : "fe80::1"'),
        ("eql", Asked("t", Op.LESS, ("5",)), "number(t) < 5"),
        ("lucene", Asked("n", Op.EQUALS, ("3",)), "n:3"),
        ("lucene", Asked("a", Op.CIDR, ("10.0.0.0/8",)), 'a:"10.0.0.0/8"'),
    ],
)
def test_a_comparison_is_of_its_field_s_type(dialect: str, test: Expression, text: str) -> None:
    assert text in _text(dialect, test).replace("\n", " ")


@pytest.mark.parametrize(
    ("test", "named"),
    [
        (Asked("n", Op.STARTS, ("4",)), "number"),
        (Asked("n", Op.EQUALS, ("http",)), "number"),
        (Asked("a", Op.STARTS, ("10.",)), "address"),
        (Asked("a", Op.EQUALS, ("localhost",)), "address"),
        (Asked("t", Op.CIDR, ("10.0.0.0/8",)), "text"),
    ],
)
def test_what_a_query_string_cannot_ask_is_refused(test: Asked, named: str) -> None:
    with pytest.raises(UnsayableError, match=named):
        _text("lucene", test)


_tests = st.builds(
    lambda name, op, values, cased: Asked(name, op, tuple(values), cased and op is not Op.NULL),
    st.sampled_from(sorted(FIELDS)),
    st.sampled_from([Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.ENDS]),
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=3, unique=True),
    st.booleans(),
).map(lambda test: test if test.cased else Asked(test.field, test.op, tuple(v.lower() for v in test.values)))
_others = st.one_of(
    st.builds(
        lambda name, op: Asked(name, op),
        st.sampled_from(sorted(FIELDS)),
        st.sampled_from([Op.NULL, Op.PRESENT]),
    ),
    st.builds(lambda name: Asked(name, Op.CIDR, ("10.0.0.0/8",)), st.sampled_from(["a", "t"])),
    st.builds(
        lambda name, op: Asked(name, op, ("5",)),
        st.sampled_from(["n", "t"]),
        st.sampled_from([Op.LESS, Op.AT_LEAST]),
    ),
)
expressions = st.recursive(
    st.one_of(_tests, _tests, _others),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", DIALECTS.names())
@draws(60)
@given(where=expressions)
def test_it_reads_back_as_what_was_meant(name: str, where: Expression) -> None:
    dialect: Dialect[Any] = DIALECTS.get(name)()
    try:
        query = dialect.prepared(_query(where) if name == "kql" else Query(where=where))
        before = dialect.write(query)
        tree = fitted(dialect, before, SCHEMA)
    except UnsayableError:
        return
    assert dialect.parse(dialect.render(tree)) == tree
    assert fitted(dialect, tree, SCHEMA) == tree
    assert equivalent(dialect.read(tree).where, dialect.read(before).where), dialect.render(tree)


def test_a_record_with_several_values_is_found() -> None:
    """As Beats write them: a connection has two types."""
    dialect: Dialect[Any] = DIALECTS.get("esql")()
    records = [
        {"event.type": ["start", "connection"], "id": 1},
        {"event.type": ["end"], "id": 2},
        {"event.type": "start", "id": 3},
        {"id": 4},
    ]
    start = Asked("event.type", Op.EQUALS, ("start",))
    for where, wanted in (
        (start, [1, 3]),
        (Not(start), [2, 4]),
        (And((Asked("event.type", Op.PRESENT), Not(start))), [2]),
    ):
        tree = fitted(dialect, dialect.write(Query(where=where)), SCHEMA)
        rows = dialect.run(tree, {"": records}, Running()).rows
        assert [row["id"] for row in rows] == wanted, dialect.render(tree)


def test_a_field_of_two_types_has_none() -> None:
    schema = Schema(
        name="two",
        tables={
            "A": Table(name="A", fields={"x": "number", "y": "text"}),
            "B": Table(name="B", fields={"x": "text", "y": "text"}),
        },
    )
    tables = (Name(text="A", line=1, column=1), Name(text="B", line=1, column=1))
    fields = tuple(Name(text=text, line=1, column=1) for text in ("x", "y", "z"))
    assert types_of(Names(tables=tables, fields=fields), schema) == {"y": "text"}
    assert types_of(Names(tables=tables[:1], fields=fields), schema) == {"x": "number", "y": "text"}


def test_what_is_presumed_is_said() -> None:
    esql, lucene = DIALECTS.get("esql")(), DIALECTS.get("lucene")()
    lists, text = Asked("event.type", Op.EQUALS, ("start",)), Asked("t", Op.EQUALS, ("start",))
    assert "9.2" in esql.presumes(fitted(esql, esql.write(Query(where=lists)), SCHEMA))[0]
    assert esql.presumes(fitted(esql, esql.write(Query(where=text)), SCHEMA)) == ()
    assert "case" in lucene.presumes(lucene.write(Query(where=And((lists, text)))))[0]
    assert lucene.presumes(lucene.write(Query(where=And((lists, Asked("t", Op.EQUALS, ("5",))))))) == ()
