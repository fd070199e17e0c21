"""The recordings beside the project: everything is read, and damage is where it was put."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cybersecqwen.inputs.events import read_events
from cybersecqwen.records import Category, Damage, Event, Limits

pytestmark = pytest.mark.data


def read(path: Path) -> tuple[list[Event], list[Damage]]:
    found = list(read_events([path], Limits()))
    return [x for x in found if isinstance(x, Event)], [x for x in found if isinstance(x, Damage)]


@pytest.mark.slow
def test_ordinary_hosts(data_dir: Path) -> None:
    events, damages = read(data_dir / "logs" / "evtx_ordinary_hosts.zip")
    assert len(events) == 18_605
    assert {damage.source.format for damage in damages} == {"evtx"}
    hurt = Counter(damage.source.member.rpartition("/")[2] for damage in damages)
    assert set(hurt) == {
        "2-vss_0-Microsoft-Windows-RemoteDesktopServices-RdpCoreTS%4Operational.evtx",
        "2-vss_0-Microsoft-Windows-TerminalServices-RemoteConnectionManager%4Operational.evtx",
        "Microsoft-Windows-HelloForBusiness%4Operational.evtx",
        "Microsoft-Windows-LanguagePackSetup%4Operational.evtx",
        "sample_with_a_bad_chunk_magic.evtx",
        "sysmon.evtx",
    }
    assert all(damage.source.offset >= 4_096 for damage in damages)
    undated = [event for event in events if event.time is None or not event.host]
    assert len(undated) == 2  # two records of an empty provider


@pytest.mark.slow
def test_sigma_regression(data_dir: Path) -> None:
    """Each case stands there as EVTX and as JSON: both must give the same event."""
    events, damages = read(data_dir / "logs" / "sigma_regression_dev.zip")
    assert damages == []
    cases: dict[str, dict[str, list[Event]]] = {}
    for event in events:
        stem, _, ending = event.source.member.rpartition(".")
        if event.source.format in ("evtx", "json"):
            cases.setdefault(stem, {}).setdefault(ending, []).append(event)
    both = [case for case in cases.values() if {"evtx", "json"} <= set(case)]
    assert len(both) > 100
    same = 0
    for case in both:
        first, second = case["evtx"], case["json"]
        assert first[0].category is not Category.OTHER
        same += [(e.code, e.category) for e in first] == [(e.code, e.category) for e in second]
    assert same > 0.9 * len(both)


@pytest.mark.slow
def test_a_recorded_attack_inside_two_archives(data_dir: Path) -> None:
    for item in read_events([data_dir / "logs" / "otrf_windows_dev.zip"], Limits()):
        if isinstance(item, Event) and item.source.member.endswith(".json"):
            assert item.source.format == "jsonl"
            assert item.channel
            assert item.time is not None
            break
