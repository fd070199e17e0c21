"""Rules: what each makes, where it must not, and that the rows stay the same."""

from __future__ import annotations

from typing import Any

import pytest

from cybersecqwen.dialects.examples import events
from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.improving import improve
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.dialects.proving import same

KQL = Kql()
RULES: dict[str, Rule[Any]] = {rule.name: rule for rule in KQL.rules}
TEXT = {"user": "text", "cmd": "text", "host": "text", "TimeGenerated": "time"}
SCHEMA = Schema(
    name="test",
    tables={
        "T": Table(name="T", fields={**TEXT, "n": "number", "list": "dynamic"}),
        "U": Table(name="U", fields={**TEXT, "team": "text"}),
    },
)


def applied(name: str, text: str, schema: Schema | None = None) -> str | None:
    tree = KQL.parse(text)
    made = RULES[name].apply(tree, Context(schema=schema))
    return None if made is None or made == tree else " ".join(KQL.render(made).split())


SAFE = [
    ("fold-constants", "T | where 1 == 1 and user == 'a'", 'T | where user == "a"'),
    ("fold-constants", "T | where 1 == 1 | where user == 'a'", 'T | where user == "a"'),
    ("plain-negation", "T | where not(user == 'a')", 'T | where user != "a"'),
    (
        "plain-negation",
        "T | where not(cmd has 'a') and not(isempty(user))",
        'T | where cmd !has "a" and isnotempty(user)',
    ),
    ("plain-negation", "T | where not(user in~ ('a'))", 'T | where user !in~ ("a")'),
    ("compare-without-tolower", "T | where tolower(user) == 'a'", 'T | where user =~ "a"'),
    ("compare-without-tolower", "T | where tolower(user) in ('a', 'b')", 'T | where user in~ ("a", "b")'),
    ("compare-without-tolower", "T | where tolower(cmd) contains 'a'", 'T | where cmd contains "a"'),
    ("case-where-there-is-none", "T | where host =~ '10.0.0.1'", 'T | where host == "10.0.0.1"'),
    ("case-where-there-is-none", "T | where cmd contains '://'", 'T | where cmd contains_cs "://"'),
    (
        "list-instead-of-or",
        "T | where user == 'a' or user == 'b' or n == 1",
        'T | where user in ("a", "b") or n == 1',
    ),
    ("list-instead-of-or", "T | where cmd has 'a' or cmd has 'b'", 'T | where cmd has_any ("a", "b")'),
    ("list-instead-of-or", "T | where cmd has 'a' and cmd has 'b'", 'T | where cmd has_all ("a", "b")'),
    ("list-instead-of-or", "T | where user !~ 'a' and user !~ 'b'", 'T | where user !in~ ("a", "b")'),
    (
        "text-instead-of-regex",
        "T | where cmd matches regex 'cmd\\\\.exe'",
        'T | where cmd contains_cs "cmd.exe"',
    ),
    ("text-instead-of-regex", "T | where cmd matches regex '^cmd'", 'T | where cmd startswith_cs "cmd"'),
    ("text-instead-of-regex", "T | where cmd matches regex '.*exe$'", 'T | where cmd endswith_cs "exe"'),
    (
        "text-before-regex",
        "T | where cmd matches regex 'shell[0-9]+'",
        'T | where cmd contains "shell" and cmd matches regex "shell[0-9]+"',
    ),
    ("drop-implied-conditions", "T | where isnotempty(user) | where user == 'a'", 'T | where user == "a"'),
    (
        "drop-implied-conditions",
        "T | where user == 'a' and n > 1 and user == 'a'",
        'T | where user == "a" and n > 1',
    ),
    ("drop-implied-conditions", "T | where isnotempty(n) and n > 1", "T | where n > 1"),
    ("top-instead-of-sort-and-take", "T | sort by n desc | take 3", "T | top 3 by n desc"),
    (
        "no-sort-before-aggregation",
        "T | sort by n | where n > 1 | summarize count() by user",
        "T | where n > 1 | summarize count() by user",
    ),
    ("distinct-instead-of-summarize", "T | summarize by user, host", "T | distinct user, host"),
    (
        "no-unused-columns",
        "T | extend a = tolower(cmd), b = user | project b",
        "T | extend b = user | project b",
    ),
    ("no-unused-columns", "T | extend a = cmd | summarize count() by user", "T | summarize count() by user"),
    (
        "materialize-what-is-used-twice",
        "let a = T | where n > 1; union a, a",
        "let a = materialize( T | where n > 1 ); union a, a",
    ),
    (
        "filter-before-extend",
        "T | extend a = tolower(cmd) | where user == 'a' and a == 'x'",
        'T | where user == "a" | extend a = tolower(cmd) | where a == "x"',
    ),
    (
        "filter-before-extend",
        "T | extend a = 1 | extend b = 2 | where n > 1",
        "T | where n > 1 | extend a = 1 | extend b = 2",
    ),
    (
        "filter-before-extend",
        "T | extend a = 1 | extend b = n | where b > 0 and n > 1",
        "T | where n > 1 | extend a = 1 | extend b = n | where b > 0",
    ),
    (
        "filter-before-extend",
        "T | extend a = n | extend b = n | where user == 'a' and a > 0 and b > 0 | extend c = n"
        " | where n > 1",
        'T | where user == "a" | extend a = n | where a > 0 | extend b = n | where b > 0 | where n > 1'
        " | extend c = n",
    ),
    (
        "filter-before-extend",
        "T | extend a = n | where a > 0 | extend b = n | where n > 1 | where n < 9",
        "T | extend a = n | where a > 0 | where n > 1 | where n < 9 | extend b = n",
    ),
    (
        "filter-before-parse",
        "T | parse cmd with a ' ' b | where n > 1",
        'T | where n > 1 | parse cmd with a " " b',
    ),
    (
        "filter-before-mv-expand",
        "T | mv-expand list | where user == 'a'",
        'T | where user == "a" | mv-expand list',
    ),
    ("filter-before-sort", "T | sort by n | where user == 'a'", 'T | where user == "a" | sort by n'),
    (
        "filter-before-summarize",
        "T | summarize c = count() by user, host | where user =~ 'a' and c > 1",
        'T | where user =~ "a" | summarize c = count() by user, host | where c > 1',
    ),
    (
        "filter-before-summarize",
        "T | summarize n = max(n) by user, host | summarize count() by user | where user =~ 'a'",
        'T | where user =~ "a" | summarize n = max(n) by user, host | summarize count() by user',
    ),
    (
        "filter-before-summarize",
        "T | summarize n = max(n) by host | summarize count() by n, host | where n > 1",
        "T | summarize n = max(n) by host | where n > 1 | summarize count() by n, host",
    ),
    (
        "time-filter-first",
        "T | where user == 'a' and TimeGenerated > ago(1d)",
        'T | where TimeGenerated > ago(1d) | where user == "a"',
    ),
    (
        "time-filter-first",
        "T | where user == 'a' | where TimeGenerated > ago(1d)",
        'T | where TimeGenerated > ago(1d) | where user == "a"',
    ),
    (
        "time-filter-first",
        "T | where user == 'a' | where n > 1 and TimeGenerated > ago(1d)",
        'T | where TimeGenerated > ago(1d) | where user == "a" | where n > 1',
    ),
    (
        "cheap-conditions-first",
        "T | where cmd matches regex 'a[0-9]' and n > 1",
        'T | where n > 1 and cmd matches regex "a[0-9]"',
    ),
    (
        "cheap-conditions-first",
        "T | where cmd contains 'a' | where user == 'x'",
        'T | where user == "x" | where cmd contains "a"',
    ),
    (
        "filter-before-join",
        "T | project user, n | join kind=inner (U | project user, team) on user | where n > 1",
        "T | project user, n | where n > 1 | join kind=inner ( U | project user, team ) on user",
    ),
    (
        "filter-before-join",
        "T | project user, n | join kind=inner (U | project user, team) on user | where team == 'x'",
        'T | project user, n | join kind=inner ( U | project user, team | where team == "x" ) on user',
    ),
    (
        "filter-before-join",
        "T | join kind=leftanti U on user | where n > 1",
        "T | where n > 1 | join kind=leftanti U on user",
    ),
    (
        "filter-inside-union",
        "union T, U | where user == 'a'",
        'union ( T | where user == "a" ), ( U | where user == "a" )',
    ),
    ("no-tostring-of-text", "T | where tostring(user) == 'a'", 'T | where user == "a"'),
]

NOT = [
    ("plain-negation", "T | where not(n > 5)"),
    ("compare-without-tolower", "T | where tolower(user) == 'A'"),
    ("compare-without-tolower", "T | where tolower(user) in (names)"),
    ("case-where-there-is-none", "T | where user =~ 'a1'"),
    ("case-where-there-is-none", "T | where user =~ '5'"),
    ("list-instead-of-or", "T | where user == 'a' or host == 'b'"),
    ("list-instead-of-or", "T | where user == 'a' and user == 'b'"),
    ("list-instead-of-or", "T | where user == 'a' or user =~ 'b'"),
    ("text-instead-of-regex", "T | where cmd matches regex 'a.b'"),
    ("text-instead-of-regex", "T | where cmd matches regex '(?i)abc'"),
    ("text-before-regex", "T | where cmd matches regex 'a|bcde'"),
    ("text-before-regex", "T | where cmd has 'shell' and cmd matches regex 'shell[0-9]'"),
    ("drop-implied-conditions", "T | where isnotempty(user) and user != 'a'"),
    ("drop-implied-conditions", "T | where isnotempty(user) or user == 'a'"),
    ("drop-implied-conditions", "T | where isnotempty(user) | extend user = host | where user == 'a'"),
    ("top-instead-of-sort-and-take", "T | sort by n | sample 3"),
    ("no-sort-before-aggregation", "T | sort by n | summarize make_list(user)"),
    ("no-sort-before-aggregation", "T | sort by n | take 3 | summarize count()"),
    ("no-sort-before-aggregation", "T | sort by n | extend p = prev(n) | summarize sum(p)"),
    ("distinct-instead-of-summarize", "T | summarize by bin(n, 5)"),
    ("no-unused-columns", "T | extend a = cmd"),
    ("no-unused-columns", "T | extend a = cmd | summarize arg_max(n, *) by user"),
    ("no-unused-columns", "T | extend a = cmd | join kind=inner U on user | project user"),
    ("no-unused-columns", "T | extend a = cmd | extend b = a | project b"),
    ("materialize-what-is-used-twice", "let a = T | where n > 1; a"),
    ("materialize-what-is-used-twice", "let a = T | extend r = rand(); union a, a"),
    ("filter-before-extend", "T | extend a = tolower(cmd) | where a == 'x'"),
    ("filter-before-extend", "T | serialize r = row_number() | where n > 1"),
    ("filter-before-extend", "T | extend p = prev(n) | where n > 1"),
    ("filter-before-extend", "T | project a = user | where a == 'x'"),
    ("filter-before-extend", "T | project-rename z = n | where z > 1"),
    ("filter-before-extend", "T | extend tolower(user) | where n > 1"),
    ("filter-before-extend", "T | serialize r = cmd | where n > 1"),
    ("filter-before-extend", "T | extend a = rand() | where n > 1"),
    ("filter-before-extend", "T | extend a = cmd | where rand() > 0.5"),
    ("filter-before-parse", "T | parse cmd with a ' ' b | where a == 'x'"),
    ("filter-before-parse", "T | parse-where cmd with a ' ' b | where n > 1"),
    ("filter-before-mv-expand", "T | mv-expand list | where list == 'a'"),
    ("filter-before-summarize", "T | summarize c = count() by user | where c > 1"),
    ("filter-before-summarize", "T | summarize c = count() by user | where isnull(user)"),
    ("filter-before-summarize", "T | summarize c = count() by user | where isnotnull(user)"),
    ("filter-before-summarize", "T | summarize c = count() by user | where coalesce(user, 'x') == 'x'"),
    ("filter-before-summarize", "T | summarize c = count() by user, host | where user == 'a' or c > 1"),
    ("filter-before-summarize", "T | summarize user = max(host) by user | where user == 'a'"),
    ("filter-before-summarize", "T | summarize count() by u = tolower(user) | where u == 'a'"),
    ("filter-before-summarize", "T | take 5 | where n > 1"),
    ("time-filter-first", "T | where TimeGenerated > ago(1d) | where user == 'a'"),
    ("filter-before-join", "T | project user, n | join (U | project user, team) on user | where n > 1"),
    (
        "filter-before-join",
        "T | project user, n | join kind=rightouter (U | project user) on user | where n > 1",
    ),
    ("filter-before-join", "A | join kind=inner B on user | where n > 1"),
    (
        "filter-before-join",
        "T | project user, n | join kind=leftouter (U | project user, team) on user | where team == 'x'",
    ),
    ("filter-inside-union", "union T, U | where team == 'a'"),
    ("filter-inside-union", "union T, Unknown | where user == 'a'"),
    ("filter-inside-union", "union withsource=S T, U | where S == 'T'"),
    ("no-tostring-of-text", "T | where tostring(n) == '1'"),
    ("no-tostring-of-text", "T | extend user = n | where tostring(user) == '1'"),
]

UNSAFE = [
    ("bound-the-time", "SigninLogs | take 5", "SigninLogs | where TimeGenerated > ago(1d) | take 5"),
    ("bound-the-time", "DeviceEvents", "DeviceEvents | where Timestamp > ago(1d)"),
    ("bound-the-time", "union T, U", "union T, U | where TimeGenerated > ago(1d)"),
    ("has-instead-of-contains", "T | where cmd contains 'powershell'", 'T | where cmd has "powershell"'),
    ("compare-where-a-name-was-given", "T | where user = 'a'", 'T | where user == "a"'),
    ("say-the-kind-of-join", "T | join U on user", "T | join kind=inner U on user"),
    (
        "lookup-instead-of-join",
        "T | join kind=leftouter (U | summarize count() by user) on user",
        "T | lookup kind=leftouter ( U | summarize count() by user ) on user",
    ),
    (
        "leftsemi-instead-of-join",
        "T | join kind=inner (U | project user) on user",
        "T | join kind=leftsemi ( U | project user ) on user",
    ),
    ("dcount-instead-of-count-distinct", "T | summarize count_distinct(user)", "T | summarize dcount(user)"),
    (
        "dcount-instead-of-distinct-and-count",
        "T | distinct user | count",
        "T | summarize Count = dcount(user)",
    ),
    (
        "term-before-json",
        "T | where parse_json(cmd).a == 'whoami'",
        'T | where cmd has "whoami" and parse_json(cmd).a == "whoami"',
    ),
]


PASSED = [
    ("filter-before-extend", "extend a = cmd"),
    ("filter-before-extend", "extend user = cmd"),
    ("filter-before-parse", "parse cmd with a ' ' b"),
    ("filter-before-mv-expand", "mv-expand list"),
    ("filter-before-sort", "sort by n"),
    ("filter-before-summarize", "summarize n = max(n) by user"),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(("name", "step"), PASSED)
def test_many_steps_take_time_that_grows_as_they_do(name: str, step: str, apart: bool) -> None:
    """Asking each condition about each step would take minutes."""
    count = 4_000
    condition = "where user == 'x'"
    steps = [step] * count + [condition] * count if apart else [step, condition] * count
    made = RULES[name].apply(KQL.parse(" | ".join(["T", *steps])), Context(schema=SCHEMA))
    assert (made is None) is ("user = cmd" in step)
    if made is not None:
        kinds = [type(one).__name__ for one in made.body.steps]
        assert kinds[:count] == ["Where"] * count and "Where" not in kinds[count:]


def test_every_rule_says_why_and_where_from() -> None:
    for rule in KQL.rules:
        assert rule.reason.endswith(".")
        assert rule.source.startswith("https://learn.microsoft.com/kusto/")
        assert rule.safe is (not rule.caveat)
    assert len(RULES) == len(KQL.rules)
    assert sum(rule.safe for rule in KQL.rules) >= 14


def test_every_rule_is_tried() -> None:
    assert {name for name, *_ in (*SAFE, *UNSAFE)} == set(RULES)


@pytest.mark.parametrize(("name", "text", "expected"), [*SAFE, *UNSAFE])
def test_what_a_rule_makes(name: str, text: str, expected: str) -> None:
    assert applied(name, text, SCHEMA) == expected


@pytest.mark.parametrize(("name", "text"), NOT)
def test_where_a_rule_must_not_apply(name: str, text: str) -> None:
    assert applied(name, text, SCHEMA) is None


@pytest.mark.parametrize("name", ["filter-before-join", "filter-inside-union", "no-tostring-of-text"])
def test_without_a_schema_no_table_is_guessed(name: str) -> None:
    for text in ("T | join kind=leftanti U on user | where n > 1", "union T, U | where user == 'a'",
                 "T | where tostring(user) == 'a'"):  # fmt: skip
        assert applied(name, text, None) is None


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, text, _ in SAFE])
def test_safe_rules_keep_the_rows(name: str, text: str) -> None:
    """Before and after on events that are made around the comparisons of both."""
    before = KQL.parse(text)
    after = RULES[name].apply(before, Context(schema=SCHEMA))
    assert after is not None
    types = {**SCHEMA.tables["U"].fields, **SCHEMA.tables["T"].fields}
    atoms = list(dict.fromkeys((*KQL.atoms(before), *KQL.atoms(after))))
    found = 0
    for seed in range(3):
        data = events(
            atoms,
            tables=["T", "U"],
            fields=list(types),
            types=types,
            seed=seed,
            count=400,
            time_field="TimeGenerated",
        )
        running = Running(types=types, time_field="TimeGenerated")
        one, other = KQL.run(before, data, running), KQL.run(after, data, running)
        assert same(one, other)
        found += len(one.rows)
    assert found > 0, "nothing was shown"


def test_rules_together() -> None:
    text = (
        "T | extend low = tolower(user) "
        "| where tolower(cmd) contains 'whoami' and (user == 'a' or user == 'b') "
        "| where TimeGenerated > ago(1d) | sort by n | take 5"
    )
    found = improve(KQL, text, context=Context(schema=SCHEMA), proof_events=400)
    assert " ".join(found.after.split()) == (
        'T | where TimeGenerated > ago(1d) | where user in ("a", "b") and cmd contains "whoami" '
        "| extend low = tolower(user) | top 5 by n"
    )
    assert found.cost_after < found.cost_before
    assert not found.withdrawn
    assert not found.problems


@pytest.mark.parametrize(
    ("cheaper", "dearer"),
    [
        (
            "T | where TimeGenerated > ago(1d) and user == 'a'",
            "T | where user == 'a' and TimeGenerated > ago(1d)",
        ),
        ("T | where cmd has 'abcd'", "T | where cmd contains 'abcd'"),
        ("T | where cmd contains 'abcd'", "T | where cmd matches regex 'abcd'"),
        ("T | where user == 'a'", "T | where tolower(user) == 'a'"),
        (
            "T | where user == 'a' | extend b = parse_json(cmd)",
            "T | extend b = parse_json(cmd) | where user == 'a'",
        ),
        ("T | top 5 by n", "T | sort by n | take 5"),
        ("T | where n > 5 | join kind=inner U on user", "T | join kind=inner U on user | where n > 5"),
        ("let a = materialize(T | where n > 1); union a, a", "let a = T | where n > 1; union a, a"),
        ("T | where cmd has 'x'", "search in (T) 'x'"),
    ],
)
def test_costs_stand_in_order(cheaper: str, dearer: str) -> None:
    assert KQL.cost(KQL.parse(cheaper), Context()) < KQL.cost(KQL.parse(dearer), Context())
