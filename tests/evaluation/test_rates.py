"""The intervals are Wilson's."""

from __future__ import annotations

import pytest
from evaluation.rates import Rate


def test_known_intervals() -> None:
    assert Rate(hits=0, of=10).interval == pytest.approx((0.0, 0.2775), abs=1e-3)
    assert Rate(hits=50, of=100).interval == pytest.approx((0.4038, 0.5962), abs=1e-3)


def test_nothing_counted_says_nothing() -> None:
    assert Rate(hits=0, of=0).interval == (0.0, 1.0)
