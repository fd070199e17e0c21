"""How questions are judged: events that are what they are called, sets that do not mix, a fair F1."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from evaluation.query_words import interval, ordered, parted
from evaluation.query_words_events import applies, f1, near_misses, positives, sample_of
from evaluation.query_words_ways import pruned

from cybersecqwen.detect.sigma.model import Logsource, Rule
from cybersecqwen.detect.sigma.parse import parse_rule
from cybersecqwen.dialects.evaluating import holds

PROCESSES = Logsource(product="windows", category="process_creation")


def rule(detection: dict[str, object]) -> Rule:
    made = parse_rule(
        {
            "title": "x",
            "id": "00000000-0000-0000-0000-000000000001",
            "logsource": {"product": "windows", "category": "process_creation"},
            "detection": detection,
        }
    )
    assert isinstance(made, Rule)
    return made


RULE = rule(
    {
        "a": {"Image|endswith": ["\\one.exe", "\\two.exe"], "CommandLine|contains|all": ["alpha", "beta"]},
        "b": {"CommandLine|re": "gamma[0-9]{2,3}x"},
        "f": {"User": "system"},
        "condition": "(a or b) and not f",
    }
)


def test_positives_match_and_near_misses_do_not() -> None:
    made = positives(RULE, 16, random.Random(0))
    assert len(made) > 4
    assert all(holds(RULE.expression, event) for event in made)
    assert any("gamma" in str(event["CommandLine"]) for event in made)
    assert any("alpha" in str(event["CommandLine"]) for event in made)
    missed = near_misses(RULE, made, 24, random.Random(0))
    assert missed
    assert not any(holds(RULE.expression, event) for event in missed)


def test_the_same_seed_makes_the_same_events() -> None:
    assert positives(RULE, 8, random.Random(3)) == positives(RULE, 8, random.Random(3))


@pytest.mark.parametrize(
    ("expected", "found", "score"),
    [
        ([True, True, False], [True, True, False], 1.0),
        ([True, True, False], [False, False, False], 0.0),
        ([True, False, False], [True, True, False], 2 / 3),
        ([False], [False], 1.0),
    ],
)
def test_f1(expected: list[bool], found: list[bool], score: float) -> None:
    assert f1(expected, found) == pytest.approx(score)


def test_a_query_of_another_logsource_finds_nothing_there() -> None:
    assert applies(PROCESSES, PROCESSES)
    assert applies(Logsource(product="windows"), PROCESSES)
    assert not applies(Logsource(product="linux", category="process_creation"), PROCESSES)
    assert not applies(Logsource(product="windows", category="file_event"), PROCESSES)


def test_the_ceiling_keeps_only_what_the_words_name() -> None:
    kept = pruned(RULE.expression, "one.exe was run with alpha")
    assert kept is not None
    assert holds(kept, {"Image": "c:\\one.exe", "CommandLine": "alpha"})
    assert not holds(kept, {"Image": "c:\\two.exe", "CommandLine": "alpha"})
    assert pruned(RULE.expression, "nothing of it") is None


def test_texts_of_simple_patterns() -> None:
    import re

    for pattern in (r"a[b-d]+\d{2}", r"(?:x|y)z?", r"\s\w[^ab]", r"^q.{3}$"):
        assert re.search(pattern, sample_of(pattern, random.Random(0)))


def test_an_interval_holds_the_mean() -> None:
    values = [0.0, 0.2, 0.4, 0.9, 1.0] * 10
    low, high = interval(values)
    assert low < 0.5 < high


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_exam_and_library_have_no_rule_in_common(data_dir: Path) -> None:
    exam = parted(data_dir, "exam")
    asked = {one.about.id for one in exam.chosen}
    assert len(asked) == 300
    assert not asked & {one.about.id for one in exam.library}
    assert ordered(exam.every) == list(exam.every)
    assert asked == {one.about.id for one in exam.every[:300]}
