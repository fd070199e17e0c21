"""Times in all forms, and text out of JSON values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.inputs.fields import dig, first, flatten, text
from cybersecqwen.inputs.times import parse_time
from cybersecqwen.records import Limits

MOMENT = 1714979289.0  # 2024-05-06T07:08:09Z


@pytest.mark.parametrize(
    "written",
    [
        "2024-05-06T07:08:09Z",
        "2024-05-06T07:08:09.000000000Z",
        "2024-05-06 07:08:09",
        "2024-05-06 07:08:09 UTC",
        "2024/05/06 07:08:09",
        "2024-05-06T09:08:09+02:00",
        "2024-05-06T09:08:09+0200",
        "2024-05-06 02:08:09 -05",
        "5/6/2024 7:08:09 AM",
        "06/May/2024:07:08:09 +0000",
        "Mon May  6 07:08:09 2024",
        "May 6, 2024 @ 07:08:09.000",
        "Mon, 06 May 2024 07:08:09 GMT",
        " 1714979289 ",
        "1714979289.0",
        1714979289,
        1714979289.0,
        1714979289000,
        1714979289000000,
        1714979289000000000,
        133594528890000000,
        {"$date": "2024-05-06T07:08:09Z"},
        {"SystemTime": "2024-05-06T07:08:09Z"},
        ["2024-05-06T07:08:09Z"],
    ],
)
def test_usual_forms(written: object) -> None:
    assert parse_time(written) == MOMENT


@pytest.mark.parametrize(
    "written", ["", "x", "2024-13-40T00:00:00Z", "yesterday", None, True, [], {}, -5, 5, 1e40, float("nan"),
                "9" * 60, "2024", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", [["a"]], object()],
)  # fmt: skip
def test_no_time(written: object) -> None:
    assert parse_time(written) is None


@settings(deadline=None, max_examples=60)
@given(st.datetimes(datetime(1971, 1, 1), datetime(2150, 1, 1)), st.integers(-14 * 4, 14 * 4))
def test_iso_times_with_zones(moment: datetime, quarters: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=15 * quarters)))
    assert parse_time(aware.isoformat()) == pytest.approx(aware.timestamp(), abs=1e-5)
    assert parse_time(moment.strftime("%Y/%m/%d %H:%M:%S.%f")) == pytest.approx(
        moment.replace(tzinfo=UTC).timestamp(), abs=1e-5
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None, max_examples=60)
@given(json_values, st.integers(20, 60))
def test_text_is_bounded_text(value: object, most: int) -> None:
    found = text(value, Limits(value_chars=most))
    assert isinstance(found, str)
    assert len(found) <= most
    assert isinstance(parse_time(value), float | None)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(min_size=1, max_size=5), json_values, max_size=5))
def test_flatten_keeps_every_leaf(raw: dict[str, object]) -> None:
    found = flatten(raw, Limits())
    assert all(isinstance(value, str) and value for value in found.values())
    for name, value in raw.items():
        if isinstance(value, str) and value:
            assert value in found.values() or name in found
    assert len(flatten(raw, Limits(fields=2))) <= 2


def test_dig_takes_nested_and_dotted_keys() -> None:
    raw = {"a": {"b.c": 1, "b": {"d": 2}}, "x.y": {"z": 3}, "n": 0}
    assert [dig(raw, name) for name in ("a.b.c", "a.b.d", "x.y.z", "n", "a.q", "n.o")] == [
        1,
        2,
        3,
        0,
        None,
        None,
    ]
    assert first(raw, ("a.q", "n", "x.y.z"), Limits()) == "0"
    assert dig("text", "a") is None
