"""Safe rules on drawn queries: whatever they make of one gives the same rows on drawn records."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.dialects.proving import same
from tests.amounts import draws

from .test_rules import SCHEMA

KQL = Kql()
NOW = Running().now

TESTS = st.sampled_from(
    (
        "user == 'a'",
        "user == 'b'",
        "user =~ 'A'",
        "tolower(user) == 'a'",
        "tolower(cmd) contains 'who'",
        "user != 'a'",
        "not(user == 'a')",
        "not(user in ('a', 'b'))",
        "user in~ ('A', 'b')",
        "n > 1",
        "n == 2",
        "not(n > 1)",
        "n == 1 or n == 2",
        "cmd has 'whoami'",
        "cmd has 'who' or cmd has 'net'",
        "cmd has 'net' and cmd has 'user'",
        "cmd contains '/c'",
        "cmd matches regex 'who.mi'",
        "cmd matches regex 'net user'",
        "cmd matches regex '^net'",
        "isnotempty(user)",
        "isempty(cmd)",
        "isnotempty(user) and user == 'a'",
        "TimeGenerated > ago(1h)",
        "tostring(user) == 'a'",
        "1 == 1",
        "host =~ '10.0.0.1'",
        "a == 'x'",
        "a != ''",
        "c > 1",
        "team == 'red'",
        "list == 'p'",
        "n > 1 and user == 'a' or n == 0",
    )
)
CONDITIONS = st.lists(TESTS, min_size=1, max_size=3).flatmap(
    lambda tests: st.sampled_from(("and", "or")).map(
        lambda word: f" {word} ".join(f"({one})" for one in tests)
    )
)
STEPS = st.one_of(
    CONDITIONS.map(lambda one: f"where {one}"),
    CONDITIONS.map(lambda one: f"where {one}"),
    CONDITIONS.map(lambda one: f"where {one}"),
    st.sampled_from(
        (
            "extend a = tolower(cmd)",
            "extend a = user, b = n",
            "extend user = host",
            "extend n = n + 1",
            "mv-expand list",
            "parse cmd with a ' ' b",
            "sort by n desc",
            "sort by n asc, user desc",
            "take 3",
            "summarize c = count() by user",
            "summarize c = count(), m = max(n) by user, host",
            "summarize by user, n",
            "summarize c = dcount(user)",
            "summarize arg_max(n, *) by user",
            "project user, n, cmd",
            "project a = user, n",
            "distinct user",
            "project-away cmd",
            "project-reorder n",
            "count",
            "join kind=inner (U | project user, team) on user",
            "join kind=leftouter (U | project user, team) on user",
            "join kind=leftanti U on user",
            "join kind=leftsemi (U | where n > 0) on user",
            "join U on user",
            "lookup (U | distinct user, team) on user",
            "union U",
            "top 3 by n desc",
            "serialize",
            "extend r = strcat(user, host) | project-rename z = n",
            "mv-apply l = list on (where l == 'p')",
        )
    ),
)
SOURCES = st.sampled_from(
    ("T", "T", "T", "union T, U", "union (T | where n > 0), (U | extend n = 3)", "V | where n > 0")
)
QUERIES = st.builds(
    lambda source, steps: "let V = T | where user != 'zz';\n" + " | ".join((source, *steps)),
    SOURCES,
    st.lists(STEPS, min_size=1, max_size=6),
)
RECORDS = st.fixed_dictionaries(
    {
        "user": st.sampled_from(("a", "A", "b", "c", "")),
        "n": st.integers(0, 3),
        "cmd": st.sampled_from(("whoami /c", "net user x", "net  use", "WHOAMI", "", "who net user")),
        "host": st.sampled_from(("10.0.0.1", "h1")),
        "TimeGenerated": st.sampled_from((NOW - 60, NOW - 7200)),
        "list": st.sampled_from((["p", "q"], [], None, ["p"])),
        "team": st.sampled_from(("red", "blue")),
    }
)
TYPES = {**SCHEMA.tables["U"].fields, **SCHEMA.tables["T"].fields}


def _held(records: list[dict[str, Any]], table: str) -> list[dict[str, Any]]:
    """Records with the columns that the schema gives a table, and no others."""
    return [
        {name: value for name, value in one.items() if name in SCHEMA.tables[table].fields} for one in records
    ]


@draws(200)
@given(QUERIES, st.lists(RECORDS, max_size=8), st.lists(RECORDS, max_size=4))
def test_safe_rules_keep_the_rows_of_any_query(
    text: str, here: list[dict[str, Any]], there: list[dict[str, Any]]
) -> None:
    data = {"T": _held(here, "T"), "U": _held(there, "U")}
    running = Running(types=TYPES, time_field="TimeGenerated")
    tree = KQL.parse(text)
    before = KQL.run(tree, data, running)
    for _ in range(2):
        for rule in KQL.rules:
            made = rule.apply(tree, Context(schema=SCHEMA)) if rule.safe else None
            if made is None:
                continue
            assert KQL.parse(KQL.render(made)) == made, rule.name
            after = KQL.run(made, data, running)
            assert same(before, after), f"{rule.name}\n{KQL.render(tree)}\nbecame\n{KQL.render(made)}"
            tree = made
