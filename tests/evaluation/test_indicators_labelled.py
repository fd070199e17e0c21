"""The labelled paragraphs are sound, and our extractor reaches on them what it shall."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from evaluation.indicators_labels import TYPES, Paragraph, agreement, problems, read_labels
from evaluation.indicators_pooled import JUDGEMENTS, read_judgements
from evaluation.indicators_scores import missed, total, total_spans
from evaluation.indicators_tools import Answer, ours

from cybersecqwen.records.intel import Role

DATA = Path(__file__).resolve().parents[1] / "data" / "intel"
RESULTS = Path(__file__).resolve().parents[2] / "evaluation" / "results" / "intel" / "indicators.json"
LEAST = 0.95
"""F1 over all types, lenient (hosts of URLs are neither right nor wrong)."""
LEAST_OF_A_TYPE = 0.8


@cache
def paragraphs() -> tuple[Paragraph, ...]:
    return tuple(read_labels(DATA / "labelled.jsonl"))


@cache
def answers() -> tuple[Answer, ...]:
    return tuple(ours([one.text for one in paragraphs()]))


def best_peer(kind: str) -> float:
    """The highest F1 of another tool on a type in the saved figures; 0 where none looks for it."""
    told = json.loads(RESULTS.read_text("utf-8"))["types"][kind]
    return max((one["f1"][0] for tool, one in told.items() if tool != "csq" and one), default=0.0)


def test_the_file_is_sound() -> None:
    assert problems(paragraphs()) == []


def test_it_holds_what_it_must() -> None:
    some = paragraphs()
    labels = [label for one in some for label in one.labels]
    assert len(some) >= 90 and sum(not one.labels for one in some) >= 25
    assert {label.type for label in labels} == set(TYPES)
    assert sum(bool(label.role) for label in labels) >= 60
    assert {label.role for label in labels} - {""} <= set(Role)


def test_the_blind_file_has_the_same_texts_and_nothing_more() -> None:
    rows = [json.loads(line) for line in (DATA / "paragraphs.jsonl").read_text("utf-8").split("\n") if line]
    assert rows == [{"id": one.id, "text": one.text} for one in paragraphs()]


def test_two_passes_agree_and_every_difference_is_decided() -> None:
    both = agreement(paragraphs(), read_labels(DATA / "second_pass.jsonl"))
    assert both.f1 >= LEAST and both.kappa >= LEAST, f"F1 {both.f1:.3f}, kappa {both.kappa:.3f}"
    rows = map(json.loads, (DATA / "disagreements.jsonl").read_text("utf-8").splitlines())
    decided = {(row["id"], row["start"], row["end"], row["type"]): row for row in rows}
    assert all(row["reason"] and row["decided"] for row in decided.values())
    for name, _, label in both.disagreements:
        assert (name, label.start, label.end, label.type) in decided, (name, label)


def test_every_label_holds_only_what_the_text_has() -> None:
    """The value is the span without brackets, spaces and invisible characters, up to case."""
    for one in paragraphs():
        for label in one.labels:
            raw = one.text[label.start : label.end]
            letters = {c for c in label.value.lower() if c.isascii() and c.isalnum()}
            spelled = {c for c in raw.lower() if c.isascii() and c.isalnum()}
            if raw.isascii() and label.type not in {"asn", "url"}:
                assert letters <= spelled, (one.id, label)


def test_judgements_are_facts_without_text() -> None:
    assert len(read_judgements()) >= 400
    for line in JUDGEMENTS.read_text("utf-8").split("\n"):
        if line:
            row = json.loads(line)
            assert set(row) == {"sha256", "type", "value", "true", "why"}
            assert len(row["sha256"]) == 64 and len(row["value"]) == 16 and row["type"] in TYPES
            assert row["why"].isalpha() and len(row["why"]) <= 12


def test_the_whole_reaches_its_mark() -> None:
    lenient = total(paragraphs(), answers(), frozenset(TYPES), lenient=True)
    strict = total(paragraphs(), answers(), frozenset(TYPES))
    spans = total_spans(paragraphs(), answers(), frozenset(TYPES))
    wrong = [
        f"{one.id}: false {sorted(false)}, missing {sorted(missing)}"
        for one, answer in zip(paragraphs(), answers(), strict=True)
        for false, missing in [missed(one, answer)]
        if false or missing
    ]
    assert lenient.f1[0] >= LEAST, (
        f"F1 {lenient.f1[0]:.3f} (precision {lenient.precision[0]:.3f}, recall {lenient.recall[0]:.3f});"
        f" strict {strict.f1[0]:.3f}, spans {spans.f1[0]:.3f}\n" + "\n".join(wrong)
    )


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_reaches_its_mark(kind: str) -> None:
    one = total(paragraphs(), answers(), {kind}, lenient=True)
    least = max(LEAST_OF_A_TYPE, best_peer(kind))
    assert one.f1[0] >= least, (
        f"{kind}: F1 {one.f1[0]:.3f} below {least:.3f} (best of the others {best_peer(kind):.3f});"
        f" precision {one.precision[0]:.3f}, recall {one.recall[0]:.3f}, {one.true} labelled"
    )
