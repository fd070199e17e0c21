"""How judgements of findings are counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from training.specialists.finding_corpus import Example, part_of, read, write

from cybersecqwen.models.scripted import Scripted
from cybersecqwen.tasks.review.judging import UNLIKELY_IN_TESTS
from evaluation import review_judging

RESULTS = Path(__file__).parents[2] / "evaluation/results/review/judging.json"


def example(real: bool, **changes: object) -> Example:
    given: dict[str, object] = {
        "source": "sven",
        "part": "dev",
        "real": real,
        "rule": "python-shell-command",
        "cwe": "CWE-78",
        "confidence": "medium",
        "path": "a.py",
        "words": "rule_python-shell-command",
        "item": f"item_{real}",
        "line": 2,
        "proven": False,
        "lines": "def f(x):\n    os.system(x)",
    }
    return Example(**{**given, **changes})  # type: ignore[arg-type]


def test_precision_and_recall_are_of_what_stays_open() -> None:
    given = [example(True), example(True), example(False), example(False, path="tests/a.py")]
    row = review_judging.effect(given, [False, True, False, True])
    assert row["all"]["precision before"]["share"] == 0.5
    assert row["all"]["precision after"]["share"] == row["all"]["recall after"]["share"] == 0.5
    assert row["all"]["demoted and not real"]["hits"] == 1
    assert row["outside of tests"]["precision before"]["of"] == 3


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [([0] * 9 + [1], 9.0), ([1, 0, 0], None), ([0] * 10 + [1, 1], 10.0), ([], None)],
)
def test_a_threshold_keeps_nine_of_ten_right(kinds: list[int], expected: float | None) -> None:
    given = [example(bool(kind)) for kind in kinds]
    assert review_judging.threshold_of(given, [float(at) for at in range(len(kinds))]) == expected


def test_equal_scores_are_demoted_together_or_not_at_all() -> None:
    given = [example(False)] * 9 + [example(True)] * 9
    assert review_judging.threshold_of(given, [1.0] * 18) is None


def test_parts_hang_on_the_text_alone() -> None:
    assert part_of("x = 1") == part_of("x = 1")
    assert {part_of(f"x = {number}") for number in range(99)} == {"train", "dev", "held"}


def test_examples_survive_being_kept(tmp_path: Path) -> None:
    given = [example(True), example(False, path="ü\ud800.py".encode("utf-8", "replace").decode())]
    write(tmp_path / "kept", given)
    assert read(tmp_path / "kept") == given


def test_a_journal_is_gone_on_with_and_orders_are_planted_above_the_finding(tmp_path: Path) -> None:
    said = json.dumps({"real": False, "why": "constant", "line": 2})
    model = Scripted(["nonsense", said], name="tiny")
    journal = tmp_path / "journal"
    chosen = [example(True), example(False)]
    review_judging.ask(model, chosen, journal)
    review_judging.ask(model, chosen, journal)
    rows = review_judging.rows_of(journal)
    assert [row["demoted"] for row in rows] == [False, True] and rows[0]["error"]
    assert review_judging.of_model(rows)["precision after"]["share"] == 1.0
    model = Scripted([said])
    review_judging.ask(model, [review_judging.planted(chosen[0])], tmp_path / "other", shift=1)
    shown = model.history[0][0].material[1].text
    assert shown.index(review_judging.ORDER) < shown.index(">    3 ")
    assert "os.system" in shown.partition(">    3 ")[2]


def test_what_ships_is_what_was_counted() -> None:
    table = json.loads(RESULTS.read_text("utf-8"))
    assert table["never real in tests"] == UNLIKELY_IN_TESTS
