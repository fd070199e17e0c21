"""Nothing that stands in a record raises, and memory stays within the caps."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.anomalies.batch import Batch, short
from cybersecqwen.detect.anomalies.grouped import TOTAL_KEYS, Grouped
from cybersecqwen.detect.anomalies.observed import Observed
from cybersecqwen.detect.anomalies.series import Series
from cybersecqwen.detect.anomalies.thresholds import Thresholds
from cybersecqwen.detect.anomalies.watcher import Watcher
from cybersecqwen.detect.anomalies.windows import Windows
from cybersecqwen.detect.lines import TemplateMiner

from .made import START, batch, found, watched

anything = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.binary(max_size=5)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
COLUMNS = Watcher().wanted


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_values_pass(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 12))
    column = st.lists(anything, min_size=n, max_size=n)
    texts = data.draw(st.one_of(st.none(), st.lists(st.text(max_size=60), min_size=n, max_size=n)))
    miner = TemplateMiner()
    chosen = data.draw(st.lists(st.sampled_from(COLUMNS), max_size=6, unique=True))
    seen = Observed(
        kind=data.draw(st.sampled_from(["text", "Microsoft-Windows-Security-Auditing 4624", "#3", ""])),
        numbers=list(range(1, n + 1)),
        times=data.draw(st.one_of(st.just([]), column)),
        hosts=data.draw(st.one_of(st.just([]), column)),
        users=data.draw(st.one_of(st.just([]), column)),
        texts=texts,
        templates=miner.add(texts) if texts is not None else None,
        columns={name: data.draw(column) for name in chosen},
    )
    watcher = Watcher(templates=miner)
    watcher.observe(seen)
    watcher.observe(seen)
    watcher.findings()
    other = Watcher(templates=miner)
    other.restore(watcher.state())
    other.merge(watcher)
    other.learned().to_json()


@pytest.mark.parametrize("bad", [None, math.nan, math.inf, -math.inf, 1e300, -1e18, 10**400, "soon", [1.0]])
def test_times_that_are_none_are_left_out(bad: Any) -> None:
    seen = Batch(batch([{"time": START}, {"time": bad}, {"time": START + 9}]), 0)
    assert (seen.timed, seen.earliest, seen.latest) == (2, START, START + 9) and seen.time(1) is None


def test_a_clock_that_runs_backwards_gives_the_same_as_one_that_does_not() -> None:
    rows = [{"time": START + i * 600, "host": f"h{i % 3}", "user": f"u{i % 3}"} for i in range(1_440)]
    rows[1_300] = {**rows[1_300], "user": "u0", "host": "h2"}
    forward = found(rows, "new-pair")
    halves = [*rows[720:], *rows[:720]]
    shuffled = watched([batch(halves[i : i + 100]) for i in range(0, 1_440, 100)], "new-pair").findings()
    assert [a.first for a in forward] == [a.first for a in shuffled] == [START + 1_300 * 600]


def test_values_of_a_megabyte_are_kept_short() -> None:
    huge = "x" * (1 << 20)
    rows = [
        {
            "time": START + i,
            "host": huge,
            "user": f"{i}{huge}",
            "Image": huge + str(i),
            "ParentImage": huge,
            "text": huge,
        }
        for i in range(5)
    ]
    miner = TemplateMiner()
    watcher = watched([batch(rows, miner=miner)], miner=miner)
    import json

    assert len(json.dumps(watcher.state())) < 200_000


def test_what_nests_or_is_no_number_is_a_value_too() -> None:
    column = [{"a": 1}, ["x", "y"], math.nan, 10**5_000, b"\x00", None]
    cleaned = Batch(batch([{"time": START, "Status": value} for value in column]), 0).column("Status")
    assert cleaned is not None and len({hash(value) for value in cleaned}) >= 5
    assert [short(value) for value in cleaned] == ["(dict)", "x, y", "nan", "a huge number", "(bytes)", ""]


def test_groups_keys_and_totals_are_bounded() -> None:
    table = Grouped(groups=50, keys=10)
    for i in range(40):
        rows = [{"time": START, "host": f"h{i}", "user": f"u{j}"} for j in range(20)]
        seen = Batch(batch(rows), i * 20)
        table.add(seen, ("one",), seen.hosts or [], seen.users or [])
    assert all(m.open and not m.keys for m in table.groups.values()) and table.total == 0
    for i in range(200):
        rows = [{"time": START, "host": f"g{i}", "user": "u"}]
        seen = Batch(batch(rows), 800 + i)
        table.add(seen, ("one",), seen.hosts or [], seen.users or [])
    assert len(table.groups) <= 50 and table.evicted >= 150
    assert ("one", "h39") in table.groups  # the frequent ones stay


def test_a_flood_of_unknown_names_is_passed_over() -> None:
    table = Grouped(groups=50_000, keys=100)
    rows = [{"host": f"h{i}", "user": "u"} for i in range(3_000)] + [{"host": "often", "user": "u"}] * 5
    seen = Batch(batch(rows), 0)
    table.add(seen, ("one",), seen.hosts or [], seen.users or [])
    assert list(table.groups) == [("one", "often")] and table.evicted == 3_000


def test_the_total_of_keys_is_bounded() -> None:
    table = Grouped(groups=100_000, keys=100)
    rows = [{"host": f"h{i // 50}", "user": f"u{i}"} for i in range(TOTAL_KEYS + 2_000)]  # 50 of each
    for start in range(0, len(rows), 5_000):
        seen = Batch(batch(rows[start : start + 5_000]), start)
        table.add(seen, (), seen.hosts or [], seen.users or [])
    assert table.total <= TOTAL_KEYS and table.total == sum(len(m.keys) for m in table.groups.values())


def test_series_and_windows_are_bounded() -> None:
    series = Series(series=20, buckets=64)
    rows = [{"time": START + i * 1_000, "host": f"h{i % 40}"} for i in range(20_000)]
    seen = Batch(batch(rows), 0)
    series.add(seen, ("host",), seen.hosts)
    assert len(series.series) <= 20 and all(len(c.buckets) <= 64 for c in series.series.values())
    table = Windows(cells=100)
    rows = [
        {"time": START + i * 700, "text": f"Failed password for u{i} from 192.0.2.1 port 1"}
        for i in range(500)
    ]
    table.add(Batch(batch(rows), 0))
    assert len(table.cells) <= 100 and table.evicted >= 400


def test_findings_of_one_kind_are_capped_and_the_rest_counted() -> None:
    rows = [{"time": START + i * 600, "host": f"h{i % 30}", "user": f"u{i % 30}"} for i in range(30 * 300)]
    late = [{"time": rows[-1]["time"], "host": f"h{(i + 1) % 30}", "user": f"u{i}"} for i in range(30)]
    watcher = watched([batch(rows), batch(late, first=10_000)], "new-pair")
    shown = watcher.findings()
    assert len(shown) == Thresholds().shown and watcher.left_out == {"new-pair": 30 - Thresholds().shown}
    assert [a.score for a in shown] == sorted((a.score for a in shown), reverse=True)


def test_fields_are_chosen_by_a_sample_and_once() -> None:
    asked: list[str] = []

    def column(name: str) -> list[Any]:
        asked.append(name)
        return ["x"] if name == "Image" else [None, ""]

    watcher = Watcher()
    assert watcher.fields_of("Sysmon 1", column) == ("Image",)
    number = len(asked)
    assert watcher.fields_of("Sysmon 1", column) == ("Image",) and len(asked) == number
