"""Running: what operators and functions give, against the documentation, the middle and duckdb_kql."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import Expression, Op
from cybersecqwen.detect.sigma.model import Test as Ask
from cybersecqwen.dialects.evaluating import evaluate, holds
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.interface import Rows, Running
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.dialects.query import Aggregate, Measure, Measured, Query, Sequence, Span, Stage
from cybersecqwen.errors import CsqError, LimitError, QuerySyntaxError, UnsayableError
from tests.amounts import draws, part
from tests.published import sentinel

from .drawn import queries
from .test_meaning import expressions

KQL = Kql()
NOW = Running().now


def run(text: str, **tables: list[dict[str, Any]]) -> Rows:
    return KQL.run(KQL.parse(text), tables, Running())


def rows(text: str, **tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [dict(row) for row in run(text, **tables).rows]


def value(text: str) -> Any:
    (row,) = rows(f"print x = {text}")
    return row["x"]


T = [
    {"id": 1, "user": "ann", "cmd": "powershell.exe -enc QQ==", "n": 5, "TimeGenerated": NOW - 60},
    {"id": 2, "user": "Ann", "cmd": "cmd.exe /c whoami", "n": 7, "TimeGenerated": NOW - 7200},
    {"id": 3, "user": "bob", "cmd": "PowerShell", "n": 1, "TimeGenerated": NOW - 90000},
    {"id": 4, "user": "", "n": None, "TimeGenerated": NOW - 30, "list": ["a", "b"], "bag": {"k": 1}},
]
U = [{"user": "ann", "team": "red"}, {"user": "bob", "team": "blue"}, {"user": "bob", "team": "green"}]


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ('user == "ann"', [1]),
        ('user =~ "ann"', [1, 2]),
        ('user != "ann"', [2, 3, 4]),
        ('cmd has "powershell"', [1, 3]),
        ('cmd has "shell"', []),
        ('cmd contains "shell"', [1, 3]),
        ('cmd contains_cs "Shell"', [3]),
        ('cmd hasprefix "power"', [1, 3]),
        ('cmd hassuffix "shell"', [1, 3]),
        ('cmd has "-enc"', [1]),
        ('cmd startswith "power"', [1, 3]),
        ('cmd !endswith "whoami"', [1, 3, 4]),
        ('cmd has_any ("whoami", "enc")', [1, 2]),
        ('cmd has_all ("powershell", "enc")', [1]),
        ('cmd matches regex "^[a-z]+\\\\.exe"', [1, 2]),
        ('user in ("ann", "bob")', [1, 3]),
        ('user in~ ("ANN")', [1, 2]),
        ('user !in~ ("ann", "bob")', [4]),
        ("user in (U | project user)", [1, 3]),
        ("n > 4", [1, 2]),
        ("not(n > 4)", [3]),
        ("n != 5", [2, 3, 4]),
        ("n between (1 .. 5)", [1, 3]),
        ("n !between (1 .. 5)", [2]),
        ("isempty(cmd)", [4]),
        ("isnotempty(user)", [1, 2, 3]),
        ("TimeGenerated > ago(1h)", [1, 4]),
        ("TimeGenerated between (ago(3h) .. now())", [1, 2, 4]),
        ("TimeGenerated < datetime(2023-11-14)", [3]),
        ("n > 4 or isempty(user)", [1, 2, 4]),
        ('* has "whoami"', [2]),
        ("bag.k == 1", [4]),
        ('list[1] == "b"', [4]),
        ("user = 'nobody'", []),
    ],
)
def test_conditions(condition: str, ids: list[int]) -> None:
    assert [row["id"] for row in rows(f"T | where {condition}", T=T, U=U)] == ids


def test_the_time_of_a_record_has_two_names() -> None:
    records = [{"id": 1, "Timestamp": NOW - 60}, {"id": 2, "Timestamp": NOW - 7200}]
    tree = KQL.parse("T | where TimeGenerated > ago(1h) | project id")
    assert KQL.run(tree, {"T": records}, Running(time_field="Timestamp")).rows == ({"id": 1},)
    assert KQL.run(tree, {"T": records}, Running(time_field="other")).rows == ()


def test_where_gives_the_records_themselves() -> None:
    found = run("T | where id == 1 | where n == 5", T=T)
    assert found.rows[0] is T[0]
    assert found.columns == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T | summarize count() by tolower(user)", [("ann", 2), ("bob", 1), ("", 1)]),
        ("T | summarize s=sum(n), a=avg(n)", [(13, 13 / 3)]),
        ("T | summarize min(n), max(n), dcount(user)", [(1, 7, 4)]),
        ("T | summarize countif(n > 4), sumif(n, n > 4)", [(2, 12)]),
        ("T | summarize arg_max(n, id, user)", [(7, 2, "Ann")]),
        ("T | summarize arg_min(n, *) | project id", [(3,)]),
        ("T | summarize make_set(user), make_list_if(id, n > 4)", [(["ann", "Ann", "bob", ""], [1, 2])]),
        ("T | summarize percentile(n, 50), percentiles(n, 25, 75)", [(5, 1, 7)]),
        ("T | summarize x = count() * 2 + max(n)", [(15,)]),
        ("T | where id > 9 | summarize count()", [(0,)]),
        ("T | where id > 9 | summarize count() by user", []),
        ("T | summarize count() by bin(TimeGenerated, 1d) | project count_", [(3,), (1,)]),
        ("T | count", [(4,)]),
        ("T | distinct tolower(user)", [("ann",), ("bob",), ("",)]),
        ("T | project id, n | sort by n", [(2, 7), (1, 5), (3, 1), (4, None)]),
        ("T | project id, n | sort by n asc", [(4, None), (3, 1), (1, 5), (2, 7)]),
        ("T | top 2 by n asc nulls last | project id", [(3,), (1,)]),
        ("T | take 1 | project id", [(1,)]),
        ("T | where id == 4 | mv-expand list | project list", [("a",), ("b",)]),
        (
            "T | where id == 4 | mv-expand x = list to typeof(string), y = dynamic([1]) | project x, y",
            [("a", 1), ("b", None)],
        ),
        ("T | where id == 4 | mv-expand with_itemindex=i list | project i", [(0,), (1,)]),
        ("T | where id == 4 | mv-expand bag | project bag", [({"k": 1},)]),
        ("print l = dynamic([]) | mv-expand l | count", [(0,)]),
        ("T | where id == 4 | mv-apply l = list on (where l == 'b' | project l) | project id, l", [(4, "b")]),
        ("T | join kind=inner U on user | project id, team", [(1, "red"), (3, "blue"), (3, "green")]),
        ("T | join kind=leftanti U on user | project id", [(2,), (4,)]),
        ("T | join kind=leftsemi (U | where team == 'red') on user | project id", [(1,)]),
        (
            "T | join kind=leftouter U on $left.user == $right.user | where isempty(team) | project id",
            [(2,), (4,)],
        ),
        ("T | join U on user | project user1, team", [("ann", "red"), ("bob", "blue"), ("bob", "green")]),
        ("T | lookup kind=inner U on user | project id, team", [(1, "red"), (3, "blue"), (3, "green")]),
        (
            "T | join kind=rightanti (U"
            " | extend user = strcat(user, iff(team == 'red', 'x', ''))) on user | project team",
            [("red",)],
        ),
        ("union withsource=S T, U | summarize count() by S", [("T", 4), ("U", 3)]),
        ("U | union (T | project user) | count", [(7,)]),
        (
            "T | where id == 1 | parse cmd with program ' -' flag:string ' ' rest"
            " | project program, flag, rest",
            [("powershell.exe", "enc", "QQ==")],
        ),
        (
            "print s = 'a=1;b=2'"
            " | parse-kv s as (a: long, b: string) with (pair_delimiter=';') | project a, b",
            [(1, "2")],
        ),
        ("print s = 'x12y' | parse kind=regex s with * 'x' d:long 'y' | project d", [(12,)]),
        ("T | parse-where cmd with p '.exe ' * | project p", [("powershell",), ("cmd",)]),
        ("range x from 1 to 5 step 2", [(1,), (3,), (5,)]),
        ("datatable(a: string, b: long)['x', 1, 'y', 2] | where b > 1", [("y", 2)]),
        ("let f = (x: long) { x * 2 }; print a = f(4)", [(8,)]),
        ("let f = (t: (*), m: long) { t | where id > m | count }; f(T, 2)", [(2,)]),
        ("let f = (t: (*)) { t | count }; T | invoke f()", [(4,)]),
        ("let w = toscalar(T | summarize max(n)); T | where n == w | project id", [(2,)]),
        ("let l = dynamic(['ann', 'bob']); T | where user in (l) | project id", [(1,), (3,)]),
        ("let c = materialize(T | where n > 1); c | join kind=inner c on id | count", [(2,)]),
        ("search in (T) 'whoami' | project id", [(2,)]),
        ("T | project-away cmd, list, bag, n, Time* | where id == 1", [(1, "ann")]),
        ("T | project-rename who = user | project-keep who, id | where id == 3", [(3, "bob")]),
        ("T | where id == 4 | project id, bag | evaluate bag_unpack(bag)", [(4, 1)]),
        ("T | where id == 4 | project id, bag | evaluate bag_unpack(bag, 'b_') | project b_k", [(1,)]),
        ("T | where id < 4 | project user, n | evaluate pivot(user, sum(n))", [(5, 7, 1)]),
        ("U | evaluate pivot(team, count(), user)", [("ann", 1, 0, 0), ("bob", 0, 1, 1)]),
        ("T | make-series c = count() on id from 1 to 5 step 2 | project c, id", [([2, 2], [1, 3])]),
        (
            "T | where id < 4 | make-series s = sum(n) default=9 on id in range(0, 4, 2) | project s",
            [([5, 8],)],
        ),
        ("T | as X | where id == 1 | union (X | where id == 2) | project id", [(1,), (2,)]),
    ],
)
def test_operators(text: str, expected: list[tuple[Any, ...]]) -> None:
    assert [tuple(row.values()) for row in rows(text, T=T, U=U)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("7 / 2", 3),
        ("7.0 / 2", 3.5),
        ("-7 / 2", -3),
        ("1 / 0", None),
        ("7 % 4", 3),
        ("strcat('a', 1, true)", "a1true"),
        ("toupper('aé')", "AÉ"),
        ("strlen('aé')", 2),
        ("split('a,b,c', ',')[1]", "b"),
        ("split('a\\\\b', '\\\\')[-1]", "b"),
        ("substring('abcdef', 2, 3)", "cde"),
        ("extract('x=([0-9]+)', 1, 'ax=12')", "12"),
        ("extract('(z)', 1, 'a')", ""),
        ("extract('([0-9]+)', 1, 'a12', typeof(long))", 12),
        ("extract_all('([a-z])([0-9])', 'a1b2')", [["a", "1"], ["b", "2"]]),
        ("extract_all('([0-9]+)', '1 22')", ["1", "22"]),
        ("replace_string('aXbX', 'X', '-')", "a-b-"),
        ("replace_regex('a1b2', '([0-9])', '<\\\\1>')", "a<1>b<2>"),
        ("replace('b+', 'x', 'abba')", "axa"),
        ("trim('[ ]+', '  a b ')", "a b"),
        ("indexof('abc', 'c')", 2),
        ("countof('aXaXa', 'X')", 2),
        ("base64_decode_tostring('aGk=')", "hi"),
        ("base64_encode_tostring('hi')", "aGk="),
        ("url_decode('a%20b')", "a b"),
        ("tostring(parse_url('https://h.example:8/p?q=1#f').Host)", "h.example"),
        ("parse_url('https://h.example/p?q=1')['Query Parameters'].q", "1"),
        ('parse_json(\'{"a": [1, {"b": 2}]}\').a[1].b', 2),
        ("tostring(dynamic({'a': 1}))", '{"a":1}'),
        ("parse_xml('<a x=\"1\"><b>t</b><b>u</b></a>').a", {"@x": "1", "b": ["t", "u"]}),
        ("parse_xml('<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>')", None),
        ("iff(1 > 2, 'y', 'n')", "n"),
        ("case(false, 1, true, 2, 3)", 2),
        ("coalesce('', 'a')", "a"),
        ("array_length(dynamic([1, 2]))", 2),
        ("set_difference(dynamic([1, 2, 2]), dynamic([1]))", [2]),
        ("set_union(dynamic([1]), dynamic([2, 1]))", [1, 2]),
        ("set_has_element(dynamic(['a']), 'a')", True),
        ("array_slice(dynamic([1, 2, 3]), 1, 2)", [2, 3]),
        ("strcat_array(dynamic(['a', 'b']), '-')", "a-b"),
        ("bag_keys(dynamic({'a': 1, 'b': 2}))", ["a", "b"]),
        ("pack('a', 1)", {"a": 1}),
        ("bag_merge(dynamic({'a': 1}), dynamic({'a': 2, 'b': 3}))", {"a": 1, "b": 3}),
        ("bin(17, 5)", 15),
        ("bin(1.7, 0.5)", 1.5),
        ("tostring(bin(90m, 1h))", "01:00:00"),
        ("tostring(1d + 2h)", "1.02:00:00"),
        ("tostring(datetime(2024-01-02))", "2024-01-02T00:00:00.0000000Z"),
        ("datetime_diff('day', datetime(2024-01-03), datetime(2024-01-01 23:00))", 2),
        ("datetime_diff('month', datetime(2024-03-01), datetime(2024-01-31))", 2),
        ("tostring(startofweek(datetime(2024-01-03)))", "2023-12-31T00:00:00.0000000Z"),
        ("tostring(endofmonth(datetime(2024-02-03)))", "2024-02-29T23:59:59.9999990Z"),
        ("tostring(datetime_add('month', 1, datetime(2024-01-31)))", "2024-02-29T00:00:00.0000000Z"),
        ("hourofday(datetime(2024-01-01 13:00))", 13),
        ("dayofweek(datetime(2024-01-01)) / 1d", 1.0),
        ("format_datetime(datetime(2024-01-02 03:04), 'yyyy-MM-dd HH:mm')", "2024-01-02 03:04"),
        ("(datetime(2024-01-02) - datetime(2024-01-01)) / 1h", 24.0),
        ("datetime(2024-01-02) > datetime(2024-01-01)", True),
        ("ipv4_is_private('192.168.1.1')", True),
        ("ipv4_is_private('x')", None),
        ("ipv4_is_in_range('10.1.2.3', '10.0.0.0/8')", True),
        ("ipv4_is_in_any_range('10.1.2.3', dynamic(['11.0.0.0/8', '10.1.0.0/16']))", True),
        ("ipv6_is_in_range('fe80::1', 'fe80::/10')", True),
        ("ipv4_is_match('10.1.2.3', '10.1.2.0/24')", True),
        ("toint('12')", 12),
        ("toint('x')", None),
        ("todouble('1.5')", 1.5),
        ("tobool('true')", True),
        ("toint(1.9)", 1),
        ("hash_sha256('a')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("'a' == 'A'", False),
        ("'a' =~ 'A'", True),
        ("not(bool(null))", None),
        ("bool(null) and false", False),
        ("bool(null) or true", True),
        ("isnull(int(null))", True),
        ("round(1.256, 2)", 1.26),
        ("max_of(1, 3, 2)", 3),
        ("column_ifexists('nothing', 'd')", "d"),
        ("range(1, 5, 2)", [1, 3, 5]),
        ("binary_and(6, 3)", 2),
        ("jaccard_index(dynamic([1, 2]), dynamic([2, 3]))", 1 / 3),
        ("parse_path('C:\\\\a\\\\b.exe').Filename", "b.exe"),
    ],
)
def test_functions(text: str, expected: Any) -> None:
    found = value(text)
    if isinstance(expected, float):
        assert math.isclose(found, expected)
    else:
        assert found == expected
        assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("T | evaluate basket()", "the plugin basket"),
        ("T | make-series count() on TimeGenerated", "the operator make-series without a step"),
        (
            "T | make-series count() on n from 0 to 9999999 step 1",
            "the operator make-series over so many bins",
        ),
        ("T | extend a = geo_info_from_ip_address(b)", "the function geo_info_from_ip_address"),
        ('externaldata(a: string)["https://x.example"]', "the operator externaldata"),
        ('cluster("a").database("b").T', "a query over another cluster, database or workspace"),
        (".drop table T", "a control command"),
        ("T | invoke FileProfile(SHA1)", "the function FileProfile over a table"),
        ("T | scan declare (a: long) with (step s: true;)", "the operator scan"),
        ("print x = tolower()", "the function tolower with 0 arguments"),
        ("T | where a matches regex '(?=x)'", "this regular expression"),
        ("declare query_parameters(a: string); T", "the statement declare"),
    ],
)
def test_what_is_not_run_is_named(text: str, what: str) -> None:
    with pytest.raises(UnsayableError) as found:
        rows(text, T=T)
    assert found.value.what == what


@pytest.mark.parametrize(
    "text",
    [
        "range x from 1 to 100000000 step 1",
        "range x from 1 to 2000 step 1 | extend k = 1"
        " | join kind=inner (range y from 1 to 2000 step 1 | extend k = 1) on k",
        "let a = range x from 1 to 1000 step 1 | extend k = 1; let b = a"
        " | join kind=inner a on k; b | join kind=inner b on k",
        "print l = range(1, 2000) | mv-expand l | extend m = range(1, 2000) | mv-expand m",
    ],
)
def test_too_many_rows_are_refused(text: str) -> None:
    with pytest.raises(LimitError):
        KQL.run(KQL.parse(text), {}, Running(most_rows=100_000))


VALUES = st.sampled_from(
    (
        "cmd.exe",
        "CMD.EXE",
        "5",
        5,
        -1,
        7.5,
        "",
        None,
        True,
        "ab",
        "a\\*",
        "10.0.0.1",
        "fe80::1",
        "x y",
        "2024-05-06T07:08:09Z",
        "new\nline",
        "é",
        "É",
        "axb",
        "abc",
    )
)
RECORDS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("CommandLine", "EventID", "FileSize", "cs-uri", "has", "AdditionalFields", "Other", "IsDeleted"),
        VALUES,
    ),
)


def _of_its_type(record: dict[str, Any]) -> bool:
    """Columns that the schemas call numbers and truth values hold these."""
    numbers = all(isinstance(record.get(name), int | float | None) for name in ("EventID", "FileSize"))
    plain = not any(value is True for name, value in record.items() if name != "IsDeleted")
    return plain and numbers and isinstance(record.get("IsDeleted"), bool | None)


def _comparable(e: Expression, record: dict[str, Any]) -> bool:
    """Without what the two decide otherwise: the empty text, and small numbers as moments."""
    if isinstance(e, Ask):
        if e.part and any(isinstance(value, int | float) for value in record.values()):
            return False
        return not any(value == "" for value in record.values())
    parts = (e.inner,) if hasattr(e, "inner") else e.parts
    return all(_comparable(part, record) for part in parts)


@settings(draws(50), suppress_health_check=[HealthCheck.filter_too_much])
@given(expressions, RECORDS)
def test_what_is_written_holds_for_the_same_records(where: Expression, record: dict[str, Any]) -> None:
    """The middle's own evaluation is the judge."""
    assume(_of_its_type(record) and _comparable(where, record))
    tree = KQL.write(Query(tables=("T",), where=where))
    found = KQL.run(tree, {"T": [record]}, Running(types={"Other": ""}))
    assert bool(found.rows) == holds(where, record), KQL.render(tree)


@draws(30)
@given(queries)
def test_any_query_runs_or_is_refused(tree: Any) -> None:
    try:
        KQL.run(tree, {"Table": T, "a": T, "b": U}, Running(most_rows=10_000))
    except CsqError:
        return


STAGES = (
    Stage(where=Ask("n", Op.EQUALS, ("1",))),
    Stage(where=Ask("n", Op.EQUALS, ("2",))),
    Stage(where=Ask("n", Op.EQUALS, ("3",))),
)
MOMENTS = st.fixed_dictionaries(
    {
        "n": st.sampled_from(("1", "2", "3")),
        "user": st.sampled_from(("a", "b", "")),
        "TimeGenerated": st.integers(0, 40).map(lambda seconds: NOW - seconds),
    }
)


@draws(50)
@given(st.lists(MOMENTS, max_size=10), st.sampled_from((None, 5.0, 20.0)), st.integers(2, 3), st.booleans())
def test_sequences_are_found_for_the_same_groups(
    records: list[dict[str, Any]], within: float | None, count: int, ordered: bool
) -> None:
    step = Sequence(stages=STAGES[:count], by=("user",), within_s=within, ordered=ordered)
    query = Query(tables=("T",), steps=(step,))
    if not ordered and count > 2:
        with pytest.raises(UnsayableError):
            KQL.write(query)
        return
    tree = KQL.write(query)
    again = KQL.parse(KQL.render(tree))
    assert again == tree
    assert KQL.read(again) == query
    running = Running(time_field="TimeGenerated")
    wanted = {row["user"] for row in evaluate(query, {"T": records}, running).rows}
    assert {row["user"] for row in KQL.run(tree, {"T": records}, running).rows} == wanted


def test_sequences_with_more_around_them_are_read_back() -> None:
    stages = (
        Stage(where=STAGES[0].where, tables=("T",)),
        Stage(where=STAGES[1].where, tables=("DeviceEvents",)),
    )
    step = Sequence(stages=stages, by=("user", "host"), within_s=60)
    query = Query(
        span=Span(start=0, end=86400),
        steps=(step, Aggregate(measures=(Measure(name="n", function=Measured.COUNT),))),
    )
    text = KQL.render(KQL.write(query))
    assert KQL.read(KQL.parse(text)) == query
    with pytest.raises(UnsayableError):
        KQL.read(KQL.parse(text.replace("At < Next", "At <= Next")))


def test_a_sequence_as_text() -> None:
    step = Sequence(stages=STAGES[:2], by=("user",), within_s=300)
    text = KQL.render(KQL.write(Query(tables=("T",), span=Span(last_s=3600), steps=(step,))))
    assert text == (
        "T\n"
        "| where TimeGenerated > ago(1h)\n"
        '| where n == "1"\n'
        "| where isnotempty(user)\n"
        "| project user, At = TimeGenerated, Start = TimeGenerated\n"
        "| join kind=inner (\n"
        "    T\n"
        "    | where TimeGenerated > ago(1h)\n"
        '    | where n == "2"\n'
        "    | where isnotempty(user)\n"
        "    | project user, Next = TimeGenerated\n"
        ") on user\n"
        "| where At < Next and Next - Start <= 5m\n"
        "| project user, At = Next, Start\n"
        "| summarize Start = max(Start) by user, At"
    )


@pytest.mark.parametrize(
    "text",
    [
        "print x = 1" + " | extend x = pack('a', x, 'b', x)" * 40 + " | project s = tostring(x)",
        "print x = 1, y = 1"
        + " | extend x = pack_array(x, x), y = pack_array(y, y)" * 40
        + " | where x == y",
        ";".join(
            f"let f{at} = (x: long) {{ f{at - 1}(x) + f{at - 1}(x) }}" if at else "let f0 = (x: long) { x }"
            for at in range(40)
        )
        + "; print f39(1)",
    ],
    ids=["values that hold themselves twice", "two of them compared", "functions that call twice"],
)
def test_what_doubles_is_refused_in_time(text: str) -> None:
    tree = KQL.parse(text)
    assert KQL.names(tree).fields == ()
    assert KQL.cost(tree, Context()) >= 0
    with pytest.raises(LimitError):
        KQL.run(tree, {}, Running())


def test_texts_and_lists_that_double_are_cut() -> None:
    (row,) = rows(
        "print x = 'abc', l = dynamic([1])" + " | extend x = strcat(x, x), l = array_concat(l, l)" * 40
    )
    assert len(row["x"]) == len(row["l"]) == 100_000


@pytest.mark.data
def test_published_queries_run_or_are_refused_by_name(data_dir: Path) -> None:
    ran, refused = 0, Counter[str]()
    texts = part(sentinel(data_dir), 3)
    for _, text in texts:
        try:
            tree = KQL.parse(text)
        except QuerySyntaxError:
            continue
        names = KQL.names(tree)
        columns = {one.text for one in names.fields}
        records = [
            dict.fromkeys(columns, value) | {"TimeGenerated": NOW - 60} for value in ("a.b c", 5, None)
        ]
        try:
            KQL.run(tree, {"": records}, Running())
            ran += 1
        except UnsayableError as error:
            refused[error.what] += 1
    assert ran > len(texts) * 0.9
    assert sum(refused.values()) < len(texts) * 0.1, refused
