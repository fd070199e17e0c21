"""Intervals against published values and against what they must do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.bench.interface import Measure
from cybersecqwen.bench.intervals import bootstrap, figure, wilson

F1 = Measure(name="f1", title="F1", over={"hit": 2}, under={"hit": 2, "extra": 1, "missed": 1}, rate=False)
ACCURACY = Measure(name="accuracy", title="accuracy", over={"correct": 1})


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_as_published(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=1e-4)
    assert wilson(0, 0) == (0, 1)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.5, 2)), min_size=1, max_size=20), st.integers(0, 99))
def test_a_bootstrap_is_repeatable_and_in_order(pairs: list[tuple[float, float]], seed: int) -> None:
    above, below = [a for a, _ in pairs], [b for _, b in pairs]
    low, high = bootstrap(above, below, seed=seed)
    assert (low, high) == bootstrap(above, below, seed=seed)
    ratios = [a / b for a, b in pairs]
    assert min(ratios) - 1e-9 <= low <= high <= max(ratios) + 1e-9


def test_a_bootstrap_covers_what_theory_says() -> None:
    """A mean of 400 values of standard deviation 1/2: about ± 1.96/40."""
    low, high = bootstrap([1.0] * 200 + [0.0] * 200, [1.0] * 400, seed=3)
    assert (low, high) == pytest.approx((0.451, 0.549), abs=0.008)


def test_micro_f1_sums_before_it_divides() -> None:
    grades = [
        {"items": 1, "hit": 1, "extra": 0, "missed": 3},
        {"items": 1, "hit": 4, "extra": 2, "missed": 0},
    ]
    found = figure(F1, grades, trials=1, seed=0)
    assert found is not None
    assert found.value == pytest.approx(2 * 5 / (2 * 5 + 2 + 3))
    assert (found.interval, found.n) == ("bootstrap", 2)
    assert found.low <= found.value <= found.high


def test_trials_of_an_item_are_not_independent() -> None:
    """Four items tried five times, always alike: as uncertain as four items, not as twenty."""
    grades = [{"items": 5.0, "correct": 5.0 * right} for right in (1, 1, 0, 1)]
    found = figure(ACCURACY, grades, trials=5, seed=0)
    assert found is not None
    assert found.value == 0.75 and found.n == 4 and found.interval == "bootstrap"
    assert found.high - found.low > 0.4


def test_nothing_counted_is_no_figure() -> None:
    assert figure(F1, [{"items": 1}], trials=1, seed=0) is None


@pytest.mark.parametrize(("hit", "extra", "low", "high"), [(2, 0, 0.7961, 1.0), (0, 1, 0.0, 0.2039)])
def test_items_that_are_all_alike_are_as_uncertain_as_so_many(
    hit: int, extra: int, low: float, high: float
) -> None:
    found = figure(F1, [{"hit": hit, "extra": extra}] * 15, trials=1, seed=0)
    assert found is not None and found.interval == "wilson"
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)
