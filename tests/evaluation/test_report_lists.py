"""Scoring of lists of techniques, and reading of tagged sentences."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from evaluation.report_techniques import Case

from cybersecqwen.specialists.technique import TechniqueSpecialist
from evaluation import names, report_techniques


def case(title: str, *truth: str) -> Case:
    return Case(title=title, text="", truth=set(truth), machine=TechniqueSpecialist())


def test_lists_are_scored_over_all_and_report_by_report() -> None:
    reports = [case("a", "T1059.001", "T1003"), case("b", "T1105"), case("c")]
    given = {"a": {"T1059.003", "T1003"}, "b": {"T1105", "T1486"}, "c": set[str]()}
    apart = report_techniques.scores(reports, lambda one: given[one.title], roll=False)
    assert apart["n"] == 3
    assert [apart[name][0] for name in ("precision", "recall", "f1")] == pytest.approx([2 / 4, 2 / 3, 4 / 7])
    assert apart["macro_f1"][0] == pytest.approx((1 / 2 + 2 / 3 + 1) / 3)
    assert apart["f1"][1] <= apart["f1"][0] <= apart["f1"][2]
    rolled = report_techniques.scores(reports, lambda one: given[one.title], roll=True)
    assert rolled["precision"][0] == pytest.approx(3 / 4)


def test_tagged_sentences_become_one_text(tmp_path: Path) -> None:
    path = tmp_path / "tagged.conll.gz"
    rows = "Agent\tB-Malware\nTesla\tI-Malware\n,\tO\na\tO\nRAT\tB-Malware\n\nIt\tO\nran\tO\n.\tO\n"
    path.write_bytes(gzip.compress(rows.encode()))
    tagged = names.read(path)
    assert tagged.text == "Agent Tesla, a RAT\n\nIt ran.\n\n"
    assert [tagged.text[a:b] for a, b in tagged.tags["Malware"]] == ["Agent Tesla", "RAT"]
    assert [tagged.is_even(at) for at in (0, 17, 20)] == [True, True, False]


@pytest.mark.parametrize(
    ("start", "end", "shared"), [(0, 4, False), (4, 6, True), (9, 12, True), (10, 12, False)]
)
def test_spans_that_share_a_character(start: int, end: int, shared: bool) -> None:
    assert names.overlaps([(5, 10), (20, 25)], start, end) is shared
