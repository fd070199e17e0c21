"""Drawn trees of ES|QL, as parsing makes them."""

from __future__ import annotations

from hypothesis import strategies as st

from cybersecqwen.dialects.elastic.expressions import Call, Cast, Expr, Field, IsNull, Literal, Star, Stretch
from cybersecqwen.dialects.esql.tree import (
    GRAMMAR,
    Column,
    Command,
    Dissect,
    Drop,
    Enrich,
    EsqlTree,
    Eval,
    From,
    Grok,
    Keep,
    Key,
    Limit,
    LookupJoin,
    Measure,
    MvExpand,
    Names,
    Rename,
    Row,
    Sample,
    Sort,
    Stats,
    Where,
)
from tests.dialects.elastic.drawn import NAMES, TEXTS
from tests.dialects.elastic.drawn import expressions as shared

_names = st.sampled_from(NAMES)
_shared = shared(GRAMMAR)


@st.composite
def _own(draw: st.DrawFn) -> Expr:
    """What only ES|QL has."""
    inner = draw(_shared)
    kind = draw(st.sampled_from(["null", "cast", "stretch", "star", "options"]))
    if kind == "null":
        return IsNull(inner, draw(st.booleans()))
    if kind == "cast":
        return Cast(inner, draw(st.sampled_from(["integer", "long"])))
    if kind == "stretch":
        return Call("BUCKET", (Field("@timestamp"), Stretch(draw(st.integers(0, 99)), "days")))
    if kind == "star":
        return Call("COUNT", (Star(),))
    return Call(
        "MATCH", (Field("a"), Literal("b")), options=(("operator", Literal("AND")), ("boost", Literal(1.5)))
    )


expressions = st.one_of(_shared, _own())


@st.composite
def _columns(draw: st.DrawFn) -> Column:
    value = draw(expressions)
    if isinstance(value, Field) and draw(st.booleans()):
        return Column(value.name, value)
    return Column(draw(_names), value)


columns = st.lists(_columns(), min_size=1, max_size=2).map(tuple)
_many = st.lists(
    st.one_of(
        st.builds(Names, _names), st.sampled_from(["a*", "*.b", "*", "x-*"]).map(lambda n: Names(n, True))
    ),
    min_size=1,
    max_size=3,
).map(tuple)
_indexes = st.sampled_from(
    ["logs-*", "a", "cluster:logs", "<logs-{now/d}>", "with blank", "by", "a,b", "logs-2024.01"]
)
_patterns = st.sampled_from([*TEXTS, "%{a} %{b}"])
commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(Where, expressions),
    st.builds(Eval, columns),
    st.builds(
        Stats,
        st.lists(
            st.builds(Measure, _columns(), st.one_of(st.none(), expressions)), min_size=1, max_size=2
        ).map(tuple),
        st.one_of(st.just(()), columns),
        st.booleans(),
    ),
    st.builds(Stats, st.just(()), columns),
    st.builds(Keep, _many),
    st.builds(Drop, _many),
    st.builds(Rename, st.lists(st.tuples(_names, _names), min_size=1, max_size=2).map(tuple)),
    st.builds(
        Sort,
        st.lists(
            st.builds(Key, expressions, st.booleans(), st.sampled_from(["", "first", "last"])),
            min_size=1,
            max_size=2,
        ).map(tuple),
    ),
    st.builds(Limit, st.integers(0, 10**6)),
    st.builds(Dissect, _names.map(Field), _patterns, st.one_of(st.none(), st.sampled_from(TEXTS))),
    st.builds(Grok, _names.map(Field), st.lists(_patterns, min_size=1, max_size=2).map(tuple)),
    st.builds(
        Enrich,
        st.sampled_from(["policy", "_any:policy", "my policy"]),
        st.one_of(st.just(""), _names),
        st.lists(st.tuples(_names, _names), max_size=2).map(tuple),
    ),
    st.builds(MvExpand, _names),
    st.builds(LookupJoin, _indexes, st.lists(expressions, min_size=1, max_size=2).map(tuple)),
    st.builds(Sample, st.floats(0.001, 0.999)),
)
_sources: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        From,
        st.lists(_indexes, min_size=1, max_size=2).map(tuple),
        st.sampled_from([(), ("_index",), ("_id", "_source")]),
    ),
    st.builds(Row, columns),
)
trees = st.builds(lambda source, rest: EsqlTree((source, *rest)), _sources, st.lists(commands, max_size=3))
