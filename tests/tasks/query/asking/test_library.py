"""Rules to learn from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.sigma.model import Op, Rule
from cybersecqwen.detect.sigma.parse import parse_rule
from cybersecqwen.tasks.query.asking import Library, read_question
from cybersecqwen.tasks.query.asking.library import core


def rule(number: int, title: str, detection: dict[str, object], *, tags: tuple[str, ...] = ()) -> Rule:
    made = parse_rule(
        {
            "title": title,
            "id": f"00000000-0000-0000-0000-{number:012}",
            "tags": list(tags),
            "logsource": {"product": "windows", "category": "process_creation"},
            "detection": {"s": detection, "condition": "s"},
        }
    )
    assert isinstance(made, Rule)
    return made


WIDGET = rule(1, "Widget frobnicates the database", {"Image|endswith": "\\wdgtool.exe"})
OTHER = rule(
    2, "Printer driver is changed", {"OriginalFileName": "wdgtool.exe", "CommandLine|contains": "quux"}
)
LIBRARY = Library((WIDGET, OTHER))


def test_the_nearest_comes_first() -> None:
    near = LIBRARY.nearest("somebody frobnicates databases with a widget")
    assert near[0].rule is WIDGET
    assert near[0].score > 0
    assert LIBRARY.nearest("zebras") == []
    assert LIBRARY.nearest("") == []


def test_a_word_that_few_rules_have_tells_more() -> None:
    assert LIBRARY.rarity("zebra") > LIBRARY.rarity("widget")
    assert LIBRARY.knows("frobnicating")
    assert not LIBRARY.knows("zebra")


def test_how_rules_ask_for_a_value() -> None:
    uses = {(use.field, use.op) for use in LIBRARY.cores["wdgtool.exe"]}
    assert uses == {("Image", Op.ENDS), ("OriginalFileName", Op.EQUALS)}
    assert core("\\\\x.exe ") == "x.exe"


def test_what_rules_know_of_a_program_is_used() -> None:
    asked = read_question("execution of wdgtool", library=LIBRARY, store=None, now=0.0)
    assert asked.query.where is not None
    fields = {test.field for part in asked.parts for test in part.tests}
    assert fields == {"Image", "OriginalFileName"}


@given(st.text(max_size=100))
def test_scores_are_in_order(text: str) -> None:
    scores = [near.score for near in LIBRARY.nearest(text)]
    assert scores == sorted(scores, reverse=True)
