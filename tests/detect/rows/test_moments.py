"""Times of batches are the times of single values."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.rows import RowReader, hosts, times
from cybersecqwen.detect.rows.moments import moment, moments
from cybersecqwen.inputs.events import records
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Damage, Limits, Source

WRITTEN = st.builds(
    lambda when, between, cut, zone: when.isoformat(sep=between)[:cut] + zone,
    st.datetimes(min_value=datetime(1880, 1, 1), max_value=datetime(2300, 1, 1)),
    st.sampled_from("T _"),
    st.integers(9, 26),
    st.sampled_from(["", "Z", "+00:00", "-07:00", "+0530", "+24:00", " UTC", "1Z", "999Z", "x"]),
)
OTHER = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.lists(WRITTEN, max_size=2),
    st.dictionaries(st.sampled_from(["$date", "SystemTime"]), WRITTEN),
    st.from_regex(r"20[0-9]{2}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,9})?Z?\n?"),
)


@given(st.lists(st.one_of(WRITTEN, OTHER)))
def test_moments_are_parsed_times(values: list[Any]) -> None:
    expected = [parse_time(value) for value in values]
    assert moments(values) == expected
    assert moments(values) == expected  # from memory now
    assert [moment(value) for value in values] == expected


def test_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cybersecqwen.detect.rows.moments._BOUND", 3)
    values = [f"2024-02-{day:02}T10:00:{day:02}.{day:03}Z" for day in range(1, 29)]
    assert moments(values) == [parse_time(value) for value in values]


@pytest.mark.parametrize("name", ["evtx_ordinary_hosts.zip", "otrf_windows_dev.zip"])
def test_times_and_hosts_are_those_that_the_shapes_give(data_dir: Path, name: str) -> None:
    limits, source, seen = Limits(), Source(path=""), 0
    for item in open_inputs([data_dir / "logs" / name], limits):
        if isinstance(item, Damage):
            continue
        blob, reader = item
        finder, rows = ShapeFinder(), RowReader()
        for found in records(blob, reader, limits):
            if isinstance(found, Damage) or found[0] % 200 != 1 or reader.name == "text":
                continue
            raw = found[2]
            kind = rows.kind_of(raw)
            event = finder.shape_of(raw).normalise(raw, id="", source=source, limits=limits)
            assert times(kind, [raw]) == [event.time]
            assert hosts(kind, [raw]) == [event.host]
            seen += 1
            if found[0] > 2_000:
                break
    assert seen > 50
