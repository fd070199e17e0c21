"""Drawn trees and queries of SPL."""

from __future__ import annotations

from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.detect.sigma.model import Test as Asked
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
from cybersecqwen.dialects.spl import stages
from cybersecqwen.dialects.spl.tree import (
    All,
    AnyOf,
    Binary,
    Call,
    Compare,
    Directive,
    Field,
    Found,
    Free,
    Logic,
    Macro,
    Number,
    OneOf,
    Pipeline,
    Sub,
    Text,
    Unary,
    Value,
    Without,
)
from tests.dialects.meanings import expressions

TEXTS = st.text(alphabet="ab1 \\\"*?|()[]=<>,`'-_.:%$é\n", min_size=0, max_size=8)
NAMES = st.sampled_from(
    [
        "a",
        "b.c",
        "x y",
        "z-1",
        "and",
        "in",
        "by",
        "_time",
        "Processes.dest",
        "f{}.g",
        "case",
        "é",
        "a'b",
        "a\\",
        "head",
    ]
)
WORDS = st.sampled_from(["a", "b", "host", "count", "1h", "x y", "-5", "t", "over", 'q"q', "a=b", "(a b)"])
MACROS = st.builds(Macro, st.sampled_from(["m", "some_filter"]), st.none() | st.just(("x", '"y z"')))


def founds() -> st.SearchStrategy[Found]:
    """Expressions of `search`."""
    leaf: st.SearchStrategy[Found] = (
        st.builds(Free, TEXTS)
        | st.builds(Compare, NAMES, st.sampled_from(["=", "!=", "<", ">", "<=", ">="]), TEXTS)
        | st.builds(OneOf, NAMES, st.lists(TEXTS | MACROS, min_size=1, max_size=3).map(tuple))
        | st.builds(Directive, st.sampled_from(["term", "case"]), WORDS, st.just("") | NAMES)
        | MACROS
    )
    return st.recursive(
        leaf,
        lambda inner: (
            st.builds(Without, inner)
            | _several(All, inner)
            | _several(AnyOf, inner)
            | st.builds(lambda found: Sub(Pipeline((stages.Search(where=found),))), inner)
        ),
        max_leaves=6,
    )


def _several(kind: type[All] | type[AnyOf], inner: st.SearchStrategy[Found]) -> st.SearchStrategy[Found]:
    parts = st.lists(inner.filter(lambda one: not isinstance(one, kind)), min_size=2, max_size=3)
    return parts.map(lambda found: kind(tuple(found)))


def values() -> st.SearchStrategy[Value]:
    """Expressions of `eval`."""
    leaf: st.SearchStrategy[Value] = (
        st.builds(Number, st.sampled_from(["0", "5", "1.5", "1e3", "007"]))
        | st.builds(Text, TEXTS)
        | st.builds(Field, NAMES)
        | MACROS
    )
    return st.recursive(leaf, _larger, max_leaves=8)


def _larger(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    operators = st.sampled_from(["=", "!=", "<", ">", "<=", ">=", ".", "+", "-", "*", "/", "%"])
    functions = st.sampled_from(["if", "match", "replace", "lower", "null", "like", "in"])
    return (
        st.builds(Unary, st.sampled_from(["NOT", "-", "+"]), inner)
        | st.builds(Binary, operators, inner, inner)
        | st.builds(Call, functions, st.lists(inner, max_size=3).map(tuple))
        | st.sampled_from(["AND", "OR", "XOR"]).flatmap(lambda op: _logic(op, inner))
    )


def _logic(op: str, inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    parts = inner.filter(lambda one: not (isinstance(one, Logic) and one.op == op))
    return st.builds(Logic, st.just(op), st.lists(parts, min_size=2, max_size=3).map(tuple))


_OPTIONS = st.lists(
    st.tuples(st.sampled_from(["span", "limit", "type", "max", "mode"]), WORDS), max_size=2
).map(tuple)
_FIELDS = st.lists(NAMES, min_size=1, max_size=3).map(tuple)
_BY = st.just(()) | _FIELDS
_MEASURES = st.lists(
    st.builds(
        stages.Measure,
        function=st.sampled_from(["count", "dc", "values", "perc95", "perc99.9"]),
        argument=st.none() | NAMES | values().filter(lambda one: not isinstance(one, str)),
        alias=st.just("") | NAMES,
    )
    | MACROS,
    min_size=1,
    max_size=3,
).map(tuple)
_PAIRS = st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=2).map(tuple)


def subs() -> st.SearchStrategy[Sub]:
    """Searches in brackets."""
    first = st.builds(stages.Search, where=founds(), implicit=st.booleans())
    rest = st.lists(st.builds(stages.Where, where=values()), max_size=1)
    return st.builds(lambda one, more: Sub(Pipeline((one, *more))), first, rest)


def later() -> st.SearchStrategy[stages.Stage]:
    """Stages that stand behind the first."""
    return st.one_of(
        st.builds(stages.Search, where=founds()),
        st.builds(stages.Where, where=values()),
        st.builds(stages.Eval, sets=st.lists(st.tuples(NAMES, values()), min_size=1, max_size=2).map(tuple)),
        st.builds(
            stages.Stats,
            name=st.sampled_from(["stats", "eventstats", "streamstats", "chart", "timechart"]),
            measures=_MEASURES,
            by=_BY,
            options=_OPTIONS,
        ),
        st.builds(
            stages.Tstats,
            measures=_MEASURES,
            source=st.sampled_from(["", "datamodel=Web", "datamodel=Endpoint.Processes"]),
            where=st.none() | founds(),
            by=_BY,
            options=_OPTIONS,
        ),
        st.builds(
            stages.Listed,
            name=st.sampled_from(["table", "fields", "mvexpand", "fillnull", "spath", "transaction"]),
            fields=_FIELDS,
            options=_OPTIONS,
        ),
        st.builds(stages.Listed, name=st.just("fields"), fields=_FIELDS, sign=st.sampled_from(["-", "+"])),
        st.builds(
            stages.Listed,
            name=st.sampled_from(["top", "rare"]),
            fields=_FIELDS,
            count=st.sampled_from(["", "5"]),
            by=_BY,
        ),
        st.builds(stages.Listed, name=st.just("dedup"), fields=_FIELDS, options=_OPTIONS, count=st.just("3")),
        st.builds(stages.Rename, pairs=_PAIRS),
        st.builds(
            stages.Sort,
            keys=st.lists(
                st.tuples(st.sampled_from(["", "-", "+"]), NAMES, st.sampled_from(["", "ip", "num"])),
                min_size=1,
                max_size=2,
            ).map(tuple),
            count=st.sampled_from(["", "0", "5"]),
        ),
        st.builds(stages.Rex, pattern=TEXTS, options=_OPTIONS),
        st.builds(stages.Regex, pattern=TEXTS, field=NAMES, negated=st.booleans()),
        st.builds(stages.Bin, field=NAMES, options=_OPTIONS, alias=st.just("") | NAMES),
        st.builds(stages.Lookup, table=NAMES, match=_PAIRS, output=_PAIRS, new=st.booleans()),
        st.builds(stages.InputLookup, table=NAMES, where=st.none() | founds(), options=_OPTIONS),
        st.builds(
            stages.Joined,
            name=st.sampled_from(["join", "append", "foreach", "union"]),
            subs=st.lists(subs(), min_size=1, max_size=2).map(tuple),
            fields=_BY,
            options=_OPTIONS,
        ),
        st.builds(
            stages.Replace,
            pairs=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=2).map(tuple),
            fields=_BY,
        ),
        st.builds(stages.Called, macro=MACROS),
        st.builds(
            stages.Other,
            name=st.sampled_from(["xyseries", "apply", "convert"]),
            parts=st.lists(st.sampled_from(["a", '"b c"', "x=1", "f(y)"]) | subs(), max_size=3).map(tuple),
        ),
    )


def pipelines() -> st.SearchStrategy[Pipeline]:
    """Whole searches."""
    first = st.builds(stages.Search, where=founds(), implicit=st.booleans()) | later()
    rest = st.lists(later(), max_size=2)
    return st.builds(lambda one, more: Pipeline((one, *more)), first, rest)


_COUNTED = Measure(name="count", function=Measured.COUNT)
_ASKED = st.sampled_from(
    [
        _COUNTED,
        Measure(name="n", function=Measured.COUNT),
        Measure(name="have", function=Measured.COUNT, field="a"),
        Measure(name="kinds", function=Measured.DISTINCT, field="b.c"),
        Measure(name="sum of x", function=Measured.SUM, field="x y"),
        Measure(name="p", function=Measured.PERCENTILE, field="a", at=95.0),
        Measure(name="all", function=Measured.VALUES, field="z-1"),
        Measure(name="first", function=Measured.LEAST, field="_time"),
    ]
)
_SPANS = (
    None,
    Span(last_s=86_400.0),
    Span(last_s=90.0),
    Span(start=1_700_000_000.0),
    Span(end=1_700_000_000.5),
    Span(start=1.0, end=2.0),
)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Queries that SPL has words for."""
    where = draw(st.none() | expressions)
    tables = draw(st.sampled_from([(), ("main",), ("a", "b c"), ("Endpoint.Processes",)]))
    steps: list[object] = []
    shape = draw(st.integers(0, 4))
    if shape == 1:
        measures = tuple(draw(st.lists(_ASKED, min_size=1, max_size=3, unique_by=lambda one: one.name)))
        by = draw(st.sampled_from([(), ("a",), ("b.c", "x y")]))
        steps.append(
            Aggregate(measures=measures, by=by, bucket_s=draw(st.sampled_from([None, 60.0, 7_200.0])))
        )
        steps.append(Keep(where=Asked(measures[0].name, Op.GREATER, ("5",))))
    elif shape == 2:
        steps.append(Unique(fields=("a", "x y")))
    elif shape == 3:
        steps.append(Sort(keys=(("a", True), ("x y", False))))
        steps.append(Limit(count=draw(st.integers(1, 99))))
    if draw(st.booleans()):
        steps.append(Columns(fields=("z-1", "a")))
    return Query(tables=tables, where=where, span=draw(st.sampled_from(_SPANS)), steps=tuple(steps))  # type: ignore[arg-type]
