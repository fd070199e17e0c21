"""Sets of names that share what they have in common, and queries in which names pile up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.dialects.kql.name_sets import NONE, NameSet, named
from cybersecqwen.errors import LimitError

KQL = Kql()

_steps = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 30), st.frozensets(st.integers(0, 40), max_size=6)),
    max_size=40,
)


@given(_steps)
def test_unions_of_unions_are_those_of_plain_sets(steps: list[tuple[int, int, frozenset[int]]]) -> None:
    sets: list[tuple[NameSet, set[str]]] = [(NONE, set())]
    for one, other, more in steps:
        (left, plain), (right, others) = sets[one % len(sets)], sets[other % len(sets)]
        names = {str(number) for number in more}
        sets.append((left | names, plain | names))
        sets.append((left | right, plain | others))
    for found, expected in sets:
        assert sorted(found) == sorted(expected) and len(found) == len(expected)
        assert all((str(number) in found) == (str(number) in expected) for number in range(41))


def test_what_is_known_already_makes_no_new_set() -> None:
    found = named("a", "b")
    assert found | ["a"] is found and found | found is found


def test_names_one_by_one_are_copied_a_handful_of_times() -> None:
    found, copied = NONE, 0
    for number in range(128):
        found |= [str(number)]
        copied += found.newest
    assert sorted(found) == sorted(map(str, range(128))) and len(found) == 128
    assert all(str(number) in found for number in range(128)) and "128" not in found
    assert 2 * 128 < copied < 8 * 128
    assert len(found | ["5", "new"]) == 129


def test_only_what_two_sets_do_not_share_is_looked_at() -> None:
    many = named(*map(str, range(50)))
    one, other = many | ["x"], many | ["y", "z"]
    assert (one.apart(other), other.apart(one), many.apart(one), one.apart(many)) == (1, 1, 0, 0)
    apart = named(*(f"u{number}" for number in range(50)))
    assert many.apart(apart) == 50
    assert len(many | apart) == 100 and "u7" in (many | apart) and "x" in (named("x") | many)


MANY: dict[str, Callable[[int], str]] = {
    "tables by let": lambda n: "".join(f'let a{i} = T | where x == "v{i}";\n' for i in range(n)) + "a0",
    "tables of tables": lambda n: (
        "let a0 = T;\n" + "".join(f"let a{i} = a{i - 1} | where x == {i};\n" for i in range(1, n)) + "a1"
    ),
    "functions": lambda n: "".join(f"let f{i} = () {{ T | where x == {i} }};\n" for i in range(n)) + "f1()",
    "joins": lambda n: "T" + "".join(f" | join (U{i}) on k{i}" for i in range(n)),
    "joins of columns": lambda n: (
        "T" + "".join(f" | join (U | where a == {i} | project a{i}=b, k) on k" for i in range(n))
    ),
    "unions": lambda n: "T" + "".join(f" | union (U{i} | extend c{i}=1)" for i in range(n)),
    "columns": lambda n: "T" + "".join(f" | extend c{i}=d{i}" for i in range(n)) + " | where c1 == 1",
    "columns of one step": lambda n: "T | extend " + ", ".join(f"c{i}=d{i}" for i in range(n)),
    "lists": lambda n: "T" + "".join(f" | mv-apply c{i}=d{i} on (extend e{i}=c{i})" for i in range(n)),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", MANY)
def test_names_and_comparisons_of_long_queries(kind: str) -> None:
    tree = KQL.parse(MANY[kind](5_000))
    assert KQL.names(tree).tables
    KQL.atoms(tree)


@pytest.mark.timeout(60)
def test_rules_and_descriptions_of_long_queries() -> None:
    joins = "T" + "".join(
        f" | join (U | project k, c{n}) on k | where c{n} == 1 and parse_json(d).e{n} == 'long'"
        for n in range(3_000)
    )
    tree = KQL.parse(joins)
    for rule in KQL.rules:
        if rule.name in ("filter-before-join", "filter-inside-union", "term-before-json"):
            rule.apply(tree, Context())
    columns = KQL.parse("T" + "".join(f" | where a{n} > 1 | extend b{n} = c{n}" for n in range(2_500)))
    unused = next(rule for rule in KQL.rules if rule.name == "no-unused-columns")
    assert unused.apply(columns, Context()) is None
    functions = "".join(f"let f{n} = () {{ let x = {n}; T | where a == x }};\n" for n in range(15_000))
    assert KQL.describe(KQL.parse(functions + "f1()"))


def test_sets_that_are_made_over_and_over_are_refused() -> None:
    columns = [", ".join(f"{name}{i}=1" for i in range(5_000)) for name in "ab"]
    text = f"let a = T | extend {columns[0]};\nlet b = T | extend {columns[1]};\n"
    tree = KQL.parse(text + "".join(f"let c{i} = a | join b on k;\n" for i in range(1_000)) + "c1")
    with pytest.raises(LimitError, match="too many columns"):
        KQL.names(tree)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("T | project a | join (U | project b) on a | where a1 == 1", []),
        ("T | project a | join (U | project b) on a | where a11 == 1", ["a11"]),
        ("T | project a | join (U | project b) on a | join (U | project c) on a | where a11 == 1", []),
        ("T | project a | join (U | project b) on a | extend d=1 | where d1 == 1", ["d1"]),
        ("union (T | project a | join (U | project b) on a), (U | project c) | where b1 == 1", []),
        ("T | project a | where a1 == 1", ["a1"]),
    ],
)
def test_a_one_behind_a_name(text: str, unknown: list[str]) -> None:
    found = {one.text for one in KQL.names(KQL.parse(text)).fields}
    assert sorted(found - {"a", "b", "c"}) == unknown
