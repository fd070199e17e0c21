"""Each rule changes what it should, leaves what it must, and keeps the rows where it is safe."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.lucene import Lucene
from cybersecqwen.dialects.lucene.tree import Group
from cybersecqwen.errors import UnsayableError
from tests.strategies import UNHURRIED

FOLDED, EXACT = Lucene(), Lucene(case="exact")
RULES: dict[str, Rule[Group]] = {rule.name: rule for rule in Lucene.rules}
NOTHING = Context()


def changed(name: str, text: str, context: Context = NOTHING) -> str | None:
    made = RULES[name].apply(FOLDED.parse(text), context)
    return None if made is None else FOLDED.render(made)


CHANGED = [
    ("drop-scoring-clauses", "+a:x b:y", "a:x"),
    ("drop-scoring-clauses", "a:x AND b:y OR c:z", "a:x AND b:y"),
    ("drop-scoring-clauses", "z:1 AND (+a:x b:y -c:z)", "z:1 AND (a:x AND NOT c:z)"),
    ("drop-boosts", 'a:x^2 AND b:("y z"^3 OR w)^2', 'a:x AND b:("y z" OR w)'),
    ("drop-idle-brackets", "(a:x AND (b:y AND c:z))", "a:x AND b:y AND c:z"),
    ("drop-idle-brackets", "NOT (NOT a:x)", "a:x"),
    ("drop-idle-brackets", "*:* AND a:x", "a:x"),
    ("drop-idle-brackets", "a:x AND NOT (NOT *:*)", "a:x"),
    ("drop-idle-brackets", "a:x OR *:* OR b:y", "*:*"),
    ("drop-idle-brackets", "a:x AND NOT *:*", "NOT *:*"),
    ("drop-idle-brackets", "a:x AND NOT (b:y OR c:z)", "a:x AND NOT b:y AND NOT c:z"),
    ("drop-idle-brackets", "a:((x))", "a:x"),
    ("drop-covered-clauses", "a:x AND b:y AND a:x", "b:y AND a:x"),
    ("drop-covered-clauses", "a:cmd.exe OR a:cmd*", "a:cmd*"),
    ("drop-covered-clauses", "a:(cmd* OR c*d* OR cmd.exe)", "a:(c*d*)"),
    ("drop-covered-clauses", "a:cmd.exe AND a:cmd*", "a:cmd.exe"),
    ("drop-covered-clauses", "a:>5 AND a:>=10", "a:>=10"),
    ("drop-covered-clauses", "a:[1 TO 5] OR a:[2 TO 3}", "a:[1 TO 5]"),
    ("drop-covered-clauses", "NOT a:x* AND NOT a:xy", "NOT a:x*"),
    ("drop-covered-clauses", "a:x OR (a:x AND b:y)", "a:x"),
    ("drop-covered-clauses", "a:x AND (a:x OR b:y)", "a:x"),
    ("drop-exists-beside-test", "_exists_:a AND a:x", "a:x"),
    ("drop-exists-beside-test", "NOT b:y AND _exists_:a AND a:(x OR y)", "NOT b:y AND a:(x OR y)"),
    ("or-chain-to-field-group", "a:x OR b:y OR a:z", "a:(x OR z) OR b:y"),
    ("or-chain-to-field-group", "a:(x OR y) OR a:z", "a:(x OR y OR z)"),
    ("or-chain-to-field-group", "NOT a:x AND b:y AND NOT a:z", "NOT a:(x OR z) AND b:y"),
    ("or-chain-to-field-group", 'c:w AND (a:x OR a:"y z" OR a:>5)', 'c:w AND (a:(x OR "y z" OR >5))'),
    ("regex-to-wildcard", "a:/.*foo.*/", "a:*foo*"),
    ("regex-to-wildcard", r"a:/foo\.exe/^2", "a:foo.exe^2"),
    ("regex-to-wildcard", "a:(/fo.o/ OR x)", "a:(fo?o OR x)"),
    ("regex-to-wildcard", "a:/@/", "a:*"),
    ("regex-to-wildcard", "a:/foo bar/", 'a:"foo bar"'),
    ("collapse-stars", "a:**foo*** OR **bar*", "a:*foo* OR *bar*"),
    ("numbers-to-range", "a:(3 OR 1 OR 2) AND b:x", "a:[1 TO 3] AND b:x"),
    ("path-ending-to-name", r"process.executable:*\\cmd.exe", "process.name:cmd.exe"),
    ("path-ending-to-name", r"x:y AND NOT file.path:*\/passwd", "x:y AND NOT file.name:passwd"),
    ("contains-to-words", "process.command_line:*mimikatz*", "process.command_line.text:mimikatz"),
    ("free-text-to-message", "a:x AND *foo*", "a:x AND message:*foo*"),
    ("bound-the-time", "a:x AND NOT b:y", "@timestamp:[now-1d TO now] AND a:x AND NOT b:y"),
    ("bound-the-time", "a:x OR b:y", "@timestamp:[now-1d TO now] AND (a:x OR b:y)"),
]
LEFT = [
    ("drop-scoring-clauses", "a:x OR b:y"),
    ("drop-scoring-clauses", "a:x -b:y"),
    ("drop-boosts", "a:x AND b:y~2"),
    ("drop-idle-brackets", "a:x AND (b:y OR c:z)"),
    ("drop-idle-brackets", "a:x OR (b:y AND c:z)"),
    ("drop-idle-brackets", "a:x AND (+b:y c:z)"),
    ("drop-covered-clauses", "a:cmd* OR a:cm?x OR b:cmd.exe"),
    ("drop-covered-clauses", "a:x AND NOT a:x"),
    ("drop-covered-clauses", "a:*ab AND a:*aab*"),
    ("drop-covered-clauses", "a:ab*ba OR a:aba"),
    ("drop-covered-clauses", "a:>5 AND a:<10"),
    ("drop-covered-clauses", "a:x~1 OR a:x"),
    ("drop-exists-beside-test", "_exists_:a OR a:x"),
    ("drop-exists-beside-test", "_exists_:a AND NOT a:x"),
    ("drop-exists-beside-test", "NOT _exists_:a AND a:x"),
    ("or-chain-to-field-group", "a:x AND a:y"),
    ("or-chain-to-field-group", "NOT a:x AND b:y"),
    ("or-chain-to-field-group", "a:(x AND y) OR a:z"),
    ("or-chain-to-field-group", "a:x OR b:y AND a:z"),
    ("regex-to-wildcard", "a:/fo+/ OR b:/[ab]/"),
    ("regex-to-wildcard", r"a:/10.0.0.0\/8/"),
    ("regex-to-wildcard", "a:/&/"),
    ("regex-to-wildcard", "/foo/"),
    ("collapse-stars", r"a:*\*"),
    ("numbers-to-range", "a:(1 OR 3 OR 4)"),
    ("numbers-to-range", "a:(1 OR 2)"),
    ("numbers-to-range", "a:(1 OR 2 OR x)"),
    ("path-ending-to-name", r"process.executable:*cmd.exe"),
    ("path-ending-to-name", r"process.executable:*\\system32\\cmd.exe"),
    ("path-ending-to-name", r"process.executable:*\\cmd*"),
    ("path-ending-to-name", r"other.executable:*\\cmd.exe"),
    ("contains-to-words", "process.command_line:*-enc*"),
    ("contains-to-words", "process.command_line:mimikatz*"),
    ("contains-to-words", "other:*mimikatz*"),
    ("free-text-to-message", "message:foo"),
    ("bound-the-time", "@timestamp:>now-1h AND a:x"),
    ("bound-the-time", "a:x OR @timestamp:>now-1h"),
]


@pytest.mark.parametrize(("name", "before", "after"), CHANGED)
def test_what_it_changes(name: str, before: str, after: str) -> None:
    assert changed(name, before) == after
    assert changed(name, after) is None


@pytest.mark.parametrize(("name", "text"), LEFT)
def test_what_it_leaves(name: str, text: str) -> None:
    assert changed(name, text) is None


def test_every_rule_is_told_and_tested() -> None:
    assert set(RULES) == {name for name, _, _ in CHANGED} == {name for name, _ in LEFT}
    for rule in RULES.values():
        assert rule.source.startswith("https://www.elastic.co/docs/")
        assert rule.reason.endswith(".")
        assert rule.safe is not bool(rule.caveat)


_VALUES = ("x", "xy", "y", "cmd", "cmd.exe", "c1d2", "X", "ab", "aba", "abba", "*", "5", "10", "2.5", "a b")
_TERMS = st.sampled_from(
    [
        *(
            "x",
            "x*",
            "*x*",
            "xy",
            "y",
            "cmd*",
            "cmd.exe",
            "c*d*",
            "*",
            "a?",
            "ab*ba",
            "aba",
            '"a b"',
            "/x.*/",
        ),
        *("/x/", "/.*m.*/", "/[xy]/", ">5", ">=10", "<5", "[2 TO 10}", "(x OR y)", "(x AND y)", "(NOT x)"),
        *("(x y^2)", "**y", "((x))", "(/x/ OR **y)"),
    ]
)
_CLAUSES = st.tuples(st.sampled_from(["a:", "a:", "b:"]), _TERMS).map("".join) | st.sampled_from(
    ["_exists_:a", "_exists_:b", "*:*", "*x*", "*"]
)


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    parts = st.lists(
        st.tuples(st.sampled_from(["", "", "NOT ", "+", "-"]), inner).map("".join), min_size=1, max_size=4
    )
    same = st.tuples(parts, st.sampled_from([" AND ", " OR ", " "])).map(lambda pair: pair[1].join(pair[0]))
    return same.map(lambda text: f"({text})")


_QUERIES = _joined(st.recursive(_CLAUSES, _joined, max_leaves=8))
_EVENTS = st.lists(
    st.dictionaries(
        st.sampled_from(["a", "b"]),
        st.sampled_from(_VALUES) | st.lists(st.sampled_from(_VALUES), min_size=2, max_size=2) | st.just(7),
    ),
    min_size=1,
    max_size=8,
)


@UNHURRIED
@given(
    _QUERIES,
    _EVENTS,
    st.sampled_from([FOLDED, EXACT]),
    st.sampled_from([r for r in RULES.values() if r.safe]),
)
def test_safe_rules_keep_the_rows(
    text: str, events: list[dict[str, Any]], dialect: Lucene, rule: Rule[Group]
) -> None:
    tree = dialect.parse(text)
    after = rule.apply(tree, NOTHING)
    if after is None:
        return
    assert dialect.parse(dialect.render(after)) == after
    data = {"": events}
    try:
        before = dialect.run(tree, data, Running()).rows
    except UnsayableError:
        return
    assert dialect.run(after, data, Running()).rows == before
    assert dialect.cost(after, NOTHING) <= dialect.cost(tree, NOTHING)


@UNHURRIED
@given(_QUERIES)
def test_all_rules_in_turn_come_to_an_end(text: str) -> None:
    tree = FOLDED.parse(text)
    for _ in range(50):
        for rule in RULES.values():
            after = rule.apply(tree, NOTHING) if rule.safe else None
            if after is not None:
                tree = after
                break
        else:
            return
    raise AssertionError(FOLDED.render(tree))


def test_suggestions_keep_the_rows_where_their_caveat_is_heeded() -> None:
    events = [
        {"process.executable": path, "process.name": path.rsplit("\\", 1)[-1], "port": port, "message": text}
        for path in ("C:\\Windows\\cmd.exe", "C:\\x\\mycmd.exe", "CMD.EXE\\b")
        for port in (1, 2, 3, 4)
        for text in ("run mimikatz now", "nothing")
    ]
    for name, text, found in (
        ("path-ending-to-name", r"process.executable:*\\cmd.exe", 8),
        ("numbers-to-range", "port:(1 OR 2 OR 3)", 18),
        ("free-text-to-message", "*mimikatz*", 12),
    ):
        tree = FOLDED.parse(text)
        after = RULES[name].apply(tree, NOTHING)
        assert after is not None
        before = FOLDED.run(tree, {"": events}, Running()).rows
        assert FOLDED.run(after, {"": events}, Running()).rows == before
        assert len(before) == found
        assert FOLDED.cost(after, NOTHING) < FOLDED.cost(tree, NOTHING)


def test_a_schema_decides_where_it_knows() -> None:
    table = Table(
        name="", fields={"port": "number", "name": "text", "process.executable": "text", "x.text": "text"}
    )
    context = Context(schema=Schema(name="own", tables={"": table}, time_field="time"))
    assert changed("numbers-to-range", "port:(1 OR 2 OR 3)", context) == "port:[1 TO 3]"
    assert changed("numbers-to-range", "name:(1 OR 2 OR 3)", context) is None
    assert changed("path-ending-to-name", r"process.executable:*\\cmd.exe", context) is None
    assert changed("contains-to-words", "x:*word*", context) == "x.text:word"
    assert changed("free-text-to-message", "*foo*", context) is None
    assert changed("bound-the-time", "a:x", context) == "time:[now-1d TO now] AND a:x"


def test_costs_are_in_order() -> None:
    cheap_first = (
        "@timestamp:[now-1d TO now] AND a:x",
        "a:x",
        "a:x*",
        "@timestamp:[now-1d TO now] AND a:*x*",
        "a:*x*",
        "a:/.*x+/",
        "*x*",
    )
    costs = [FOLDED.cost(FOLDED.parse(text), NOTHING) for text in cheap_first]
    assert costs[1:] == sorted(costs[1:])
