"""State, restoring and merging: counting in parts equals counting in one go, where no cap is hit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.anomalies import DETECTORS
from cybersecqwen.detect.anomalies.observed import Observed
from cybersecqwen.detect.anomalies.watcher import Watcher
from cybersecqwen.detect.lines import TemplateMiner

from .made import HOUR, START, batch

SECURITY = "Microsoft-Windows-Security-Auditing"
names = st.sampled_from(["a", "b", "c"])
rows = st.fixed_dictionaries(
    {
        "time": st.one_of(st.none(), st.integers(0, 400).map(lambda n: START + n * HOUR / 4)),
        "host": names,
        "user": st.sampled_from(["", "ann", "bob"]),
        "Image": st.sampled_from([None, r"C:\a.exe", r"C:\b.exe"]),
        "ParentImage": st.sampled_from([None, r"C:\c.exe"]),
        "LogonType": st.sampled_from([None, 2, "3"]),
        "sc-bytes": st.sampled_from([None, 0, 10, 99_999, "12"]),
        "TargetUserName": names,
        "IpAddress": st.sampled_from(["192.0.2.1", "-", None]),
        "Country": st.sampled_from(["DE", "AU", None]),
    }
)
texts = st.sampled_from(["door opened by 7", "door opened by 9", "door closed", "window 3 broken at 12"])
kinds = st.sampled_from([f"{SECURITY} 4624", f"{SECURITY} 4625", "text"])


@st.composite
def stretches(draw: st.DrawFn) -> list[list[Observed]]:
    """Stretches of an input, each with one batch of each of some kinds, the records numbered in turn."""
    out: list[list[Observed]] = []
    first = 1
    for _ in range(draw(st.integers(0, 4))):
        chosen = draw(st.lists(kinds, unique=True, min_size=1, max_size=3))
        parts = []
        for at, kind in enumerate(chosen):
            content: list[dict[str, Any]] = draw(st.lists(rows, min_size=2, max_size=5))
            if kind == "text":
                content = [{**row, "text": draw(texts)} for row in content]
            part = batch(content, kind)
            part.numbers = [first + at + len(chosen) * i for i in range(len(content))]
            parts.append(part)
        first += 1_000
        out.append(parts)
    return out


def watch(some: list[list[Observed]], miner: TemplateMiner) -> Watcher:
    watcher = Watcher(templates=miner)
    for parts in some:
        for part in parts:
            part.templates = miner.add(part.texts) if part.texts is not None else None
            watcher.observe(part)
    return watcher


def inexact(value: Any) -> Any:
    """Counts without order, and without what is exact only to the batch: latest times, places in groups."""
    if isinstance(value, dict):
        return {key: inexact(part) for key, part in value.items()}
    if isinstance(value, list):
        return sorted((inexact(part) for part in value), key=lambda part: json.dumps(part, sort_keys=True))
    return value


def counts(watcher: Watcher) -> dict[str, Any]:
    """Amounts of every table under the templates' texts, and the tables that merge exactly."""
    learned = watcher.learned()
    out: dict[str, Any] = {"clock": learned.clock.to_json()}
    for detector, tables in learned.tables.items():
        for name, table in tables.items():
            out[f"{detector} {name}"] = table.amounts()
    exact = watcher.state()["detectors"]
    for detector in ("brute-force", "impossible-travel", "rate-change"):
        out[detector] = inexact(exact[detector])
    return out


@settings(max_examples=50, deadline=None)
@given(stretches(), st.integers(0, 4))
def test_parts_merge_to_the_whole(some: list[list[Observed]], cut: int) -> None:
    """One miner for both parts: its ids mean the same in each."""
    miner = TemplateMiner()
    for parts in some:  # all templates are there before the first part is counted, so that none widens later
        for part in parts:
            miner.add(part.texts or [])
    whole, first, second = watch(some, miner), watch(some[:cut], miner), watch(some[cut:], miner)
    first.merge(second)
    assert counts(first) == counts(whole)


@settings(max_examples=25, deadline=None)
@given(stretches(), st.integers(0, 4))
def test_parts_of_two_miners_merge_by_their_ids(some: list[list[Observed]], cut: int) -> None:
    one, other = TemplateMiner(), TemplateMiner()
    first, second = watch(some[:cut], one), watch(some[cut:], other)
    first.merge(second, one.merge(other))
    total = sum(len(part) for parts in some for part in parts)
    assert first.clock.records == total
    templates = first.learned().tables["new-template"]["templates"].amounts()
    assert sum(templates.values()) == sum(len(p) for parts in some for p in parts if p.texts is not None)


@settings(max_examples=25, deadline=None)
@given(stretches())
def test_a_state_survives_json(some: list[list[Observed]]) -> None:
    miner = TemplateMiner()
    watcher = watch(some, miner)
    state = json.loads(json.dumps(watcher.state(), allow_nan=False))
    other = Watcher(templates=miner)
    other.restore(state)
    assert other.state() == state
    assert other.findings() == watcher.findings()
    assert other.learned().to_json() == watcher.learned().to_json()


@settings(max_examples=25, deadline=None)
@given(stretches(), stretches())
def test_going_on_after_a_stop_equals_not_stopping(
    some: list[list[Observed]], more: list[list[Observed]]
) -> None:
    for at, parts in enumerate(more):
        for part in parts:
            part.numbers = [number + 100_000 + 1_000 * at for number in part.numbers]
    miner = TemplateMiner()
    for parts in (*some, *more):
        for part in parts:
            miner.add(part.texts or [])
    whole = watch([*some, *more], miner)
    other = Watcher(templates=miner)
    other.restore(json.loads(json.dumps(watch(some, miner).state())))
    for parts in more:
        for part in parts:
            part.templates = miner.add(part.texts) if part.texts is not None else None
            other.observe(part)
    assert counts(other) == counts(whole)


def test_every_kind_is_registered_under_its_name() -> None:
    names = [name for name, _ in DETECTORS]
    assert [kind.name for _, kind in DETECTORS] == names and len(names) >= 9
    for _, kind in DETECTORS:
        assert not kind.reads or kind.reads in names


@pytest.mark.parametrize("damage", ["version", "clock", "detectors", "table", "row"])
def test_a_damaged_state_is_refused(damage: str) -> None:
    from cybersecqwen.errors import InputError

    watcher = watch([[batch([{"time": START, "host": "a", "user": "b"}])]], TemplateMiner())
    state = json.loads(json.dumps(watcher.state()))
    if damage == "table":
        del state["detectors"]["new-pair"]["pairs"]
    elif damage == "row":
        state["detectors"]["new-pair"]["pairs"]["groups"][0] = ["x"]
    else:
        state[damage] = None
    with pytest.raises(InputError):
        Watcher().restore(state)
