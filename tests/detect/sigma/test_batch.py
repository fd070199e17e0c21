"""The batch engine gives exactly what the plain evaluator gives, record by record."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma import batch
from cybersecqwen.detect.sigma.batch import bits, evaluate
from cybersecqwen.detect.sigma.model import (
    About,
    And,
    Expression,
    Logsource,
    Not,
    Op,
    Or,
    Rule,
    Ruleset,
)
from cybersecqwen.detect.sigma.model import Test as Ask
from cybersecqwen.detect.sigma.plain import matches
from cybersecqwen.detect.sigma.plan import Plan
from cybersecqwen.detect.sigma.values import whole_text

from .drawn import expressions, records, satisfying


def rule(expression: Expression, number: int = 0) -> Rule:
    return Rule(about=About(id=str(number), title="t"), logsource=Logsource(), expression=expression)


def plan_of(found: Sequence[Expression]) -> Plan:
    return Plan([(number, rule(one, number)) for number, one in enumerate(found)])


def in_batch(plan: Plan, raws: Sequence[dict[str, Any]]) -> dict[int, list[int]]:
    return dict(evaluate(plan, raws, lambda field: [raw.get(field) for raw in raws]))


def one_by_one(found: Sequence[Expression], raws: Sequence[dict[str, Any]]) -> dict[int, list[int]]:
    out: dict[int, list[int]] = {}
    for at, raw in enumerate(raws):
        get = {**raw, "": whole_text(raw)}.get
        for number, one in enumerate(found):
            if matches(one, get):
                out.setdefault(number, []).append(at)
    return out


SIZES = (1, 2, batch._SMALL - 1, batch._SMALL, batch._SMALL + 1, 3 * batch._SMALL)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(expressions, min_size=1, max_size=6),
    st.lists(records, min_size=1, max_size=8),
    st.sampled_from(SIZES),
    st.randoms(use_true_random=False),
)
def test_batches_of_drawn_records(
    found: list[Expression], some: list[dict[str, Any]], size: int, chance: Random
) -> None:
    expected = one_by_one(found, some)
    plan = plan_of(found)
    for _ in range(2):  # the second batch meets values that the first has left behind
        chosen = [chance.randrange(len(some)) for _ in range(size)]
        due = {
            number: [at for at, one in enumerate(chosen) if one in rows]
            for number, rows in ((n, set(held)) for n, held in expected.items())
            if rows.intersection(chosen)
        }
        assert in_batch(plan, [some[one] for one in chosen]) == due


def test_what_is_remembered_may_be_forgotten_within_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    from cybersecqwen.detect.sigma import match

    monkeypatch.setattr(match, "_REMEMBERED", 3)
    found = [Ask("a", Op.CONTAINS, ("1",)), Ask("a", Op.NULL), Not(Ask("a", Op.EQUALS, ("2",)))]
    raws = [{"a": str(number % 17)} if number % 5 else {} for number in range(300)]
    assert in_batch(plan_of(found), raws) == one_by_one(found, raws)


def test_classes_do_not_pile_up_from_batch_to_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    from cybersecqwen.detect.sigma import match

    monkeypatch.setattr(match, "_MOST_CLASSES", 20)
    found: list[Expression] = [Ask(field, Op.CONTAINS, (c,)) for c in "abcdefgh" for field in ("a", "")]
    found.append(Ask("a", Op.NULL))
    plan, chance = plan_of(found), Random(1)
    for _ in range(20):
        raws = [{"a": "".join(chance.sample("abcdefgh", 3))} for _ in range(30)] + [{}]
        assert in_batch(plan, raws) == one_by_one(found, raws)
        assert sum(len(matcher.table) for matcher in plan.whole) <= 20 + 31 + 31
        assert len(plan.columns[0].matcher.table) <= 20 + 31


@pytest.mark.parametrize(
    "found",
    [
        [And((Ask("a", Op.PRESENT), Ask("", Op.PRESENT))), Ask("", Op.CONTAINS, ("secret",))],
        [Ask("", Op.CONTAINS, ("nan",)), Ask("", Op.EQUALS, ("nan",))],
        [Ask("", Op.CONTAINS, ('name":"x',)), Ask("", Op.CONTAINS, ("a\\b",))],
        [Ask("", Op.REGEX, (r"a\?b",), True), Ask("a", Op.REGEX, (r"a\?b",), True)],
        [Ask("a", Op.REGEX, ("[[:alpha:]]foo",), True), Ask("a", Op.CONTAINS, ("",))],
        [And(()), Or(()), Not(Or(())), Not(And(()))],
        [Ask("a", Op.EQUALS, ("true",)), Ask("a", Op.EQUALS, ("1",)), Ask("a", Op.EQUALS, ("0",))],
    ],
)
def test_places_where_a_shortcut_could_lead_astray(found: list[Expression]) -> None:
    deep: Any = {"name": "x"}
    for _ in range(12):
        deep = {"in": deep}
    raws: list[dict[str, Any]] = [
        {"a": "x"}, {"a": float("nan")}, {"a": deep}, {"a": "a\\b"}, {"a": "a\ud800b"}, {"a": "a?b"},
        {"a": "xfoo"}, {"a": "]foo"}, {"a": ""}, {}, {"a": True}, {"a": 1}, {"a": 1.0},
        {"a": False}, {"a": 0},
        {"a": [[["secret"]]]}, {"a": []}, {"a": {}}, {"b": "SECRET"},
    ]  # fmt: skip
    assert in_batch(plan_of(found), raws) == one_by_one(found, raws)


def test_records_that_nest_without_end_or_hold_odd_numbers() -> None:
    nested: Any = "x"
    mapping: Any = "x"
    for _ in range(3_000):
        nested, mapping = [nested], {"k": mapping}
    raws: list[dict[str, Any]] = [{"a": nested}, {"a": mapping}, {"a": 10**6_000}, {"a": [10**6_000, "y"]}]
    found = [Ask("a", Op.CONTAINS, ("y",)), Ask("", Op.CONTAINS, ("y",)), Ask("a", Op.PRESENT)]
    assert in_batch(plan_of(found), raws) == one_by_one(found, raws) == {0: [3], 1: [3], 2: [0, 1, 2, 3]}


def _agreement(ruleset: Ruleset, count: int, seed: int) -> int:
    """How many hits there were, all of them agreed on, in records made from the rules' own values."""
    found = [one.expression for one in ruleset.rules]
    chance = Random(seed)
    raws = [satisfying(chance.choice(found), chance) for _ in range(count)]
    for raw in raws[:: max(1, count // 10)]:  # and some that mix two
        raw.update(satisfying(chance.choice(found), chance))
    due = one_by_one(found, raws)
    assert in_batch(plan_of(found), raws) == due
    return sum(map(len, due.values()))


def test_all_starter_rules_on_records_of_their_own_values(starter: Ruleset) -> None:
    assert _agreement(starter, 500, seed=1) > 150


@pytest.mark.data
def test_all_rules_of_the_large_set_on_records_of_their_own_values(large: Ruleset) -> None:
    assert len(large.rules) > 3_000
    assert _agreement(large, 150, seed=2) > 50


@given(st.sets(st.integers(0, 300)))
def test_bits_are_the_positions_that_are_set(positions: set[int]) -> None:
    assert list(bits(sum(1 << at for at in positions))) == sorted(positions)


def test_nothing_to_do() -> None:
    assert evaluate(Plan([]), [{"a": 1}], lambda _: [1]) == []
    assert evaluate(plan_of([Ask("a", Op.PRESENT)]), [], lambda _: []) == []
