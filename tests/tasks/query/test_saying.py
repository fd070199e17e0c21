"""Queries in plain words, what they need, and what finds the same."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.sigma.cache import load_set
from cybersecqwen.detect.sigma.model import And, Logsource, Not, Op, Or
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.detect.sigma.rulefiles import SHIPPED
from cybersecqwen.dialects.kql.terms import term_pattern
from cybersecqwen.dialects.query import Aggregate, Keep, Measure, Measured, Query, Sequence, Span, Stage
from cybersecqwen.dialects.spl.hearing_search import free_test
from cybersecqwen.tasks.query.asking.library import Library
from cybersecqwen.tasks.query.explaining import explained, needs
from cybersecqwen.tasks.query.wording import sentences, span_words

SOURCE = Logsource(product="windows", category="process_creation")
OFFICE = Asked("ParentImage", Op.ENDS, ("\\winword.exe", "\\excel.exe"))
SHELL = Asked("Image", Op.ENDS, ("\\cmd.exe", "\\powershell.exe"))


def test_a_filter_with_an_exclusion() -> None:
    query = Query(
        logsource=SOURCE,
        where=And((OFFICE, SHELL, Not(Asked("Computer", Op.CONTAINS, ("build",))))),
        span=Span(last_s=86_400),
    )
    assert sentences(query) == (
        "Looks at starts of processes on Windows, in the last day.",
        r"Keeps records where ParentImage ends with \winword.exe or \excel.exe"
        r" and Image ends with \cmd.exe or \powershell.exe.",
        "Leaves out those where Computer contains build.",
    )


def test_counts_and_sequences() -> None:
    counted = Query(
        logsource=Logsource(product="windows", service="security"),
        where=Asked("EventID", Op.EQUALS, ("4625",)),
        steps=(
            Aggregate(
                measures=(Measure(name="n", function=Measured.COUNT),), by=("TargetUserName",), bucket_s=600
            ),
            Keep(where=Asked("n", Op.GREATER, ("5",))),
        ),
    )
    assert sentences(counted)[2:] == (
        "Tells how many there are for each TargetUserName in stretches of 10 minutes.",
        "Of that it keeps rows where n is greater than 5.",
    )
    order = Query(
        steps=(Sequence(stages=(Stage(where=OFFICE), Stage(where=SHELL)), by=("Computer",), within_s=300),)
    )
    assert "followed by a record where Image ends with" in sentences(order)[1]
    assert sentences(order)[1].endswith("with the same Computer within 5 minutes.")


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (free_test("access denied"), "the word access denied stands anywhere"),
        (free_test("mimi*"), "the word mimi* stands anywhere"),
        (Asked("f", Op.REGEX, (term_pattern("a-b"),), True), "f has the word a-b"),
        (Asked("f", Op.REGEX, (term_pattern("x"), term_pattern("y")), True), "f has the word x or y"),
        (Asked("f", Op.REGEX, ("a|b",), True), "f matches the pattern a|b"),
    ],
)
def test_words_that_are_looked_for_as_a_whole(test: Asked, said: str) -> None:
    assert sentences(Query(where=test))[1] == f"Keeps records where {said}."


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (Span(last_s=86_400), "in the last day"),
        (Span(last_s=7_200), "in the last 2 hours"),
        (Span(last_s=90), "in the last 90 seconds"),
        (Span(start=0.0), "since 1970-01-01 00:00 UTC"),
        (Span(start=0.0, end=60.0), "from 1970-01-01 00:00 UTC to 1970-01-01 00:01 UTC"),
    ],
)
def test_spans(span: Span, said: str) -> None:
    assert span_words(span) == said


def test_data_that_is_needed() -> None:
    assert "Sysmon event 1" in next(needs(Query(logsource=SOURCE)))
    assert next(needs(Query(tables=("DeviceEvents",)))) == "The tables DeviceEvents."
    assert list(needs(Query())) == []


def test_techniques_come_from_rules_that_find_the_same() -> None:
    library = Library(load_set(SHIPPED).rules)
    found = explained(Query(logsource=SOURCE, where=And((OFFICE, SHELL))), library)
    assert found.techniques and all("finds the same" in found.reasons[one] for one in found.techniques)
    other = explained(
        Query(logsource=SOURCE, where=Asked("Image", Op.ENDS, ("\\ordinary-tool.exe",))), library
    )
    assert other.techniques == ()


def test_what_is_odd_is_said() -> None:
    never = And((Asked("Image", Op.EQUALS, ("a",)), Asked("Image", Op.EQUALS, ("b",))))
    assert any("never find anything" in one for one in explained(Query(where=never)).warnings)
    short = Or((Asked("Image", Op.CONTAINS, ("e",)), SHELL))
    assert any("stands in many values" in one for one in explained(Query(where=short)).warnings)
