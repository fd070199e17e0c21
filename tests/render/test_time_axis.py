"""Ticks of drawings: round, inside, as many as asked for, whatever the stretch of time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.render.time_axis import ticks
from tests.strategies import UNHURRIED

DAY = 86_400.0
START = 1_772_438_400.0  # 2026-03-02 08:00:00 UTC


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (12 * 3600, ["08:00", "10:00", "12:00", "14:00", "16:00", "18:00", "20:00"]),
        (0.004, ["08:00:00.000", "08:00:00.001", "08:00:00.002", "08:00:00.003", "08:00:00.004"]),
        (365 * DAY, ["2026-05", "2026-07", "2026-09", "2026-11", "2027-01", "2027-03"]),
        (6 * 365 * DAY, ["2027", "2028", "2029", "2030", "2031", "2032"]),
        (0, ["08:00:00.000"]),
    ],
)
def test_labels(length: float, labels: list[str]) -> None:
    assert [one.label for one in ticks(START, START + length, int)] == labels


@UNHURRIED
@given(st.floats(-6e10, 2.5e11), st.floats(0, 3e11), st.integers(1, 12))
def test_any_stretch_has_some_ticks_inside(start: float, length: float, most: int) -> None:
    end = start + length

    def place(time: float) -> int:
        assert start <= time <= end
        return round(1000 * (time - start) / length) if length else 0

    made = ticks(start, end, place, most)
    assert 1 <= len(made) <= most + 2
    assert [one.x for one in made] == sorted(one.x for one in made)
