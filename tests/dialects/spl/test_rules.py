"""Rules of the optimiser: what they make of a search, and that the rows stay the same."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.spl import Spl
from cybersecqwen.dialects.spl.rules import RULES
from cybersecqwen.errors import UnsayableError
from tests.amounts import draws

from .cases import CASES

SPL = Spl()
BY_NAME = {rule.name: rule for rule in RULES}
SAFE = [rule for rule in RULES if rule.safe]


def applied(name: str, text: str, context: Context | None = None) -> str | None:
    """The text that a rule makes, in one line; None where it changes nothing."""
    made = BY_NAME[name].apply(SPL.parse(text), context or Context())
    return None if made is None else SPL.render(made).replace("\n", " ")


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
    timed = [{"_time": at, **one} for at, one in enumerate(events)]
    made = SPL.run(tree, {"x": timed, "Endpoint.Processes": timed, "t": _LOOKUP}, Running())
    rows = [tuple(sorted((name, repr(value)) for name, value in row.items())) for row in made.rows]
    return (made.columns, rows if made.ordered else Counter(rows))


@draws(250)
@given(text=_searches, events=st.lists(_events, min_size=2, max_size=3))
def test_safe_rules_keep_the_rows(text: str, events: list[list[dict[str, Any]]]) -> None:
    """Each on its own, of all searches: most rules have nothing to change in most of them."""
    tree = SPL.parse(text)
    found = [(rule.name, made) for rule in SAFE if (made := rule.apply(tree, Context())) is not None]
    for name, made in found:
        assert made != tree, name
        assert SPL.parse(SPL.render(made)) == made, name
    for one in events if found else ():
        try:
            before = rows_of(tree, one)
        except UnsayableError:
            return
        for name, made in found:
            assert rows_of(made, one) == before, (name, SPL.render(made))


_cases = [text for cases in CASES.values() for text, _ in cases]


@draws(200)
@given(st.sampled_from(_cases), st.lists(_stage, max_size=2), st.booleans(), st.integers(0, 50))
def test_safe_rules_keep_the_rows_of_what_is_like_their_cases(
    case: str, more: list[str], before: bool, seed: int
) -> None:
    """For the rules that drawn searches hardly ever give something to do, or to leave alone."""
    first, *rest = case.split(" | ")
    tree = SPL.parse(" | ".join([first, *more, *rest] if before else [case, *more]))
    found = [(rule.name, made) for rule in SAFE if (made := rule.apply(tree, Context())) is not None]
    events = dense(seed, 60)
    try:
        rows = rows_of(tree, events) if found else None
    except UnsayableError:
        return
    for name, made in found:
        assert rows_of(made, events) == rows, (name, SPL.render(made))


@draws(60)
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
