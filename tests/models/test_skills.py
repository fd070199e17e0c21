"""The table of skills, and who is picked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import UsageError
from cybersecqwen.models.skills import Candidate, budget_ms, candidates, pick, skills, span


def one(
    name: str,
    value: float,
    p95_ms: float | None = 10.0,
    *,
    better="higher",
    mode="closed-book",
    low=None,
    high=None,
    needs=None,
) -> Candidate:
    return Candidate(
        skill="tea",
        candidate=name,
        needs=needs or (f"model:{name}",),
        mode=mode,
        measure="accuracy",
        title="accuracy",
        better=better,
        value=value,
        n=100,
        on="made up",
        source="nowhere",
        low=low,
        high=high,
        p95_ms=p95_ms,
    )


TABLE = (
    one("small", 0.6, 5, low=0.5, high=0.7),
    one("large", 0.8, 4_000, low=0.7, high=0.9),
    one("twin", 0.6, 900, low=0.5, high=0.7),
    one("famous", 0.95, None),
    one("record", 1.0, 1, mode="look-up"),
)
ALL = frozenset(f"model:{row.candidate}" for row in TABLE)


def names(choice):
    return [v.candidate.candidate for v in choice.verdicts]


def test_the_best_within_the_budget_is_picked():
    assert pick("tea", 1_000, ALL, TABLE).candidate.candidate == "small"
    assert pick("tea", 5_000, ALL, TABLE).candidate.candidate == "large"
    assert pick("tea", 1, ALL, TABLE).candidate is None


def test_every_candidate_has_its_reason():
    choice = pick("tea", 1_000, ALL - {"model:twin"}, TABLE)
    why = {v.candidate.candidate: v.why for v in choice.verdicts}
    assert why == {
        "small": "fits within 1 s",
        "large": "too slow: p95 4 s",
        "twin": "not installed: twin",
        "famous": "its time was not measured here",
        "record": "a look-up is no judgement",
    }
    assert names(choice)[0] == "small" and sum(v.chosen for v in choice.verdicts) == 1


def test_of_equal_ones_the_faster_and_near_ones_are_named():
    assert {v.why for v in pick("tea", 1_000, ALL, TABLE).verdicts} >= {
        "as good, and slower",
        "the best within 1 s",
    }
    why = {v.candidate.candidate: v.why for v in pick("tea", 5_000, ALL, TABLE).verdicts}
    assert why["small"] == "behind, within the intervals"


def test_less_is_better_where_the_measure_says_so():
    table = (one("far", 1.3, better="lower"), one("near", 0.9, better="lower"))
    assert pick("tea", 100, {"model:far", "model:near"}, table).candidate.candidate == "near"


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 1e4) | st.none(), st.booleans()), max_size=8),
    st.floats(0.1, 1e4),
)
def test_nothing_installed_within_the_budget_is_better_than_what_is_picked(rows, budget):
    table = tuple(one(f"m{at}", value, time) for at, (value, time, _) in enumerate(rows))
    here = {f"model:m{at}" for at, (_, _, there) in enumerate(rows) if there}
    choice = pick("tea", budget, here, table)
    could = [v for at, (v, t, there) in enumerate(rows) if there and t is not None and t <= budget]
    assert (choice.candidate is None) == (not could)
    assert choice.candidate is None or choice.candidate.value == max(could)
    assert len(choice.verdicts) == len(table)


@pytest.mark.parametrize(("text", "ms"), [("1s", 1_000), ("500ms", 500), ("2m", 120_000), (" 1.5 s ", 1_500)])
def test_budgets(text, ms):
    assert budget_ms(text) == ms


@pytest.mark.parametrize("text", ["", "1", "s", "-1s", "1h", "9" * 40 + "s"])
def test_what_is_no_time(text):
    with pytest.raises(UsageError):
        budget_ms(text)


@pytest.mark.parametrize(
    ("ms", "text"), [(0.4, "0.4 ms"), (12.3, "12 ms"), (1_200, "1.2 s"), (180_000, "3 min")]
)
def test_times_for_people(ms, text):
    assert span(ms) == text


def test_the_table_that_ships_is_whole():
    rows = candidates()
    assert {"cwe", "multiple-choice"} <= set(skills())
    for skill in skills():
        some = [row for row in rows if row.skill == skill]
        assert len({(row.measure, row.better) for row in some}) == 1, "only equal figures can be compared"
        assert len({(row.candidate, row.mode) for row in some}) == len(some)
    for row in rows:
        assert row.n > 0 and row.source and row.on
        assert row.better in ("higher", "lower") and row.mode in ("closed-book", "open-book", "look-up")
        if row.ours:
            assert row.low <= row.value <= row.high and row.p50_ms <= row.p95_ms and row.date and row.hardware


def test_open_book_answers_need_a_full_bundle():
    row = one("reader", 0.7, 10, needs=("ask",))
    assert pick("tea", 1_000, frozenset(), (row,)).verdicts[0].why.startswith("needs a full knowledge bundle")
    assert pick("tea", 1_000, frozenset({"ask"}), (row,)).candidate == row
