from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import SchemaError, UsageError
from cybersecqwen.models import Prompt
from cybersecqwen.models.interface import checked_json, lettered, shares
from cybersecqwen.models.scripted import Scripted

PROMPT = Prompt(instructions="I", question="Which?")
SCHEMA = {
    "type": "object",
    "properties": {"verdict": {"enum": ["benign", "malicious"]}, "score": {"type": "number"}},
    "required": ["verdict"],
    "additionalProperties": False,
}


def test_words_are_listed_under_letters():
    asked, letters = lettered(PROMPT, ["benign", "malicious"])
    assert letters == ("A", "B")
    assert "A. benign\nB. malicious" in asked.question
    assert asked.instructions == "I"


def test_letters_are_taken_as_they_are():
    asked, letters = lettered(PROMPT, ["B", "D"])
    assert letters == ("B", "D")
    assert "B. " not in asked.question


@pytest.mark.parametrize("choices", [[], ["one"], ["x", "x"], [str(n) for n in range(27)]])
def test_impossible_choices(choices: list[str]):
    with pytest.raises(UsageError):
        lettered(PROMPT, choices)


def test_shares_adds_forms_of_a_letter_and_fills_the_missing_one():
    found = [("A", math.log(0.3)), (" A", math.log(0.1)), ("ĠB", math.log(0.2)), ("x", math.log(0.02))]
    a, b, c = shares(found, ["A", "B", "C"]) or ()
    assert a == pytest.approx(0.4 / 0.61)
    assert b == pytest.approx(0.2 / 0.61)
    assert c == pytest.approx(0.01 / 0.61)
    assert shares([("x", -1.0)], ["A", "B"]) is None


@given(st.lists(st.tuples(st.sampled_from(["A", " B", "C", "z"]), st.floats(-700, 5)), max_size=8))
def test_shares_sum_to_one_whatever_comes(found: list[tuple[str, float]]):
    result = shares(found, ["A", "B", "C"])
    if result is not None:
        assert math.isclose(sum(result), 1.0)
        assert all(0 <= one <= 1 for one in result)


def test_json_is_validated_on_this_side():
    assert checked_json('```json\n{"verdict": "benign"}\n```', SCHEMA) == {"verdict": "benign"}
    for bad in (
        "no",
        '{"verdict": "good"}',
        '{"verdict": "benign", "x": 1}',
        '{"verdict": "benign", "score": NaN}',
        "[" * 100_000,
        "",
    ):
        with pytest.raises(SchemaError):
            checked_json(bad, SCHEMA)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("B", (0.0, 1.0)),
        ("(a) because", (1.0, 0.0)),
        ("**B.**", (0.0, 1.0)),
        ("Because", (0.5, 0.5)),
        ("C", (0.5, 0.5)),
        ("", (0.5, 0.5)),
    ],
)
def test_the_slow_choice_reads_the_letter(answer: str, expected: tuple[float, float]):
    assert Scripted([answer]).choose(PROMPT, ["benign", "malicious"]) == expected
