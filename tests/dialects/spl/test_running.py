"""What the commands and functions do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.evaluating import evaluate
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.query import (
    Aggregate,
    Columns,
    Keep,
    Measure,
    Measured,
    Query,
    Sort,
)
from cybersecqwen.dialects.query import Limit as First
from cybersecqwen.dialects.spl import Spl
from cybersecqwen.errors import LimitError, UnsayableError
from tests.amounts import draws

SPL = Spl()
ROWS = [
    {"_time": 0, "user": "a", "n": 1, "ip": "10.0.0.1", "tags": ["x", "y"]},
    {"_time": 60, "user": "b", "n": 10, "ip": "192.168.0.1"},
    {"_time": 120, "user": "a", "n": 2},
    {"_time": 180, "n": 3, "who": {"name": "z"}},
]


def run(
    text: str, rows: list[dict[str, Any]] | None = None, **tables: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    data = {"main": ROWS if rows is None else rows, **tables}
    return [dict(row) for row in SPL.run(SPL.parse(text), data, Running(now=1_000.0)).rows]


def value(expression: str, **fields: Any) -> Any:
    (row,) = run(f"index=main | eval result={expression} | table result", [{"_time": 0, **fields}])
    return row.get("result")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1+2*3", 7),
        ("7/2", 3.5),
        ("7%4", 3),
        ("1/0", None),
        ('"a"."b".5', "ab5"),
        ('"a"+"b"', "ab"),
        ("n+1", 6),
        ("missing+1", None),
        ('if(n>3, "big", "small")', "big"),
        ('if(missing>3, "big", "small")', "small"),
        ('if(NOT missing>3, "big", "small")', "small"),
        ('case(n<3, "a", true(), "b")', "b"),
        ("case(n<3, 1)", None),
        ('coalesce(missing, s, "x")', "Abc"),
        ('if(s="abc", 1, 0)', 0),
        ('if(lower(s)="abc", 1, 0)', 1),
        ('if(m="y", 1, 0)', 1),
        ('if(like(s, "A_c"), 1, 0)', 1),
        ('if(like(s, "a%"), 1, 0)', 0),
        ('if(match(s, "(?i)^a"), 1, 0)', 1),
        ('if(cidrmatch("10.0.0.0/8", ip), 1, 0)', 1),
        ('if(in(s, "x", "Abc"), 1, 0)', 1),
        ('if(searchmatch("s=ABC"), 1, 0)', 1),
        ('replace(s, "(b)(c)", "\\2\\1")', "Acb"),
        ("substr(s, 2, 1)", "b"),
        ("substr(s, -2)", "bc"),
        ("len(s)", 3),
        ("upper(s)", "ABC"),
        ('trim("  x ")', "x"),
        ('rtrim("x--", "-")', "x"),
        ('split("a,b", ",")', ["a", "b"]),
        ("mvcount(m)", 2),
        ("mvindex(m, -1)", "y"),
        ("mvindex(m, 0, 1)", ["x", "y"]),
        ('mvfind(m, "y")', 1),
        ('mvjoin(m, "-")', "x-y"),
        ('mvfilter(match(m, "x"))', "x"),
        ("mvmap(m, upper(m))", ["X", "Y"]),
        ('mvappend(m, "z")', ["x", "y", "z"]),
        ("mvdedup(mvappend(m, m))", ["x", "y"]),
        ('mvzip(m, m, ":")', ["x:x", "y:y"]),
        ("round(2.5)", 3),
        ("round(2.345, 2)", 2.35),
        ("floor(-1.5)", -2),
        ("ceiling(1.2)", 2),
        ("pow(2, 10)", 1024),
        ("sqrt(16)", 4),
        ("abs(-3)", 3),
        ("max(1, n, 3)", 5),
        ("min(4, n)", 4),
        ('tonumber("ff", 16)', 255),
        ("tonumber(s)", None),
        ('tostring(255, "hex")', "0xFF"),
        ('tostring(12345.6, "commas")', "12,345.6"),
        ("now()", 1000),
        ('relative_time(now(), "-10m")', 400),
        ('relative_time(3700, "@h")', 3600),
        ('strftime(0, "%Y-%m-%d %H:%M:%S")', "1970-01-01 00:00:00"),
        ('strptime("1970-01-02", "%Y-%m-%d")', 86400),
        ('nullif(s, "Abc")', None),
        ("if(isnum(n) AND isstr(s) AND isnull(missing), 1, 0)", 1),
        ('md5("a")', "0cc175b9c0f1b6a831c399e269772661"),
        ('urldecode("a%20b")', "a b"),
        ("d.e", "inner"),
        ("'d.e'", "inner"),
        ("s.n", "Abc5"),
    ],
)
def test_functions_of_eval(expression: str, expected: Any) -> None:
    found = value(expression, n=5, s="Abc", m=["x", "y"], ip="10.1.2.3", d={"e": "inner"})
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stats count by user", [{"user": "a", "count": 2}, {"user": "b", "count": 1}]),
        ("stats sum(n) as s, avg(n), dc(user) as d, max(n) as m", [{"s": 16, "avg(n)": 4, "d": 2, "m": 10}]),
        ("stats count(eval(n>2)) as c values(user) as u", [{"c": 2, "u": ["a", "b"]}]),
        ("stats first(n) as f last(n) as l earliest(user) as e", [{"f": 1, "l": 3, "e": "a"}]),
        ("stats latest(user) as t", [{"t": "a"}]),
        ("stats median(n) as m range(n) as r perc50(n) as p", [{"m": 2.5, "r": 9, "p": 3}]),
        ("stats count by tags", [{"tags": "x", "count": 1}, {"tags": "y", "count": 1}]),
        ("search missing=1 | stats count", [{"count": 0}]),
        ("eventstats sum(n) as s by user | table s", [{"s": 3}, {"s": 10}, {"s": 3}, {}]),
        ("streamstats count as c by user | table c", [{"c": 1}, {"c": 1}, {"c": 2}, {}]),
        ("streamstats window=2 sum(n) as s | table s", [{"s": 1}, {"s": 11}, {"s": 12}, {"s": 5}]),
        ("streamstats time_window=60s sum(n) as s | table s", [{"s": 1}, {"s": 11}, {"s": 12}, {"s": 5}]),
        ("streamstats current=f last(n) as p | table p", [{}, {"p": 1}, {"p": 10}, {"p": 2}]),
        ("bin _time span=2m | stats count by _time", [{"_time": 0, "count": 2}, {"_time": 120, "count": 2}]),
        ("sort 0 -n | head 2 | table n", [{"n": 10}, {"n": 3}]),
        ("sort user, -n | head 2 | table n", [{"n": 3}, {"n": 2}]),
        ("dedup user | table n", [{"n": 1}, {"n": 10}]),
        ("dedup user keepempty=t | table n", [{"n": 1}, {"n": 10}, {"n": 3}]),
        ("tail 1 | table n", [{"n": 3}]),
        ("reverse | head 1 | table n", [{"n": 3}]),
        ("rename n as m | where m>2 | table m n", [{"m": 10}, {"m": 3}]),
        ("rename who.* as * | search name=z | table name", []),
        ("search who.name=z | table who.name", [{"who.name": "z"}]),
        ("fields - _time, tags, ip, who | head 1", [{"user": "a", "n": 1}]),
        ("fillnull value=none user | stats count by user | tail 1", [{"user": "none", "count": 1}]),
        ("mvexpand tags | head 2 | table tags", [{"tags": "x"}, {"tags": "y"}]),
        ("nomv tags | head 1 | table tags", [{"tags": "x\ny"}]),
        ('eval t="a;b" | makemv delim=";" t | head 1 | table t', [{"t": ["a", "b"]}]),
        ('rex field=ip "^(?<first>\\d+)\\." | table first', [{"first": "10"}, {"first": "192"}, {}, {}]),
        ('regex ip="^10" | table n', [{"n": 1}]),
        ('regex ip!="^10" | table n', [{"n": 10}]),
        ("where n>2 AND isnotnull(user) | table n", [{"n": 10}]),
        ("where NOT ip=\"10.0.0.1\" | table n", [{"n": 10}]),
        ("search NOT ip=10.0.0.1 | table n", [{"n": 10}, {"n": 2}, {"n": 3}]),
        ("search ip=10.0.0.0/8 | table n", [{"n": 1}]),
        ("top limit=1 user", [{"user": "a", "count": 2, "percent": 200 / 3}]),
        ("rare user | table user", [{"user": "b"}, {"user": "a"}]),
        ('replace "10.*" with "ten *" in ip | head 1 | table ip', [{"ip": "ten 0.0.1"}]),
        ("addtotals fieldname=t n _time | table t", [{"t": 1}, {"t": 70}, {"t": 122}, {"t": 183}]),
        ("lookup people name as user OUTPUT team | table team", [{"team": "red"}, {}, {"team": "red"}, {}]),
        ("join user [search index=other | table user v] | table user v", [{"user": "b", "v": 7}]),
        ("join type=left user [search index=other] | stats count(v) as v count", [{"v": 1, "count": 4}]),
        ("append [search index=other] | stats count", [{"count": 5}]),
        (
            "timechart span=1m count by user",
            [{"_time": 0, "a": 1, "b": 0}, {"_time": 60, "a": 0, "b": 1}, {"_time": 120, "a": 1, "b": 0}],
        ),
        ("search n!=10 | timechart span=1m count | table count", [{"count": n} for n in (1, 0, 1, 1)]),
        ("chart sum(n) over user", [{"user": "a", "sum(n)": 3}, {"user": "b", "sum(n)": 10}]),
        ("chart count by user ip | table user", [{"user": "a"}, {"user": "b"}]),
        (
            "transaction user maxspan=90s | table user duration eventcount",
            [{"user": "a", "duration": 0, "eventcount": 1}] * 1
            + [{"user": "b", "duration": 0, "eventcount": 1}, {"user": "a", "duration": 0, "eventcount": 1}],
        ),
        ("transaction user | search eventcount=2 | table n duration", [{"n": ["1", "2"], "duration": 120}]),
        ("appendpipe [stats sum(n) as n] | tail 1 | table n", [{"n": 16}]),
        ("search [search index=other | fields user] | table n", [{"n": 10}]),
        ("stats count by index", [{"index": "main", "count": 4}]),
        ("`security_content_ctime(_time)` | head 1 | table _time", [{"_time": "1970-01-01T00:00:00"}]),
        ('eval j="{\\"a\\": {\\"b\\": 5}}" | spath input=j | head 1 | table a.b', [{"a.b": 5}]),
    ],
)  # fmt: skip
def test_commands(text: str, expected: list[dict[str, Any]]) -> None:
    found = run(f"index=main | {text}", other=[{"user": "b", "v": 7}], people=[{"name": "A", "team": "red"}])
    assert found == expected


def test_macros_at_the_head_are_tables() -> None:
    assert run("`sysmon` n=1 | table n", sysmon=[{"n": 1}, {"n": 2}]) == [{"n": 1}]


@pytest.mark.parametrize(
    "text",
    [
        "index=main | xyseries a b c",
        "index=main | eval x=unknown(1)",
        "index=main `m`",
        "index=main | `m`",
        "index=main | stats sparkline(count)",
        'index=main | regex user="(?=a)"',
        "index=main | iplocation ip",
        "index=main | eval x=random()",
        "| inputlookup nothing",
        "index=main | eval x=if(1)",
    ],
)
def test_what_cannot_be_run_says_so(text: str) -> None:
    with pytest.raises(UnsayableError) as caught:
        run(text)
    assert caught.value.what


def test_rows_are_bounded() -> None:
    tree = SPL.parse("index=main | mvexpand tags | mvexpand more")
    rows = [{"tags": list("abcdefgh"), "more": list("abcdefgh")}] * 5
    with pytest.raises(LimitError):
        SPL.run(tree, {"main": rows}, Running(most_rows=100))
    with pytest.raises(LimitError):
        SPL.run(SPL.parse("| makeresults count=101"), {}, Running(most_rows=100))


@pytest.mark.parametrize(
    "text",
    [
        "index=main | eval " + ", ".join(["tags=mvappend(tags, tags)"] * 40),
        'index=main | eval a="xxxxxxxx", ' + ", ".join(["a=a.a"] * 40),
        'index=main | eval a="xxxxxxxx", ' + ", ".join([f'a=replace(a, "x", "{"x" * 400}")'] * 10),
        "index=main | eval t=mvrange(0, 5000), u=t | stats count by t, u",
    ],
)
def test_values_are_bounded(text: str) -> None:
    with pytest.raises(LimitError):
        run(text)


def test_a_subsearch_of_many_rows_is_one_look() -> None:
    rows = [{"n": number, "k": f"v{number}"} for number in range(5_000)]
    assert len(run("index=main [search index=other | fields k] | table n", rows, other=rows[::2])) == 2_500


def test_the_index_of_an_event_is_known() -> None:
    two = {"a": [{"n": 1}], "b": [{"n": 2}]}
    found = SPL.run(SPL.parse("(index=a n=1) OR (index=b n=1)"), two, Running()).rows
    assert found == ({"n": 1},)
    assert SPL.run(SPL.parse('n=* | where index="b"'), two, Running()).rows == ({"n": 2},)


_numbers = st.lists(
    st.fixed_dictionaries(
        {"_time": st.integers(0, 500)},
        optional={
            "g": st.sampled_from(["a", "b"]),
            "n": st.integers(-5, 20),
            "h": st.sampled_from(["x", "X"]),
        },
    ),
    max_size=12,
)


@draws(40)
@given(_numbers, st.sampled_from([None, 60.0]))
def test_aggregations_are_those_of_the_middle(rows: list[dict[str, Any]], bucket: float | None) -> None:
    """Over groups that are named: records without the field are a group there, and none here."""
    measures = (
        Measure(name="count", function=Measured.COUNT),
        Measure(name="have", function=Measured.COUNT, field="n"),
        Measure(name="sum", function=Measured.SUM, field="n"),
        Measure(name="mean", function=Measured.MEAN, field="n"),
        Measure(name="least", function=Measured.LEAST, field="n"),
        Measure(name="most", function=Measured.MOST, field="n"),
        Measure(name="mid", function=Measured.MEDIAN, field="n"),
        Measure(name="p", function=Measured.PERCENTILE, field="n", at=95.0),
        Measure(name="all", function=Measured.VALUES, field="g"),
    )
    query = Query(
        tables=("main",),
        where=Asked("g", Op.PRESENT),
        steps=(
            Aggregate(measures=measures, by=("g",), bucket_s=bucket),
            Keep(where=Asked("count", Op.AT_LEAST, ("2",))),
        ),
    )
    running = Running(time_field="_time")
    meant = evaluate(query, {"main": rows}, running)
    found = SPL.run(SPL.write(query), {"main": rows}, running)
    assert found.columns == meant.columns
    assert _shown(found.rows) == _shown(meant.rows)


def _shown(rows: Any) -> list[str]:
    return sorted(
        str(sorted((key, value) for key, value in row.items() if value is not None))
        for row in [
            {key: float(value) if isinstance(value, int) else value for key, value in one.items()}
            for one in rows
        ]
    )


@draws(30)
@given(_numbers)
def test_orders_are_those_of_the_middle(rows: list[dict[str, Any]]) -> None:
    query = Query(
        tables=("main",),
        steps=(Sort(keys=(("n", True), ("g", False))), First(count=4), Columns(fields=("g", "n"))),
    )
    meant = evaluate(query, {"main": rows}, Running())
    found = SPL.run(SPL.write(query), {"main": rows}, Running())
    assert found.ordered and [row.get("n") for row in found.rows] == [row.get("n") for row in meant.rows]


def test_half_a_pair_of_surrogates_is_found_as_what_stands_for_it() -> None:
    rows = [{"a": "x\ufffdy"}, {"a": "xy"}]
    found = SPL.run(SPL.parse('search index=main | rex field=a "(?<got>\ud800y)"'), {"main": rows}, Running())
    assert [row.get("got") for row in found.rows] == ["\ufffdy", None]
