"""Rates: bursts, silences, seasons; and the tail that they are judged by."""

from __future__ import annotations

import numpy as np
import pytest

from cybersecqwen.detect.anomalies.tail import fit

from .made import DAY, HOUR, START, batches, every, found, watched


def office_hours(weeks: float, busy: int = 40, quiet: int = 2) -> list[dict[str, object]]:
    """Records by the hour: many from 8 to 18 on weekdays, few otherwise, with some noise of a fixed seed."""
    draw = np.random.default_rng(7)
    rows: list[dict[str, object]] = []
    for hour in range(int(weeks * 168)):
        day, clock = divmod(hour, 24)
        usual = busy if 8 <= clock < 18 and (day + 2) % 7 < 5 else quiet
        rows += [{"time": START + hour * HOUR + i * 30, "host": "a"} for i in range(int(draw.poisson(usual)))]
    return rows


def burst(rows: list[dict[str, object]], at: float, n: int) -> list[dict[str, object]]:
    more = [{"time": at + i * 3_000 / n, "host": "a"} for i in range(n)]
    return sorted((*rows, *more), key=lambda row: float(str(row["time"])))


def test_seasons_of_six_weeks_give_nothing() -> None:
    assert found(office_hours(6), "rate-change") == []


def test_a_burst_is_told_with_its_hours_numbers_and_lines() -> None:
    at = START + 35 * DAY + 3 * HOUR
    (one,) = found(burst(office_hours(6), at, 600), "rate-change")
    assert one.first == at and one.last == at + HOUR and 600 <= one.count <= 615
    assert one.numbers["usual"] < 5 and one.numbers["expected_per_day"] < 0.1
    assert "at these hours of the week" in one.sentence and one.lines


def test_what_is_usual_by_day_is_a_burst_by_night_only_far_beyond_the_day() -> None:
    """A night as busy as a day is no record of the series: careful, because shifts move."""
    at = START + 35 * DAY + 3 * HOUR
    assert found(burst(office_hours(6), at, 40), "rate-change") == []


@pytest.mark.parametrize(("n", "told"), [(20, False), (30, True)])
def test_near_the_threshold_of_a_steady_series(n: int, told: bool) -> None:
    rows = every(360, 20, lambda i: {"host": "a"})  # ten an hour
    assert bool(found(burst(rows, START + 15 * DAY, n), "rate-change")) is told


def test_a_day_is_too_little_history_for_rates() -> None:
    rows = burst(every(360, 1, lambda i: {"host": "a"}), START + 0.9 * DAY, 3_000)
    assert found(rows, "rate-change") == []


def test_one_happening_is_told_once_for_kind_host_and_template() -> None:
    rows = [
        {**row, "text": "ping answered"}
        for row in burst(every(360, 20, lambda i: {"host": "a"}), START + 15 * DAY, 500)
    ]
    assert len(found(rows, "rate-change")) == 1


def test_a_source_that_falls_silent_while_others_go_on() -> None:
    def row(i: int) -> dict[str, object]:
        return {"host": ("a", "b")[i % 2]}

    rows = every(180, 20, row)
    silent = [
        r for r in rows if r["host"] != "a" or not START + 15 * DAY < float(str(r["time"])) < START + 16 * DAY
    ]
    assert found(rows, "rate-change") == []
    (one,) = found(silent, "rate-change")
    assert (
        one.count == 0 and one.hosts == ("a",) and one.numbers["hours"] >= 22 and "No record" in one.sentence
    )


def test_an_input_that_pauses_as_a_whole_is_no_silence() -> None:
    rows = every(180, 20, lambda i: {"host": ("a", "b")[i % 2]})
    assert (
        found([r for r in rows if not 15 < (float(str(r["time"])) - START) / DAY < 16], "rate-change") == []
    )


def test_against_a_baseline_the_first_hour_counts() -> None:
    usual = watched(batches(office_hours(4)), "rate-change").learned()
    later = [{**r, "time": float(str(r["time"])) + 28 * DAY} for r in office_hours(0.5)]
    assert watched(batches(later), "rate-change", baseline=usual).findings() == []
    (one,) = watched(
        batches(burst(later, START + 28 * DAY + 600, 900)), "rate-change", baseline=usual
    ).findings()
    assert one.first == START + 28 * DAY


def test_the_tail_is_no_lighter_than_the_history() -> None:
    draw = np.random.default_rng(3)
    history = draw.exponential(1.0, 2_000)
    tail = fit(history)
    assert tail is not None
    for q in (0.95, 0.99, 0.999):
        assert tail.chance(float(np.quantile(history, q))) >= (1 - q) * 0.8
    fresh = draw.exponential(1.0, 200_000)
    limit = next(x for x in np.arange(2, 30, 0.1) if tail.chance(x) <= 1e-3)
    assert float((fresh >= limit).mean()) <= 1e-3


def test_weights_count_as_repetitions() -> None:
    values = np.array([1.0, 2.0, 3.0, 5.0])
    weights = np.array([30.0, 20.0, 9.0, 1.0])
    assert fit(values, weights) == fit(np.repeat(values, weights.astype(int)), None)
    assert fit(values) is None


def test_equal_values_make_a_tail_of_those_that_differ() -> None:
    """Intervals of one hour, and one of two: the tail is that of the one, and not of a tenth."""
    values = np.zeros(336)
    values[100] = np.log(2)
    tail = fit(values)
    assert tail is not None and tail.chance(float(np.log(2))) == pytest.approx(1 / 336, rel=0.2)
    assert tail.chance(float(np.log(30))) < 1e-3
    flat = fit(np.zeros(336))
    assert flat is not None and flat.chance(0.0) == 1.0 and flat.chance(0.001) <= 1 / 336
