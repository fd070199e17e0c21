from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.evaluating import evaluate, holds
from cybersecqwen.dialects.examples import Examples, examples
from cybersecqwen.dialects.examples.contradictions import impossible
from cybersecqwen.dialects.interface import Running
from cybersecqwen.dialects.query import Aggregate, Keep, Measure, Measured, Query, Span, Stage
from cybersecqwen.dialects.query import Sequence as Order
from tests.amounts import draws, part
from tests.published import rules as published

from . import drawn

NOW = 1_700_000_000.0


def only(made: Examples) -> tuple[list[Any], list[Any]]:
    """The single records of the examples."""
    return [one.records[0] for one in made.positives], [one.records[0] for one in made.near_misses]


@given(drawn.expressions(), st.integers(0, 5))
@draws(60)
def test_positives_hold_and_near_misses_do_not(expression: Expression, seed: int) -> None:
    made = examples(Query(where=expression), seed=seed)
    good, missed = only(made)
    assert all(holds(expression, record) for record in good)
    assert not any(holds(expression, record) for record in missed)
    assert not (made.impossible and good)


@given(drawn.expressions())
@draws(30)
def test_same_seed_same_examples(expression: Expression) -> None:
    assert examples(Query(where=expression), seed=3) == examples(Query(where=expression), seed=3)


@given(drawn.expressions(), st.lists(drawn.records(), max_size=10))
@draws(100)
def test_what_is_called_impossible_never_holds(expression: Expression, records: list[dict[str, Any]]) -> None:
    if impossible(expression, {}):
        assert not any(holds(expression, record) for record in records)


def test_every_branch_and_value_is_reached() -> None:
    words = tuple(f"word{number}" for number in range(12))
    expression = Or((Asked("a", Op.CONTAINS, words), Asked("b", Op.EQUALS, ("x",)), Asked("c", Op.PRESENT)))
    good, _ = only(examples(Query(where=expression)))
    for word in words:
        assert any(word in str(record.get("a", "")).lower() for record in good)
    assert any(str(record.get("b")).lower() == "x" for record in good)
    assert any("c" in record for record in good)


def test_letters_case_and_padding_vary() -> None:
    good, _ = only(examples(Query(where=Asked("a", Op.CONTAINS, tuple(f"needle{n}" for n in range(20))))))
    texts = [record["a"] for record in good]
    assert any(text != text.lower() for text in texts)
    assert any(not text.lower().startswith("needle") for text in texts)


def test_near_misses_name_their_condition() -> None:
    expression = And(
        (
            Asked("ip", Op.CIDR, ("10.0.0.0/8",)),
            Asked("port", Op.GREATER, ("1024",)),
            Asked("image", Op.ENDS, ("\\cmd.exe",)),
            Not(Asked("user", Op.EQUALS, ("system",))),
        )
    )
    made = examples(Query(where=expression))
    told = " ".join(one.about for one in made.near_misses)
    for words in (
        "outside 10.0.0.0/8",
        "port is just not",
        "character of image",
        "Excluded by a filter: user",
    ):
        assert words in told
    bound = next(one for one in made.near_misses if "port is just" in one.about)
    assert bound.records[0]["port"] == 1024
    filtered = next(one for one in made.near_misses if "filter" in one.about)
    assert str(filtered.records[0]["user"]).lower() == "system"
    assert holds(And(expression.parts[:3]), filtered.records[0])


@pytest.mark.parametrize(
    "expression",
    [
        And((Asked("a", Op.EQUALS, ("1",)), Asked("a", Op.EQUALS, ("2",)))),
        And((Asked("a", Op.STARTS, ("abc",)), Not(Asked("a", Op.CONTAINS, ("b",))))),
        And((Asked("a", Op.GREATER, ("5",)), Asked("a", Op.LESS, ("5",)))),
        And((Asked("a", Op.EQUALS, ("runwizard",)), Asked("a", Op.REGEX, ("[0-9]{8}",), True))),
        And((Asked("a", Op.CIDR, ("10.1.0.0/16",)), Not(Asked("a", Op.CIDR, ("10.0.0.0/8",))))),
        And((Asked("a", Op.ENDS, ("x.exe", "y.exe")), Asked("a", Op.ENDS, ("z.exe",)))),
        And((Asked("a", Op.STARTS, ("Ab",), True), Asked("a", Op.STARTS, ("ac", "b")))),
        And((Asked("a", Op.NULL), Asked("a", Op.CONTAINS, ("x",)))),
        And((Asked("a", Op.CIDR, ("10.0.0.0/8",)), Asked("a", Op.CIDR, ("192.168.0.0/16",)))),
    ],
)
def test_contradictions_are_impossible(expression: Expression) -> None:
    made = examples(Query(where=expression))
    assert made.impossible
    assert made.positives == ()


def test_a_field_with_lists_may_hold_both() -> None:
    expression = And((Asked("a", Op.EQUALS, ("one",)), Asked("a", Op.EQUALS, ("two",))))
    made = examples(Query(where=expression), types={"a": "dynamic"})
    assert made.positives and not made.impossible


def test_a_value_that_nothing_reaches_is_told() -> None:
    expression = And(
        (
            Asked("a", Op.ENDS, (".exe", ".dll")),
            Not(Asked("a", Op.CONTAINS, (".dl",))),
            Asked("b", Op.PRESENT),
        )
    )
    made = examples(Query(where=expression))
    assert made.positives and not made.impossible
    assert made.unreachable == ("No match can have this: a is text that ends with '.dll'.",)


def test_types_are_kept() -> None:
    expression = And(
        (Asked("n", Op.EQUALS, ("7",)), Asked("t", Op.EQUALS, ("7",)), Asked("b", Op.EQUALS, ("true",)))
    )
    made = examples(Query(where=expression), types={"n": "number", "t": "text", "b": "bool"})
    assert {(type(r["n"]), type(r["t"]), type(r["b"])) for r in only(made)[0]} == {(int, str, bool)}
    assert all(isinstance(r.get("n", 0), int) for r in only(made)[1])


def test_words_anywhere() -> None:
    good, missed = only(examples(Query(where=Asked("", Op.CONTAINS, ("mimikatz",)))))
    assert good and missed
    assert all("mimikatz" in " ".join(map(str, r.values())).lower() for r in good)


COUNTED = Query(
    where=Asked("EventID", Op.EQUALS, ("4625",)),
    tables=("SecurityEvent",),
    span=Span(last_s=86_400),
    steps=(
        Aggregate(
            measures=(
                Measure(name="n", function=Measured.COUNT),
                Measure(name="users", function=Measured.DISTINCT, field="User"),
            ),
            by=("Ip",),
            bucket_s=300,
        ),
        Keep(where=And((Asked("n", Op.AT_LEAST, ("10",)), Asked("users", Op.GREATER, ("3",))))),
    ),
)
SUMMED = Query(
    where=Asked("action", Op.EQUALS, ("allow",)),
    steps=(
        Aggregate(measures=(Measure(name="b", function=Measured.SUM, field="bytes"),), by=("src",)),
        Keep(where=Asked("b", Op.GREATER, ("1000000",))),
    ),
)
FOLLOWING = Query(
    steps=(
        Order(
            stages=(
                Stage(where=Asked("a", Op.EQUALS, ("1",)), tables=("first",)),
                Stage(where=Asked("a", Op.EQUALS, ("2",)), tables=("second",)),
            ),
            by=("host",),
            within_s=60,
        ),
    )
)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            COUNTED,
            ("One record fewer", "two groups", "stretch of time of its own", "outside the time", "one value"),
        ),
        (SUMMED, ("b is just not", "action", "two groups")),
        (FOLLOWING, ("too late", "wrong order", "two groups", "Stage 1 is missing", "In stage 2")),
    ],
)
def test_several_records(query: Query, told: tuple[str, ...]) -> None:
    made = examples(query, time_field="time", types={"time": "time"}, now=NOW)
    running = Running(now=NOW, time_field="time", types={"time": "time"})
    assert made.positives
    assert all(evaluate(query, one.data, running).rows for one in made.positives)
    assert not any(evaluate(query, one.data, running).rows for one in made.near_misses)
    said = " ".join(one.about for one in made.near_misses)
    assert [part for part in told if part not in said] == []


def test_records_stand_in_the_tables_of_their_stages() -> None:
    made = examples(FOLLOWING, time_field="time", now=NOW)
    assert made.positives[0].tables == ("first", "second")


def test_without_a_field_for_times_that_is_told() -> None:
    made = examples(FOLLOWING)
    assert made.positives == ()
    assert made.problems == ("The query looks at times, and no field is known that holds them.",)


def test_more_records_than_are_made() -> None:
    bound = Asked("n", Op.GREATER, ("1000000",))
    step = Aggregate(measures=(Measure(name="n", function=Measured.COUNT),))
    made = examples(Query(where=Asked("a", Op.PRESENT), steps=(step, Keep(where=bound))))
    assert made.positives == () and not made.impossible and made.problems


@pytest.mark.data
def test_rules_of_others(data_dir: Path) -> None:
    """Of a rule there is a record that it holds for and one that it does not, or it cannot match."""
    rules = part(published(data_dir), 40)
    assert len(rules) > 90
    without = []
    for rule in rules:
        made = examples(Query(where=rule.expression, logsource=rule.logsource), most=10)
        if not (made.positives and made.near_misses) and not made.impossible:
            without.append(rule.about.title)
    assert without == []


def test_an_expression_that_cannot_be_run_is_told() -> None:
    made = examples(Query(where=Asked("a", Op.REGEX, ("(?=x)y",), True)))
    assert not made.positives and not made.impossible
    assert made.problems == ("The expression '(?=x)y' is not one of linear time.",)


def _with(field: str, number: int, op: Op = Op.CONTAINS) -> Asked:
    return Asked(field, op, (f"v{number}x",))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "expression",
    [
        Or(tuple(_with("a", number) for number in range(2_000))),
        And((Asked("b", Op.PRESENT), *(Not(_with("a", number)) for number in range(1_000)))),
        And(tuple(_with("a", number) for number in range(1_000))),
        Asked("a", Op.CONTAINS, tuple(f"v{number}x" for number in range(50_000))),
        And(tuple(Asked(f"a{n}", Op.SAME_AS, (f"a{n + 1}", "equals")) for n in range(1_000))),
        Or(tuple(Asked("a", Op.REGEX, (f"a{number}.*b+",)) for number in range(2_000))),
    ],
    ids=("values", "filters", "together", "a list", "fields", "expressions"),
)
def test_large_expressions_end(expression: Expression) -> None:
    made = examples(Query(where=expression))
    assert made.positives or made.problems
    assert all(holds(expression, one.records[0]) for one in made.positives)


def test_what_was_not_looked_for_is_not_said_to_be_missing() -> None:
    """Words that stand in any text leave no near miss within the tries of a large expression."""
    made = examples(Query(where=Or(tuple(Asked(f"a{n}", Op.CONTAINS, ("x",)) for n in range(3_000)))))
    assert made.positives and not made.near_misses
    assert made.problems == ("No near miss was looked for to the end: the query has too many conditions.",)
