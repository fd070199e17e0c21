"""The table of skills as people see it: pinned at two widths, with figures made up."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cybersecqwen.interfaces.cli.skills import page
from cybersecqwen.models.skills import Candidate, pick

SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "skills"
FIRST = Candidate(
    skill="tea",
    candidate="specialist",
    needs=("specialist:tea",),
    mode="closed-book",
    measure="accuracy",
    title="strict accuracy",
    better="higher",
    value=0.8123,
    n=284,
    low=0.7621,
    high=0.8539,
    p50_ms=1.2,
    p95_ms=2.5,
    date="2026-01-02",
    on="tea.tsv, 284 items of sha256 0123456789ab",
    hardware="2 cores, Teapot 3000, 8 GB",
    source="evaluation/results/tea.json",
)
OTHER = {"candidate": "standard, reading", "needs": ("model:big", "ask"), "mode": "open-book"}
TABLE = (
    FIRST,
    replace(FIRST, **OTHER, value=0.9, low=0.86, high=0.93, p95_ms=21_000.0),
    replace(
        FIRST, candidate="reference", needs=("model:huge",), low=None, high=None, p95_ms=None, source="a card"
    ),
)


@pytest.mark.parametrize("width", [80, 120])
def test_the_page_is_as_pinned(width: int) -> None:
    choices = {"tea": pick("tea", 1_000, {"specialist:tea", "model:big", "ask"}, TABLE)}
    text = page("SKILLS, within 1 s an answer", choices, width=width)
    pinned = SNAPSHOTS / f"skills-{width}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        pinned.parent.mkdir(parents=True, exist_ok=True)
        pinned.write_text(text, encoding="utf-8", newline="\n")
    assert text == pinned.read_text(encoding="utf-8"), f"{pinned.name} differs: UPDATE_SNAPSHOTS=1 if meant"
    assert max(map(len, text.splitlines())) <= width


def test_without_a_table_it_says_so() -> None:
    assert "Nothing has been measured." in page("SKILLS", {}, width=80)
