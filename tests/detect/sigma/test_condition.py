"""Conditions: how they bind, what they count, and what is refused."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.condition import Budget, parse_condition
from cybersecqwen.detect.sigma.model import And, Expression, Op, Or
from cybersecqwen.detect.sigma.model import Test as Ask
from cybersecqwen.detect.sigma.parse import parse_rule
from cybersecqwen.detect.sigma.plain import matches
from cybersecqwen.errors import RuleError

NAMES = ("a", "b", "c", "sel_1", "sel_2", "sel_3", "_hidden", "of_x", "notepad")
PARTS: dict[str, Expression] = {name: Ask(name, Op.PRESENT) for name in NAMES}


def read(text: str, parts: dict[str, Expression] = PARTS) -> Expression:
    return parse_condition(text, parts, Budget())


def holds(text: str, *present: str) -> bool:
    return matches(read(text), dict.fromkeys(present, "x").get)


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("a or b and c", "a or (b and c)"),
        ("a and b or c", "(a and b) or c"),
        ("not a and b", "(not a) and b"),
        ("not (a and b)", "not (a and b)"),
        ("not not a", "a"),
        ("not a or b", "(not a) or b"),
        ("A_ or b".replace("A_", "a"), "a or b"),
        ("a AND NOT (b OR c)", "a and not (b or c)"),
        ("((a))and(b)", "a and b"),
        ("a or not b and c or not (a and c)", "a or ((not b) and c) or not (a and c)"),
        ("  a\n  and\tb ", "a and b"),
    ],
)
def test_precedence(text: str, python: str) -> None:
    for a, b, c in product((False, True), repeat=3):
        present = [name for name, there in (("a", a), ("b", b), ("c", c)) if there]
        assert holds(text, *present) is eval(python, {"a": a, "b": b, "c": c})


@st.composite
def conditions(draw: st.DrawFn, depth: int = 0) -> str:
    kind = draw(st.integers(0, 5 if depth < 4 else 1))
    if kind <= 1:
        return draw(st.sampled_from(["a", "b", "c"]))
    if kind == 2:
        return f"not {draw(conditions(depth=depth + 1))}"
    if kind == 3:
        return f"({draw(conditions(depth=depth + 1))})"
    joined = draw(st.sampled_from([" and ", " or "]))
    return joined.join(draw(st.lists(conditions(depth=depth + 1), min_size=2, max_size=3)))


@settings(max_examples=150, deadline=None)
@given(conditions())
def test_conditions_mean_what_python_means_by_the_same_words(text: str) -> None:
    for a, b, c in product((False, True), repeat=3):
        present = [name for name, there in (("a", a), ("b", b), ("c", c)) if there]
        assert holds(text, *present) is eval(text, {"a": a, "b": b, "c": c})


def test_counts_of_names() -> None:
    assert holds("1 of sel_*", "sel_2") and not holds("1 of sel_*", "a")
    assert holds("any of sel_*", "sel_3") and holds("ANY OF sel_*", "sel_3")
    assert holds("all of sel_*", "sel_1", "sel_2", "sel_3") and not holds("all of sel_*", "sel_1", "sel_2")
    assert holds("2 of sel_*", "sel_1", "sel_3") and not holds("2 of sel_*", "sel_1")
    assert holds("3 of sel_*", "sel_1", "sel_2", "sel_3") and not holds("3 of sel_*", "sel_1", "sel_2", "a")
    assert holds("1 of s*_1", "sel_1") and not holds("1 of s*_1", "sel_2")
    assert holds("all of sel_1", "sel_1") and not holds("1 of *el*2", "sel_1")
    assert holds("not 1 of sel_*") and not holds("not 1 of sel_*", "sel_1")
    assert holds("a and not all of sel_*", "a", "sel_1")


def test_hidden_names_are_meant_only_by_name_or_by_a_pattern_like_theirs() -> None:
    everything = tuple(name for name in NAMES if name != "_hidden")
    assert holds("all of them", *everything) and holds("all of *", *everything)
    assert not holds("1 of them", "_hidden") and not holds("1 of *", "_hidden")
    assert holds("1 of _*", "_hidden") and holds("_hidden", "_hidden")


def test_names_that_begin_like_words_of_the_grammar() -> None:
    assert holds("notepad", "notepad") and holds("of_x and not a", "of_x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("missing", "'missing'"),
        ("A", "'A'"),
        ("a and", "its end"),
        ("and a", "'and'"),
        ("a b", "'b'"),
        ("a and or b", "'or'"),
        ("(a", "not closed"),
        ("a)", "')'"),
        ("()", "')'"),
        ("not", "its end"),
        ("1 of none*", "'none*'"),
        ("1 of", "''"),
        ("0 of sel_*", "'0' of 3"),
        ("4 of sel_*", "'4' of 3"),
        ("-1 of sel_*", "'-1' of 3"),
        ("² of sel_*", "of 3"),
        ("some of sel_*", "'some' of 3"),
        ("a | count() > 5", "behind a bar"),
        ("a | count(x) by y > 5", "behind a bar"),
        ("a | near b", "behind a bar"),
        ("not " * 500 + "a", "nests deeper"),
        ("(" * 500 + "a" + ")" * 500, "nests deeper"),
        ("a and " * 2_000 + "a", "2,000 words"),
    ],
)
def test_what_is_refused_says_why(text: str, words: str) -> None:
    with pytest.raises(RuleError) as caught:
        read(text)
    assert words in caught.value.message


def test_large_counts_are_refused_and_do_not_take_long() -> None:
    many: dict[str, Expression] = {f"s{n}": Ask("f", Op.EQUALS, (str(n),)) for n in range(60)}
    with pytest.raises(RuleError, match="combinations"):
        read("30 of s*", many)
    wide: dict[str, Expression] = {
        name: kind(tuple(Ask("f", Op.EQUALS, (str(n),)) for n in range(20_000)))
        for name, kind in (("x", And), ("y", Or))
    }
    for text in (" and ".join(["x"] * 900), " or ".join(["y"] * 900), " or ".join(["1 of *"] * 300)):
        with pytest.raises(RuleError, match="more than can be evaluated"):
            read(text, wide)


def test_a_list_of_conditions_holds_where_one_does() -> None:
    detection = {"a": {"f": 1}, "b": {"g": 2}, "condition": ["a", "b"]}
    made = parse_rule({"title": "t", "logsource": {"product": "p"}, "detection": detection})
    for record, due in (({"f": 1}, True), ({"g": 2}, True), ({"f": 2}, False)):
        assert matches(made.expression, record.get) is due  # type: ignore[union-attr]


def test_a_long_list_of_long_conditions_is_refused() -> None:
    text = " or ".join(["a"] * 900)
    detection = {"a": {"f": 1}, "condition": [text] * 400}
    with pytest.raises(RuleError, match="more than can be evaluated"):
        parse_rule({"title": "t", "logsource": {"product": "p"}, "detection": detection})
