"""Parsing and rendering: each undoes the other, and nothing but a QueryError comes of any text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects import DIALECTS
from cybersecqwen.dialects.improving import improve
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.dialects.kql import steps as s
from cybersecqwen.dialects.kql import tree as t
from cybersecqwen.errors import CsqError, LimitError, QuerySyntaxError
from tests.amounts import draws, part
from tests.published import sentinel

from .drawn import queries, statements, values

KQL = Kql()


def body(text: str) -> t.Pipeline:
    found = KQL.parse(text).body
    assert isinstance(found, t.Pipeline)
    return found


def predicate(text: str) -> object:
    (step,) = body(f"T | where {text}").steps
    assert isinstance(step, s.Where)
    return step.predicate


def test_registry_has_it() -> None:
    assert DIALECTS.get("kql") is Kql


@draws(40)
@given(values)
def test_value_is_parsed_again(tree: object) -> None:
    query = t.KqlQuery((), t.Pipeline(t.Name("T"), (s.Where(predicate=tree),)))  # type: ignore[arg-type]
    assert KQL.parse(KQL.render(query)) == query


@draws(40)
@given(queries)
def test_query_is_parsed_again(tree: t.KqlQuery) -> None:
    assert KQL.parse(KQL.render(tree)) == tree


@draws(30)
@given(statements)
def test_statement_is_parsed_again(one: t.Let) -> None:
    tree = t.KqlQuery((one,), t.Name("T"))
    assert KQL.parse(KQL.render(tree)) == tree


WORDS = re.findall(
    r"\S+",
    'T | where a == ( ) [ ] { } let = ; and - * summarize by , join on 1d .. between in dynamic union \' "x" '
    "mv-expand // datetime(2024) . ! project-away externaldata : with to typeof parse has",
)


@draws(120)
@given(st.lists(st.sampled_from([*WORDS, "\n"]), max_size=30).map(" ".join) | st.text(max_size=60))
def test_any_text_is_a_tree_or_an_error(text: str) -> None:
    try:
        tree = KQL.parse(text)
    except CsqError:
        return
    assert KQL.parse(KQL.render(tree)) == tree


@pytest.mark.parametrize(
    "text",
    ["(" * 5000, "T | where " + "not(" * 3000, "T | where a" + "+1" * 5000, "T | where " + "-" * 5000 + "1",
     "T | where a" + ".b" * 5000, "print dynamic(" + "[" * 5000, "x" * 1_000_001, "T|where a in (" * 2000,
     "let f = () {" * 1000, "(T | join " * 1000],
)  # fmt: skip
def test_what_is_too_large_or_deep_is_refused(text: str) -> None:
    with pytest.raises((LimitError, QuerySyntaxError)):
        KQL.parse(text)


def test_what_is_as_deep_as_can_be_goes_through_everything() -> None:
    for text in (
        "T | where " + "tolower(" * 79 + "a" + ")" * 79 + " == 'x'",
        "T | extend x = " + "iff(a, b, " * 78 + "c" + ")" * 78,
        "T | where a" + "+ 1" * 99 + " > 1",
        "T | where " + "not(" * 79 + "a == 1" + ")" * 79,
        "T | where a" + "[0]" * 99 + " == 1",
        "T" + " | where a in (T" * 40 + ")" * 40,
    ):
        tree = KQL.parse(text)
        assert KQL.parse(KQL.render(tree)) == tree
        assert KQL.names(tree).tables
        assert KQL.run(tree, {"T": [{"a": 1}]}, Running()).rows is not None
        assert improve(KQL, text, proof_events=0).before == text


def test_operators_bind_as_the_grammar_says() -> None:
    assert predicate('a == 1 or b == 2 and c has "x"') == t.Logic(
        "or",
        (
            t.Binary("==", t.Name("a"), t.Number("1")),
            t.Logic(
                "and",
                (t.Binary("==", t.Name("b"), t.Number("2")), t.Binary("has", t.Name("c"), t.Text("x"))),
            ),
        ),
    )
    assert predicate("a + b * -c > 1 == true") == t.Binary(
        "==",
        t.Binary(
            ">",
            t.Binary("+", t.Name("a"), t.Binary("*", t.Name("b"), t.Sign("-", t.Name("c")))),
            t.Number("1"),
        ),
        t.Truth(True),
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"a\\b\"c\u0041\n"', 'a\\b"cA\n'),
        (r"'it\'s'", "it's"),
        (r'@"C:\x""y"', 'C:\\x"y'),
        (r"@'C:\x''y'", "C:\\x'y"),
        ("```two\nlines \\```", "two\nlines \\"),
        (r'h@"secret\"', "secret\\"),
        ('"one" "two"', "onetwo"),
    ],
)
def test_texts_in_all_quotes(text: str, value: str) -> None:
    assert predicate(f"a == {text}") == t.Binary("==", t.Name("a"), t.Text(value))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1d", t.Duration("1d")),
        ("time(1.02:03:04)", t.Typed("timespan", "1.02:03:04")),
        ("datetime('2024-01-02 03:04')", t.Typed("datetime", "2024-01-02 03:04")),
        ("['a b']", t.Name("a b")),
        ("x['a b']", t.Index(t.Name("x"), t.Text("a b"))),
        ("x.[0]", t.Index(t.Name("x"), t.Number("0"))),
        ('dynamic({"a": [1, null]})', t.Dynamic(t.Bag((("a", t.Array((t.Number("1"), t.Null()))),)))),
    ],
)
def test_literals_and_names(text: str, tree: object) -> None:
    assert predicate(f"a == {text}") == t.Binary("==", t.Name("a"), tree)  # type: ignore[arg-type]


def test_in_takes_a_query() -> None:
    found = predicate("a in~ ((U | project b))")
    assert isinstance(found, t.Among)
    assert found.items == (t.Pipeline(t.Name("U"), (s.Project(word="project", items=(t.Name("b"),)),)),)


def test_layout() -> None:
    text = (
        "let f=(x:string, T:(*)){T | where a has x};\n"
        "// what runs\n"
        "T | filter a=~'x' // why\n| extend b=tolower(a),c=1 "
        "| summarize n=count(), dcount(b) by bin(TimeGenerated, 1h)"
        "| join kind=inner (U|where x in ('a','b')) on $left.a==$right.b "
        "| order by n desc nulls last, c | limit 5"
    )
    assert KQL.render(KQL.parse(text)) == (
        "let f = (x: string, T: (*)) {\n"
        "    T\n"
        "    | where a has x\n"
        "};\n"
        "// what runs\n"
        "T\n"
        '| where a =~ "x"\n'
        "// why\n"
        "| extend b = tolower(a), c = 1\n"
        "| summarize n = count(), dcount(b) by bin(TimeGenerated, 1h)\n"
        "| join kind=inner (\n"
        "    U\n"
        '    | where x in ("a", "b")\n'
        ") on $left.a == $right.b\n"
        "| sort by n desc nulls last, c\n"
        "| limit 5"
    )


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("T\n| where2 a == 1", 2, 3),
        ("T | where a == ", 1, 16),
        ("T | where (a == 1", 1, 18),
        ('T | where a == "x', 1, 16),
        ("T | take 5\n\nU | take 6", 3, 1),
        ("let x = 1\nT", 2, 1),
        ("T | where a === 1", 1, 15),
        ("T ^ 1", 1, 3),
    ],
)
def test_errors_say_where(text: str, line: int, column: int) -> None:
    with pytest.raises(QuerySyntaxError) as found:
        KQL.parse(text)
    assert (found.value.line, found.value.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (".drop table T", [".drop table T"]),
        (".set-or-append T <| U", [".set-or-append T <|"]),
        ("\n .show tables", [".show tables"]),
        ("// why\n\n// more\n.delete table T records <| T", [".delete table T"]),
        ('externaldata(a:string)["https://x.example/y"]', ["externaldata"]),
        (
            'let f = () { externaldata(a:string)[@"https://x.example/y"] with (format="csv") }; f()',
            ["externaldata"],
        ),
        ('T | evaluate python(typeof(*), "x=1")', ["evaluate python"]),
        ("T | where a == 1 | evaluate bag_unpack(b)", []),
        ('evaluate http_request("https://x.example")', None),
        ('T | evaluate http_request("https://x.example")', ["evaluate http_request"]),
        ("T | fork (evaluate r(typeof(*), 'x')) (count)", ["evaluate r"]),
        ('cluster("a").database("b").T | take 1', []),
    ],
)
def test_effects(text: str, commands: list[str] | None) -> None:
    if commands is None:
        with pytest.raises(QuerySyntaxError):
            KQL.parse(text)
        return
    assert [one.command for one in KQL.effects(KQL.parse(text))] == commands


def test_other_clusters_are_named() -> None:
    from cybersecqwen.dialects.kql.effects import elsewhere

    found = elsewhere(KQL.parse('union T, cluster("a").database("b").T, workspace("w").T'))
    assert found == ('cluster("a").database("b")', 'cluster("a")', 'workspace("w")')


BROKEN = re.compile(r"^Line \d+, column \d+: ")


@pytest.mark.data
def test_published_queries_parse_and_are_parsed_again(data_dir: Path) -> None:
    """All of one set but three, which are broken: a bar follows a semicolon."""
    texts = sentinel(data_dir)
    assert len(texts) > 400
    broken, parsed = [], []
    for name, text in texts:
        try:
            parsed.append((name, KQL.parse(text)))
        except QuerySyntaxError as error:
            assert BROKEN.match(str(error))
            broken.append(Path(name).name)
    for name, tree in part(parsed, 3):
        assert KQL.parse(KQL.render(tree)) == tree, name
    assert json.dumps(sorted(broken)) == json.dumps(
        [
            "BoxAdminIpAddress.yaml",
            "OracleDBAuditUsersNewPrivilegesAdded.yaml",
            "OracleDBAuditUsersPrivilegesReview.yaml",
        ]
    )
