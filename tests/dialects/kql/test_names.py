"""Names that a query takes from the schema, and comparisons that events are made around."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects.interface import Atom
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.dialects.kql import tree as t

from .drawn import queries

KQL = Kql()


def fields(text: str) -> list[str]:
    return list(dict.fromkeys(f"{one.table}.{one.text}" for one in KQL.names(KQL.parse(text)).fields))


def tables(text: str) -> list[str]:
    return [one.text for one in KQL.names(KQL.parse(text)).tables]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T | where a == 1 and b has 'x'", ["T.a", "T.b"]),
        ("T | extend x = a | where x == 1", ["T.a"]),
        ("T | extend x = a, y = x", ["T.a"]),
        ("T | summarize n = count(), max(b) by c | where n > 1 and max_b > 2 and c == 3", ["T.b", "T.c"]),
        ("T | summarize count() by tostring(c) | where count_ > 1 and c == 'x'", ["T.c"]),
        ("T | project x = a, b | where x == 1 and b == 2", ["T.a", "T.b"]),
        ("T | project-rename x = a | where x == 1", ["T.a"]),
        ("T | mv-expand l = a to typeof(string) | where l == 'x'", ["T.a"]),
        ("T | parse a with x ' ' y:long | where x == y", ["T.a"]),
        ("T | where a.b.c == 1 and d['e'] == 2", ["T.a", "T.d"]),
        ("let k = 5; T | where a == k", ["T.a"]),
        ("let f = (x: long) { x + 1 }; T | where a == f(b)", ["T.a", "T.b"]),
        ("let f = (x: string) { T | where a == x }; f('y') | where b == 1", ["T.a", "T.b"]),
        ("let t = T | extend z = a; t | where z == 1 and b == 2", ["T.a", "T.b"]),
        (
            "T | join kind=inner (U | where c == 1) on $left.a == $right.b | where d == 1",
            ["U.c", "T.a", "U.b", ".d"],
        ),
        ("T | join U on k", ["T.k"]),
        ("T | where a in (U | project b)", ["T.a", "U.b"]),
        ("union T, (U | where b == 1) | where a == 1", ["U.b", ".a"]),
        ("_GetWatchlist('w') | where anything == 1", []),
        ("T | evaluate bag_unpack(a) | where anything == 1", ["T.a"]),
        ("T | mv-apply l = a on (where l == 1 | project l) | where b == 1", ["T.a", "T.b"]),
        ("datatable(a: long)[1] | where a == 1", []),
        ("T | summarize arg_max(a, *) by b | where c == 1", ["T.a", "T.b", "T.c"]),
        ("T | lookup (datatable(k: string, v: long)['x', 1]) on k | where v == 1", ["T.k"]),
        ("T | where * has 'x'", []),
        ("T | where ['a b'] == 1", ["T.a b"]),
    ],
)
def test_fields(text: str, expected: list[str]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T", ["T"]),
        ("let x = T; x | join (U) on a", ["T", "U"]),
        ("union T, U, V*", ["T", "U"]),
        ("_Im_Dns | take 1", ["_Im_Dns"]),
        ("imProcess() | take 1", ["imProcess"]),
        ("table('T') | take 1", ["T"]),
        ("let n = toscalar(T | count); U | where a == n", ["T", "U"]),
        ("print 1", []),
        ("search in (T, U) 'x'", ["T", "U"]),
    ],
)
def test_tables(text: str, expected: list[str]) -> None:
    assert tables(text) == expected


def test_places() -> None:
    found = KQL.names(KQL.parse("T // first\n| where a == 1\n| join U on $left.b == $right.c"))
    assert [(one.text, one.line, one.column) for one in found.tables] == [("T", 1, 1), ("U", 3, 8)]
    assert [(one.text, one.line, one.column) for one in found.fields] == [
        ("a", 2, 9),
        ("b", 3, 19),
        ("c", 3, 31),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "T | where a == 'X' or b > 5",
            [Atom("a", Op.EQUALS, ("X",), "T"), Atom("b", Op.GREATER, ("5",), "T")],
        ),
        ("T | summarize c = countif(a =~ 'X')", [Atom("a", Op.EQUALS, ("x",), "T")]),
        ("T | extend x = tostring(a.b) | where x == '1'", [Atom("a.b", Op.EQUALS, ("1",), "T")]),
        ("let l = dynamic(['p', 'q']); T | where a in (l)", [Atom("a", Op.EQUALS, ("p", "q"), "T")]),
        ("T | where not(isempty(a))", [Atom("a", Op.NULL, (), "T")]),
        ("T | join U on $left.a == $right.b", [Atom("a", Op.SAME_AS, ("b", "equals"))]),
        ("T | join (U | where c == 'x') on a", [Atom("c", Op.EQUALS, ("x",), "U")]),
        ("T | where strlen(a) > 5 and TimeGenerated > ago(1d)", []),
    ],
)
def test_atoms(text: str, expected: list[Atom]) -> None:
    assert list(KQL.atoms(KQL.parse(text))) == expected


@settings(deadline=None, max_examples=60)
@given(queries)
def test_any_query_has_names_atoms_and_effects(tree: Any) -> None:
    assert isinstance(tree, t.KqlQuery)
    found = KQL.names(tree)
    assert all(one.line >= 1 and one.column >= 1 for one in (*found.tables, *found.fields))
    KQL.atoms(tree)
    KQL.effects(tree)
