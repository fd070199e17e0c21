"""What the words of rules say of their logsource."""

from __future__ import annotations

import math

import pytest

from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.tasks.query.asking import Library, read_question
from cybersecqwen.tasks.query.asking.leaning import Leaning

from .test_library import rule

ONE, TWO = Logsource(product="one"), Logsource(product="two")
TOLD = [
    (ONE, frozenset(("red", "house"))),
    (ONE, frozenset(("red", "door"))),
    (TWO, frozenset(("blue", "door"))),
]


def test_words_lean_to_those_who_have_them() -> None:
    leaning = Leaning(TOLD)
    assert max(leaning.of(["red"]).items(), key=lambda one: one[1])[0] == ONE
    assert max(leaning.of(["blue"]).items(), key=lambda one: one[1])[0] == TWO


def test_shares_add_up_to_one() -> None:
    for words in ([], ["red"], ["door", "blue", "nothing"], ["nothing"]):
        assert math.fsum(map(math.exp, Leaning(TOLD).of(words).values())) == pytest.approx(1.0)


def test_without_words_those_with_most_rules_are_likelier() -> None:
    found = Leaning(TOLD).of([])
    assert found[ONE] > found[TWO]


def test_a_word_counts_once() -> None:
    assert Leaning(TOLD).of(["red", "red"]) == Leaning(TOLD).of(["red"])


def test_without_rules_nothing_is_said() -> None:
    assert Leaning([]).of(["red"]) == {}


def test_few_rules_outweigh_no_names() -> None:
    """The words of a single rule do not turn a question away from what it names."""
    other = Library(
        (
            rule(1, "rundll32.exe is seen by the frobnicator", {"Image|endswith": "\\x.exe"}),
            rule(2, "printers", {"Image|endswith": "\\y.exe"}),
        )
    )
    asked = read_question("dns queries to evil.example.com", library=other, store=None, now=0.0)
    assert asked.query.logsource.category == "dns_query"


@pytest.mark.timeout(60)
def test_as_many_logsources_as_rules() -> None:
    told = [(Logsource(product=str(at)), frozenset((f"a{at}", "same"))) for at in range(20_000)]
    found = Leaning(told).of(["same", "a7"])
    assert max(found.items(), key=lambda one: one[1])[0] == Logsource(product="7")
