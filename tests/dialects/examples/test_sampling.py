from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.detect.sigma.plain import pattern
from cybersecqwen.dialects.examples.sampling import samples
from cybersecqwen.dialects.examples.ways import tests_of as asked
from tests.published import rules as published

EXPRESSIONS = [
    r"^[a-z]{3}\d+$",
    r"(?i)\\(cmd|powershell)\.exe\s+-e(nc)?\b",
    r"[[:alpha:]]{2}-[[:digit:]]+",
    r"\Aabc\z",
    r"\x{41}\pL+",
    r"(?P<name>x|y)(?:z){2,}",
    r"[^a-zA-Z0-9]{4}",
    r"a.*b.+c?",
    r"(?s)one.two",
    r"\Qa.b*c\E",
    "",
    "é+|日本",
    r"x{1000}",
    r"[\w.-]+@[\w-]+\.(com|org)",
    r"foo(?i)bar",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_texts_match(expression: str) -> None:
    texts = samples(expression, Random(1), most=3)
    assert texts
    assert all(pattern(expression).search(text) is not None for text in texts)


@pytest.mark.parametrize("expression", [r"(?:(?:x{1000}){1000}){1000}", "[", "(" * 500 + ")" * 500])
def test_too_much_gives_none(expression: str) -> None:
    assert samples(expression, Random(1)) == []


def test_there_is_room_for_words() -> None:
    texts = samples("a.*b.*c", Random(1), fillers=("one", "two"))
    assert texts == ["aonebtwoc"]


@given(st.text(alphabet=r"ab\[](){}|*+?.^$-0,dwsQEpzx:", max_size=25), st.integers(0, 3))
@settings(max_examples=400, deadline=None)
def test_any_text_gives_matches_or_nothing(expression: str, seed: int) -> None:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(expression, options)
    except re2.error:
        return
    assert all(pattern(expression).search(text) is not None for text in samples(expression, Random(seed)))


@pytest.mark.data
def test_expressions_of_rules(data_dir: Path) -> None:
    """A text is found for all but a few of the expressions in the rules of others."""
    rules = published(data_dir)
    found = {
        value
        for rule in rules
        for test in asked(rule.expression)
        if test.op is Op.REGEX
        for value in test.values
    }
    without = [value for value in found if not samples(value, Random(0))]
    assert len(found) > 100
    assert len(without) <= len(found) // 50, without
