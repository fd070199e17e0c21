"""Rules of the optimiser: what they make of a search, where they must not, and that the rows stay the same."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.spl import Spl
from cybersecqwen.dialects.spl.rules import RULES
from cybersecqwen.errors import UnsayableError

SPL = Spl()
BY_NAME = {rule.name: rule for rule in RULES}
SAFE = [rule for rule in RULES if rule.safe]


def applied(name: str, text: str, context: Context | None = None) -> str | None:
    """The text that a rule makes, in one line; None where it changes nothing."""
    made = BY_NAME[name].apply(SPL.parse(text), context or Context())
    return None if made is None else SPL.render(made).replace("\n", " ")


CASES = {
    "drop-search-everything": [("a=1 | search * | head 5", "a=1 | head 5"), ("a=1 | search b=1", None)],
    "drop-repeated-stage": [
        ("a=1 | dedup b | dedup b", "a=1 | dedup b"),
        ("a=1 | eval b=b+1 | eval b=b+1", None),
        ("a=1 | stats count by b | stats count by b", None),
    ],
    "each-condition-once": [
        ("a=1 b=2 a=1 a=*", "a=1 b=2"),
        ("NOT NOT a=1 b=2", "a=1 b=2"),
        ("a=1 OR b=2 OR a=1", "a=1 OR b=2"),
        ("a=1 OR a=*", None),
        ("NOT a=* b=1", None),
        ("a=1 a=2", None),
    ],
    "or-chain-to-in": [
        ("(a=1 OR b=2 OR a=x*) c=3", "(a IN (1, x*) OR b=2) c=3"),
        ("a=1 OR b=2", None),
        ("a=1 a=2", None),
        ("a!=1 OR a!=2", None),
    ],
    "or-chain-to-in-function": [
        ('a=1 | where b="x" OR b="y" OR c="z"', 'a=1 | where in(b, "x", "y") OR c = "z"'),
        ('a=1 | where b="x" AND b="y"', None),
        ("a=1 | where b=1 OR b=2", None),
    ],
    "fold-constants": [
        ('a=1 | eval b=60*60+1, c=lower("AB"), d=if(true(), x, y)', 'a=1 | eval b=3601, c="ab", d=x'),
        ("a=1 | where NOT isnull(b)", "a=1 | where isnotnull(b)"),
        ("a=1 | eval b=c*60", None),
    ],
    "merge-evals": [
        ("a=1 | eval b=1 | eval c=b+1", "a=1 | eval b=1, c=b + 1"),
        ("a=1 | eval b=lower(c) | eval b=lower(c)", "a=1 | eval b=lower(c)"),
        ("a=1 | eval b=b+1 | eval b=b+1", "a=1 | eval b=b + 1, b=b + 1"),
    ],
    "merge-searches": [
        ("index=x a=1 | search b=2 OR c=3", "index=x a=1 (b=2 OR c=3)"),
        ("* | search b=2", "b=2"),
        ("index=x a=1 | search index=y", None),
        ("index=x a=1 | stats count by b | search b=2", None),
    ],
    "where-to-search": [
        ('index=x | where lower(a)="b" AND c>d', "index=x | search a=b | where c > d"),
        ('index=x | where like(lower(a), "%foo%")', "index=x | search a=*foo*"),
        ('index=x | where a="10"', "index=x | search a=10"),
        ("index=x | where isnotnull(a)", "index=x | search a=*"),
        ('index=x | where a="Foo"', None),
        ("index=x | where a=10", None),
        ('index=x | where NOT match(a, "b")', None),
        ('index=x | stats count by a | where lower(a)="b"', None),
    ],
    "merge-where": [("a=1 | where b>1 | where c>1", "a=1 | where b > 1 AND c > 1")],
    "filter-before-eval": [
        (
            'a=1 | eval b=lower(c) | rex field=d "(?<e>x)" | search f=2',
            'a=1 | search f=2 | eval b=lower(c) | rex field=d "(?<e>x)"',
        ),
        ("a=1 | eval b=lower(c) | search b=2", None),
        ("a=1 | eval b=lower(c) | search foo", None),
        ('a=1 | rex "(?<b>x)" | where b=2', None),
        ("a=1 | bin _time span=1h | where _time>5", None),
    ],
    "filter-before-rename": [
        ("a=1 | rename b as c, d as e | search c=2", "a=1 | search b=2 | rename b as c, d as e"),
        ("a=1 | rename b as c | search b=2", None),
        ("a=1 | rename x.* as * | search b=2", None),
    ],
    "filter-before-lookup": [
        ("a=1 | lookup t b OUTPUT c | search d=2", "a=1 | search d=2 | lookup t b OUTPUT c"),
        ("a=1 | lookup t b OUTPUT c | search c=2", None),
        ("a=1 | lookup t b | search d=2", None),
    ],
    "filter-before-sort": [
        ("a=1 | sort 0 -b | where c>2", "a=1 | where c > 2 | sort 0 -b"),
        ("a=1 | sort -b | where c>2", None),
    ],
    "filter-before-mvexpand": [
        ("a=1 | mvexpand b | where c>2", "a=1 | where c > 2 | mvexpand b"),
        ("a=1 | mvexpand b | where b>2", None),
    ],
    "filter-before-fields": [
        ("a=1 | table b, c | search b=2", "a=1 | search b=2 | table b, c"),
        ("a=1 | fields - d | search b=2", "a=1 | search b=2 | fields - d"),
        ("a=1 | table b, c | search d=2", None),
    ],
    "filter-before-dedup": [
        ("a=1 | dedup b, c | search b=2", "a=1 | search b=2 | dedup b, c"),
        ("a=1 | dedup b | search c=2", None),
    ],
    "filter-before-join": [
        ("a=1 | join b [search c=1] | search b=2", "a=1 | search b=2 | join b [search c=1]"),
        ("a=1 | join b [search c=1] | search d=2", None),
    ],
    "filter-before-stats": [
        (
            "a=1 | stats count by b | search b=2 count>5",
            "a=1 | search b=2 | stats count by b | search b=2 count>5",
        ),
        ("a=1 b=2 | stats count by b | search b=2", None),
        ("a=1 | stats count by b | search NOT b=2", None),
        ("a=1 | stats count by b | search count=2", None),
        ("a=1 | stats values(c) as b by d | search b=2", None),
        ("a=1 | eventstats count by b | search b=2", None),
    ],
    "literal-before-regex": [
        ('a=1 | regex b="(?i)-enc[a-z]+ +foobar"', 'a=1 b=*foobar* | regex b="(?i)-enc[a-z]+ +foobar"'),
        (
            'a=1 | where match(lower(b), "powershell|pwsh") AND match(c, "whoami$")',
            'a=1 c=*whoami* | where match(lower(b), "powershell|pwsh") AND match(c, "whoami$")',
        ),
        ('a=1 | regex b!="foobar"', None),
        ('a=1 | eval b=replace(c, "x", "foobar") | regex b="foobar"', None),
        ('a=1 | where NOT match(b, "foobar")', None),
        ('a=1 b=*foobar* | regex b="foobar"', None),
    ],
    "literal-into-tstats": [
        (
            "| tstats count from datamodel=Endpoint.Processes by Processes.process"
            ' | `drop_dm_object_name(Processes)` | where match(process, "(?i)-enc.*frombase")',
            "| tstats count from datamodel=Endpoint.Processes where Processes.process=*fromba* by Processes.process"
            ' | `drop_dm_object_name(Processes)` | where match(process, "(?i)-enc.*frombase")',
        ),
        (
            "| tstats values(Processes.process) as process from datamodel=Endpoint.Processes by Processes.dest"
            ' | `drop_dm_object_name(Processes)` | where match(process, "frombase")',
            None,
        ),
    ],
    "sources-first": [
        ("a=1 sourcetype=s index=x", "index=x sourcetype=s a=1"),
        ("index=x a=1", None),
    ],
    "stats-to-tstats": [
        ("index=x sourcetype=s | stats count by host", "| tstats count where index=x sourcetype=s by host"),
        (
            "index=x | bin _time span=1h | stats count by _time",
            "| tstats count where index=x by _time span=1h",
        ),
        ("index=x a=1 | stats count by host", None),
        ("index=x | stats count by user", None),
        ("index=x foo | stats count by host", None),
    ],
    "model-to-tstats": [
        (
            '| from datamodel:"Endpoint.Processes" | search process_name=x | stats count by dest',
            "| tstats count from datamodel=Endpoint.Processes where Processes.process_name=x by Processes.dest"
            " | rename Processes.* as *",
        ),
        ('| from datamodel:"Endpoint.Processes" | search foo | stats count by dest', None),
    ],
    "filter-into-tstats": [
        (
            "| tstats count from datamodel=Endpoint.Processes by Processes.dest"
            " | `drop_dm_object_name(Processes)` | search dest=x count>2",
            "| tstats count from datamodel=Endpoint.Processes where Processes.dest=x by Processes.dest"
            " | `drop_dm_object_name(Processes)` | search dest=x count>2",
        ),
        ("| tstats count from datamodel=Endpoint.Processes by Processes.dest | search dest=x", None),
        (
            "| tstats count from datamodel=Endpoint.Processes where Processes.dest=x by Processes.dest"
            " | search Processes.dest=x",
            None,
        ),
    ],
    "drop-sort-before-stats": [
        ("a=1 | sort 0 -b | stats count by c", "a=1 | stats count by c"),
        ("a=1 | sort 0 -b | stats first(b) by c", None),
        ("a=1 | sort -b | stats count by c", None),
    ],
    "table-to-fields": [
        ("a=1 | table b, c | stats count by b", "a=1 | fields b, c | stats count by b"),
        ("a=1 | table b | stats count by c", None),
        ("a=1 | table b | stats earliest(b)", None),
    ],
    "sort-with-limit": [
        ("a=1 | sort 0 -b | head 7", "a=1 | sort 7 -b"),
        ("a=1 | sort b | head", "a=1 | sort 10 b"),
        ("a=1 | sort 5 b | head 7", "a=1 | sort 5 b"),
    ],
    "head-first": [
        ("a=1 | eval b=1 | rename c as d | head 3", "a=1 | head 3 | eval b=1 | rename c as d"),
        ("a=1 | where b=1 | head 3", None),
        ("a=1 | mvexpand b | head 3", None),
    ],
    "dedup-first": [
        ("a=1 | eval b=1 | dedup c", "a=1 | dedup c | eval b=1"),
        ("a=1 | eval c=1 | dedup c", None),
    ],
    "dedup-before-sort": [
        ("a=1 | sort 0 b | dedup b, c | table b, c", "a=1 | dedup b, c | sort 0 b | table b, c"),
        ("a=1 | sort 0 d | dedup b | table b", None),
        ("a=1 | sort 0 b | dedup b | table c", None),
    ],
    "mvexpand-late": [
        ("a=1 | mvexpand b | eval c=lower(d)", "a=1 | eval c=lower(d) | mvexpand b"),
        ("a=1 | mvexpand b | eval c=lower(b)", None),
    ],
    "drop-unused-fields": [
        ("a=1 | eval b=1, c=2 | stats count by b", "a=1 | eval b=1 | stats count by b"),
        ('a=1 | rex field=x "(?<b>y)" | stats count by c', "a=1 | stats count by c"),
        ("a=1 | eval b=1, c=b | stats count by c", None),
        ("a=1 | eval b=1 | stats count by `m`", None),
        ("a=1 | eval b=1 | head 5", None),
    ],
    "fields-early": [
        ("a=1 | dedup b | stats count by c", "a=1 | fields b, c | dedup b | stats count by c"),
        ("a=1 | stats count by c", None),
        ("a=1 | dedup b", None),
        ("a=1 | dedup b | search foo | stats count by c", None),
    ],
    "add-time-bound": [
        ("index=x a=1", "index=x earliest=-24h a=1"),
        ("index=x earliest=-1h", None),
        ("| tstats count where index=x by host", "| tstats count where index=x earliest=-24h by host"),
    ],
    "join-to-stats": [
        (
            "a=1 | join user [search b=2] | table user, dest",
            "a=1 OR b=2 | stats values(dest) as dest by user | table user, dest",
        ),
        ("a=1 | join user [search b=2]", None),
    ],
    "transaction-to-stats": [
        (
            "a=1 | transaction user maxspan=5m | where eventcount>5",
            "a=1 | stats count as eventcount, min(_time) as first_time, max(_time) as last_time by user"
            " | eval duration=last_time - first_time | where eventcount > 5",
        ),
        ("a=1 | transaction user | where dest=5", None),
    ],
    "name-instead-of-path": [
        (r'Image IN ("*\\cmd.exe", "*\\x y.exe")', 'process_name IN (cmd.exe, "x y.exe")'),
        (r'Image="*\\a\\cmd.exe"', None),
        (r'user="*\\cmd.exe"', None),
    ],
    "dedup-in-subsearch": [
        ("a=1 [search b=2 | fields user]", "a=1 [search b=2 | dedup user | fields user]"),
        ("a=1 [search b=2 | stats count by user | fields user]", None),
    ],
    "eventstats-to-stats": [
        (
            "a=1 | eventstats count by b | dedup b | table b, count",
            "a=1 | stats count by b | table b, count",
        ),
        ("a=1 | eventstats count by b | dedup b | table b, c", None),
    ],
    "dedup-to-stats": [
        ("a=1 | dedup b, c | table c, b", "a=1 | stats count by b, c | table c, b"),
        ("a=1 | dedup b | table c", None),
    ],
}


@pytest.mark.parametrize(
    ("name", "text", "expected"), [(name, *case) for name, cases in CASES.items() for case in cases]
)
def test_what_a_rule_makes(name: str, text: str, expected: str | None) -> None:
    assert applied(name, text) == expected


def test_an_index_of_the_schema_is_named() -> None:
    schema = Schema(
        name="own",
        tables={
            "win": Table(name="win", fields={"a": "text", "b": "text"}),
            "web": Table(name="web", fields={"b": "text"}),
        },
    )
    context = Context(schema=schema)
    assert applied("name-the-index", "a=1 b=2", context) == "index=win a=1 b=2"
    assert applied("name-the-index", "b=2", context) is None
    assert applied("name-the-index", "index=x a=1", context) is None


def test_searches_in_brackets_are_changed_too() -> None:
    assert (
        applied("merge-searches", "a=1 | join b [search c=1 | search d=2] | head 5")
        == "a=1 | join b [search c=1 d=2] | head 5"
    )


def test_every_rule_is_told() -> None:
    assert len(BY_NAME) == len(RULES) and len(SAFE) >= 14
    assert set(CASES) | {"name-the-index"} == set(BY_NAME)
    for rule in RULES:
        assert rule.reason.endswith(".") and rule.source.startswith("https://docs.splunk.com/")
        assert rule.safe is not bool(rule.caveat)


ASKED = (
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
    "x",
    "y",
    "user",
    "dest",
    "host",
    "sourcetype",
    "process",
    "process_name",
)
VALUES = (
    "1",
    "2",
    "3",
    "10",
    "b",
    "x",
    "s",
    "-enc frombase",
    "pwsh",
    "whoami",
    "-encx  foobar",
    "X",
    5,
    7,
    ["1", "2"],
)


def dense(seed: int, count: int) -> list[dict[str, Any]]:
    """Events with many of the fields that the cases above name."""
    chance = Random(seed)
    return [
        {"_time": float(at * 60), **{name: chance.choice(VALUES) for name in ASKED if chance.random() < 0.9}}
        for at in range(count)
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [(rule.name, text) for rule in SAFE for text, expected in CASES[rule.name] if expected is not None],
)
def test_the_cases_keep_their_rows(name: str, text: str) -> None:
    tree = SPL.parse(text)
    made = BY_NAME[name].apply(tree, Context())
    assert made is not None
    events = dense(7, 400)
    for one in events[:200]:
        one |= {"a": "1", "process_name": "x"}
    data = {"x": events, "Endpoint.Processes": events, "t": [{"b": "1", "c": "2"}]}
    before, after = (SPL.run(one, data, Running()) for one in (tree, made))
    assert before.rows and before.columns == after.columns
    shown = [Counter(repr(sorted(row.items())) for row in one.rows) for one in (before, after)]
    assert shown[0] == shown[1]


FIELDS = ("a", "b", "c", "d")
LITERALS = ("1", "2", "x", "foobar", "x foobar y", "X", "10")
_event = st.dictionaries(
    st.sampled_from(FIELDS),
    st.sampled_from([*LITERALS, 1, 2, 10, ["1", "x"], ["2", "foobar"]]),
    max_size=4,
)
_events = st.lists(_event, min_size=0, max_size=12)
_field = st.sampled_from(FIELDS)
_value = st.sampled_from(["1", "2", "x", "*foobar*", "X", "*"])
_test = st.one_of(
    st.builds("{}={}".format, _field, _value),
    st.builds("{}!={}".format, _field, _value),
    st.builds("NOT {}={}".format, _field, _value),
    st.builds("({}={} OR {}={})".format, _field, _value, _field, _value),
    st.builds("{} IN ({}, {})".format, _field, _value, _value),
)
_condition = st.one_of(
    st.builds("{}>{}".format, _field, st.sampled_from(["1", "5"])),
    st.builds('lower({})="{}"'.format, _field, st.sampled_from(["x", "1"])),
    st.builds('{}="{}"'.format, _field, st.sampled_from(["x", "1", "X"])),
    st.builds("isnotnull({})".format, _field),
    st.builds("NOT isnull({})".format, _field),
    st.builds('match({}, "{}")'.format, _field, st.sampled_from(["foobar", "^x", "(?i)X"])),
    st.builds('NOT {}="{}"'.format, _field, st.sampled_from(["x", "1"])),
    st.builds('({}="x" OR {}="1")'.format, _field, _field),
)
_stage = st.one_of(
    st.builds("search {}".format, _test),
    st.builds("search {} {}".format, _test, _test),
    st.just("search *"),
    st.builds("where {}".format, _condition),
    st.builds("where {} AND {}".format, _condition, _condition),
    st.builds("eval {}=lower({})".format, _field, _field),
    st.builds('eval {}={}."z", {}=60*60'.format, _field, _field, _field),
    st.builds("rename {} as {}".format, _field, st.sampled_from(["a", "e"])),
    st.builds('rex field={} "(?<{}>foo)"'.format, _field, _field),
    st.builds('regex {}="foobar"'.format, _field),
    st.builds("lookup t k as {} OUTPUT v as {}".format, _field, _field),
    st.builds("sort 0 -{}".format, _field),
    st.builds("sort {}".format, _field),
    st.builds("dedup {}".format, _field),
    st.builds("dedup {}, {}".format, _field, _field),
    st.builds("head {}".format, st.sampled_from([2, 5])),
    st.builds("table {}, {}".format, _field, _field),
    st.builds("fields {}, {}".format, _field, _field),
    st.builds("fields - {}".format, _field),
    st.builds("fillnull value=x {}".format, _field),
    st.builds("mvexpand {}".format, _field),
    st.builds("stats count by {}".format, _field),
    st.builds("stats count dc({}) as n by {}, {}".format, _field, _field, _field),
    st.builds("stats first({}) as b by {}".format, _field, _field),
    st.builds("eventstats count by {}".format, _field),
    st.builds("join {} [search {} | search {}]".format, _field, _test, _test),
)  # fmt: skip
_searches = st.builds(
    lambda first, rest: " | ".join([first, *rest]),
    st.builds("index=x {}".format, _test) | st.just("index=x"),
    st.lists(_stage, min_size=1, max_size=5),
)
_LOOKUP = [{"k": "1", "v": "x"}, {"k": "x", "v": "2"}]


def rows_of(tree: Any, events: list[dict[str, Any]]) -> tuple[Any, ...]:
    made = SPL.run(
        tree, {"x": [{"_time": at, **one} for at, one in enumerate(events)], "t": _LOOKUP}, Running()
    )
    rows = [tuple(sorted((name, repr(value)) for name, value in row.items())) for row in made.rows]
    return (made.columns, rows if made.ordered else Counter(rows))


@pytest.mark.parametrize("rule", SAFE, ids=lambda rule: rule.name)
@settings(max_examples=60, deadline=None)
@given(text=_searches, events=st.lists(_events, min_size=2, max_size=3))
def test_safe_rules_keep_the_rows(rule: Rule[Any], text: str, events: list[list[dict[str, Any]]]) -> None:
    tree = SPL.parse(text)
    made = rule.apply(tree, Context())
    if made is None:
        return
    assert made != tree
    assert SPL.parse(SPL.render(made)) == made
    for one in events:
        try:
            before = rows_of(tree, one)
        except UnsayableError:
            return
        assert rows_of(made, one) == before, SPL.render(made)


@settings(max_examples=200, deadline=None)
@given(_searches, _events)
def test_all_safe_rules_together_come_to_an_end(text: str, events: list[dict[str, Any]]) -> None:
    tree = SPL.parse(text)
    before = rows_of(tree, events)
    for _ in range(40):
        made = next((new for rule in SAFE if (new := rule.apply(tree, Context())) is not None), None)
        if made is None:
            break
        assert rows_of(made, events) == before, SPL.render(made)
        tree = made
    else:
        pytest.fail(f"no end: {SPL.render(tree)}")
