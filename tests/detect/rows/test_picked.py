"""Names picked once are the names that the generic shape picks."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.rows import RowReader, rows
from cybersecqwen.inputs import SHAPES
from cybersecqwen.records import Limits, Source

WORDS = (
    "ts time @timestamp Created_At host HostName machine user User user_name uid msg image a.host b.time x"
)
NAMES = st.sampled_from([*WORDS.split(), ""])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=10),
    st.sampled_from(
        ["2024-05-01T10:00:00Z", "1714557600", 1714557600, 1714557600.5, ["web1"], [None], {"a": "b"}]
    ),
)


@given(st.lists(st.dictionaries(NAMES, VALUES), min_size=1, max_size=4))
def test_time_host_and_user_are_those_of_the_generic_shape(raws: list[dict[str, Any]]) -> None:
    shape, reader = SHAPES.get("generic")(), RowReader()
    for raw in raws:
        kind = reader.kind_of(raw)
        if kind.shape != "generic":
            continue
        batch = rows(kind, [raw, raw])
        event = shape.normalise(raw, id="", source=Source(path=""), limits=Limits())
        assert batch.form.times(batch) == [event.time] * 2
        assert batch.form.hosts(batch) == [event.host] * 2
        assert batch.form.users(batch) == [event.user] * 2
