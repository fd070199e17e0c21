"""Each rule changes what it should, leaves what it must, and keeps the rows where it is safe."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.eql import Eql
from cybersecqwen.dialects.eql.tree import EqlTree
from cybersecqwen.dialects.improvement import Context, Rule
from cybersecqwen.dialects.improving import improve
from cybersecqwen.dialects.interface import Running
from tests.strategies import UNHURRIED

EQL = Eql()
RULES: dict[str, Rule[EqlTree]] = {rule.name: rule for rule in Eql.rules}
NOTHING = Context()
P = "process where "
KEYS = 'sequence by k [any where a : "x"] [any where b : "y"]'

CHANGED = [
    ("category-of-ecs", 'any where event.category : "Process" and a : "x"', 'process where a : "x"'),
    ("specific-category", 'any where event.category == "process" and a : "x"', P + 'a : "x"'),
    ("specific-category", 'any where "file" == event.category', "file where true"),
    ("specific-category", 'any where a : "x" and event.category in ("dns-x")', '"dns-x" where a : "x"'),
    (
        "category-from-fields",
        'any where process.name : "x" and user.id : "y"',
        P + 'process.name : "x" and user.id : "y"',
    ),
    (
        "category-from-fields",
        'any where file.path : "x" or process.name : "y"',
        'file where file.path : "x" or process.name : "y"',
    ),
    ("drop-repeated-conditions", P + 'a : "x" and b : "y" and a : "x"', P + 'a : "x" and b : "y"'),
    ("drop-repeated-conditions", P + 'a : "x" and true', P + 'a : "x"'),
    ("drop-repeated-conditions", P + 'not not a : "x" or false', P + 'a : "x"'),
    ("function-to-wildcard", P + 'endsWith~(a, ".exe")', P + 'a : "*.exe"'),
    ("function-to-wildcard", P + 'not stringContains(a, "X")', P + 'not a like "*X*"'),
    ("function-to-wildcard", P + 'startsWith(a, "X")', P + 'a like "X*"'),
    ("regex-to-wildcard", P + 'a regex ".*foo.bar"', P + 'a like "*foo?bar"'),
    ("regex-to-wildcard", P + 'a regex~ ("foo.*", "b\\\\.c")', P + 'a : ("foo*", "b.c")'),
    ("like-to-equals", P + 'a like "X"', P + 'a == "X"'),
    ("like-to-equals", P + 'a like ("X", "Y")', P + 'a in ("X", "Y")'),
    ("or-chain-to-list", P + 'a == "x" or b == 1 or a == "y"', P + 'a in ("x", "y") or b == 1'),
    ("or-chain-to-list", P + 'a : "x*" or a : ("y", "z")', P + 'a : ("x*", "y", "z")'),
    ("or-chain-to-list", P + 'not a : "x" and not a : "y"', P + 'not a : ("x", "y")'),
    ("or-chain-to-list", P + 'a != "x" and a not in ("y")', P + 'a not in ("x", "y")'),
    ("or-chain-to-list", P + 'b == 1 and (a like "x*" or a like "*y")', P + 'b == 1 and a like ("x*", "*y")'),
    (
        "shared-key-once",
        'sequence [any where a : "x"] by k, l [any where b : "y"] by k, m',
        'sequence by k\n  [any where a : "x"] by l\n  [any where b : "y"] by m',
    ),
    (
        "shared-key-once",
        "sequence by j [any where true] by k [any where true] by k until [any where true] by k",
        "sequence by j, k\n  [any where true]\n  [any where true]\nuntil [any where true]",
    ),
    (
        "spread-conditions-on-shared-keys",
        'sequence by k [any where k : "x" and a : "y"] [any where true]',
        'sequence by k\n  [any where k : "x" and a : "y"]\n  [any where k : "x"]',
    ),
    (
        "bound-the-sequence",
        KEYS,
        'sequence by k with maxspan=1h\n  [any where a : "x"]\n  [any where b : "y"]',
    ),
    ("path-ending-to-name", P + 'process.executable : "*\\\\cmd.exe"', P + 'process.name : "cmd.exe"'),
    ("path-ending-to-name", P + 'file.path like ("*/a", "*\\\\b")', P + 'file.name in ("a", "b")'),
    ("path-ending-to-name", P + 'not file.path : ("*/a", "*/b")', P + 'not file.name in~ ("a", "b")'),
]
LEFT = [
    ("category-of-ecs", 'any where event.category : "proc*"'),
    ("category-of-ecs", 'any where event.category : ("process", "file")'),
    ("category-of-ecs", 'any where event.category : "process" or a : "x"'),
    ("specific-category", 'any where event.category : "process"'),
    ("specific-category", 'any where event.category == "process" or a : "x"'),
    ("specific-category", 'any where not event.category == "process"'),
    ("specific-category", 'any where event.category in ("process", "file")'),
    ("category-from-fields", 'any where file.path : "x" and registry.path : "y"'),
    ("category-from-fields", 'any where other.name : "x"'),
    ("category-from-fields", 'any where file.path : "x" and event.category == "process"'),
    ("category-from-fields", 'any where user.name : "x"'),
    ("drop-repeated-conditions", P + 'a : "x" and not a : "x"'),
    ("drop-repeated-conditions", P + "a == 1 or a == 1.0"),
    ("function-to-wildcard", P + 'endsWith(a, "")'),
    ("function-to-wildcard", P + 'stringContains~(a, "*")'),
    ("function-to-wildcard", P + 'endsWith(concat(a, "b"), "c")'),
    ("regex-to-wildcard", P + 'a regex "fo+"'),
    ("regex-to-wildcard", P + 'a regex "a\\\\*b"'),
    ("regex-to-wildcard", P + 'a regex ("foo", "[ab]")'),
    ("regex-to-wildcard", P + 'a regex "a<1-5>"'),
    ("like-to-equals", P + 'a like "x*"'),
    ("like-to-equals", P + 'a like "x?"'),
    ("like-to-equals", P + 'a like ("x", "y*")'),
    ("like-to-equals", P + 'a like~ "x"'),
    ("or-chain-to-list", P + 'a == "x" and a == "y"'),
    ("or-chain-to-list", P + 'a == "x" or a : "y"'),
    ("or-chain-to-list", P + 'a == null or a == "y"'),
    ("or-chain-to-list", P + 'not a : "x" or not a : "y"'),
    ("or-chain-to-list", P + 'a == "x" or b == "y"'),
    ("shared-key-once", "sequence [any where true] by k [any where true] by l"),
    ("shared-key-once", "sequence [any where true] by k [any where true] by ?k"),
    ("shared-key-once", "sequence [any where true] by k [any where true] by k until [any where true]"),
    ("spread-conditions-on-shared-keys", 'sequence by k [any where a : "x"] [any where true]'),
    ("spread-conditions-on-shared-keys", 'sequence by ?k [any where k : "x"] [any where true]'),
    ("spread-conditions-on-shared-keys", 'sequence by k [any where k : "x" or a : "y"] [any where true]'),
    ("spread-conditions-on-shared-keys", "sequence by k [any where length(k) > 5] [any where true]"),
    ("bound-the-sequence", "sequence with maxspan=1m [any where true] [any where true]"),
    ("bound-the-sequence", "sample by a [any where true] [any where true]"),
    ("path-ending-to-name", P + 'process.executable : "*cmd.exe"'),
    ("path-ending-to-name", P + 'process.executable : "*\\\\system32\\\\cmd.exe"'),
    ("path-ending-to-name", P + 'process.executable : ("*\\\\cmd.exe", "*x")'),
    ("path-ending-to-name", P + 'other.executable : "*\\\\cmd.exe"'),
]


def changed(name: str, text: str) -> str | None:
    made = RULES[name].apply(EQL.parse(text), NOTHING)
    return None if made is None else EQL.render(made)


@pytest.mark.parametrize(("name", "before", "after"), CHANGED)
def test_what_it_changes(name: str, before: str, after: str) -> None:
    assert changed(name, before) == EQL.render(EQL.parse(after))
    assert changed(name, after) is None


@pytest.mark.parametrize(("name", "text"), LEFT)
def test_what_it_leaves(name: str, text: str) -> None:
    assert changed(name, text) is None


@pytest.mark.parametrize(("name", "before", "after"), [one for one in CHANGED if RULES[one[0]].safe])
def test_the_optimiser_keeps_it_and_proves_it(name: str, before: str, after: str) -> None:
    found = improve(EQL, before, proof_events=300)
    assert name in {step.rule for step in found.steps}
    assert not found.withdrawn and not found.problems
    assert found.proof is not None and not found.proof.not_run
    assert found.cost_after < found.cost_before


def test_every_rule_says_why_and_where() -> None:
    assert len(RULES) == len(Eql.rules) >= 10
    for rule in Eql.rules:
        assert rule.source.startswith("https://www.elastic.co/docs/")
        assert rule.reason.endswith(".") and bool(rule.caveat) is not rule.safe
        assert {rule.name} <= {one[0] for one in CHANGED} & {one[0] for one in LEFT}


_TEXTS = ("x", "X", "y", "xy", "x*", "*y", "x?", "", "*", "a.b")
_leaves = st.one_of(
    st.builds(
        lambda name, op, text: f'{name} {op} "{text}"',
        st.sampled_from(["a", "b", "k"]),
        st.sampled_from(["==", "!=", ":", "like", "like~", "regex", "regex~"]),
        st.sampled_from((*_TEXTS[:4], "x.*", "[xy]", "x.", "x\\\\.y")),
    ),
    st.builds(
        lambda name, op, one, other: f'{name} {op} ("{one}", "{other}")',
        st.sampled_from(["a", "b"]),
        st.sampled_from(["in", "in~", "not in", ":", "like"]),
        st.sampled_from(_TEXTS),
        st.sampled_from(_TEXTS),
    ),
    st.builds(
        lambda function, mark, name, text: f'{function}{mark}({name}, "{text}")',
        st.sampled_from(["startsWith", "endsWith", "stringContains"]),
        st.sampled_from(["", "~"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from(_TEXTS),
    ),
    st.sampled_from(["a == null", "b != null", "true", "false", 'event.category == "process"']),
)
conditions: st.SearchStrategy[str] = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.lists(inner, min_size=2, max_size=4).map(lambda some: "(" + " or ".join(some) + ")"),
        st.lists(inner, min_size=2, max_size=4).map(lambda some: "(" + " and ".join(some) + ")"),
    ),
    max_leaves=8,
)
queries = st.one_of(
    conditions.map(lambda one: f"any where {one}"),
    st.builds(
        lambda one, other, key: f"sequence [any where {one}] by {key} [any where {other}] by {key}, k",
        conditions,
        conditions,
        st.sampled_from(["k", "a"]),
    ).map(lambda text: text.replace(", k", "")),
    st.builds(
        lambda one, other: f"sequence by k [any where {one}] [any where {other}]", conditions, conditions
    ),
)
_records = st.lists(
    st.dictionaries(
        st.sampled_from(["a", "b", "k", "event.category"]),
        st.sampled_from(["x", "X", "y", "xy", "xyy", "", "a.b", "process", "file", "x.y"]),
    ),
    max_size=8,
)


@UNHURRIED
@given(queries, _records)
def test_safe_rules_keep_the_rows(text: str, records: list[dict[str, Any]]) -> None:
    tree = EQL.parse(text)
    events = [{"@timestamp": 100.0 + at, **record} for at, record in enumerate(records)]
    data = {"process": events[::2], "file": events[1::2]}
    before = EQL.run(tree, data, Running()).rows
    for rule in Eql.rules:
        made = rule.apply(tree, NOTHING) if rule.safe else None
        if made is not None:
            assert EQL.parse(EQL.render(made)) == made, rule.name
            assert EQL.run(made, data, Running()).rows == before, rule.name


@UNHURRIED
@given(queries)
def test_rules_come_to_an_end(text: str) -> None:
    found = improve(EQL, text, proof_events=0)
    assert not found.problems
    assert found.cost_after <= found.cost_before
