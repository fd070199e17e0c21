"""Scanning in one go, in parts, and from a saved state gives the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.scan import parts
from cybersecqwen.detect.scan.parts import count_lines, scan_in_parts
from cybersecqwen.detect.scan.scan import Scan
from cybersecqwen.detect.scan.scanner import Scanner
from cybersecqwen.detect.scan.tally import Tally
from cybersecqwen.detect.sigma.cache import load_rules
from cybersecqwen.detect.sigma.correlation import Collector
from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.detect.sigma.model import Ruleset
from cybersecqwen.detect.sigma.rulefiles import SHIPPED, parse_files
from cybersecqwen.inputs import Blob
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Damage, Event, Evidence, Limits

from .made import recording, sign_in

LIMITS = Limits()

COUNTED = """
title: Failed sign-in
name: failed
logsource: {product: windows, service: security}
detection: {one: {EventID: 4625}, condition: one}
level: low
---
title: Many failed sign-ins from one address
id: many
correlation:
  type: event_count
  rules: [failed]
  group-by: [IpAddress]
  timespan: 5m
  condition: {gte: 20}
level: high
"""


@pytest.fixture(scope="module")
def rules() -> Ruleset:
    return shipped()


@lru_cache(maxsize=1)
def shipped() -> Ruleset:
    return load_rules([SHIPPED])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(orjson.dumps(raw) + b"\n" for raw in recording(400)) + b'{"half')
    return path


def scanned(path: Path, rules: Ruleset, watch: bool = True) -> Scan:
    scanner = Scanner(Engine(rules), LIMITS, watch=watch)
    out = scanner.empty()
    for item in open_inputs([path], LIMITS):
        assert not isinstance(item, Damage)
        blob, reader = item
        scanner.scan(blob, reader.name, reader.read(blob, LIMITS), out)
    return out


def comparable(scan: Scan) -> Any:
    """All of a scan but its anomalies, whose own tests hold parts and wholes equal."""
    made = scan.to_json()
    made.pop("watcher"), made.pop("miner"), made.pop("bytes"), made.pop("files")
    for name in ("kinds", "hosts", "users", "minutes"):
        made[name] = sorted(made[name][1:])
    for one in made["detections"]:
        for name in ("places", "users", "kinds"):
            one[name] = sorted(one[name][1:])
    made["detections"].sort(key=lambda one: one["rule"])
    made["samples"].sort(key=lambda pair: pair[0])
    return json.loads(orjson.dumps(made, option=orjson.OPT_NON_STR_KEYS))


def test_the_rules_that_fire_are_those_due(file: Path, rules: Ruleset) -> None:
    scan = scanned(file, rules)
    abouts = {rule.about.id: rule.about for rule in rules.rules}
    titles = {abouts[name].title: one for name, one in scan.detections.items()}
    assert scan.records == 400 and scan.damage.records == 1
    encoded = next(one for title, one in titles.items() if "Encoded" in title)
    assert encoded.count == 10  # 400 / 40
    first, evidence = encoded.samples[0]
    assert first == 8 and scan.samples[8].source.record == 8
    assert any("-enc" in item.value for item in evidence)
    assert scan.samples[8].source.offset == sum(len(orjson.dumps(raw)) + 1 for raw in recording(7))


def test_parts_give_what_one_go_gives(file: Path, rules: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 20_000)
    monkeypatch.setattr("cybersecqwen.inputs.jsonl.BLOCK", 4_096)
    whole = scanned(file, rules)
    (blob, reader), *_ = open_inputs([file], LIMITS)  # type: ignore[misc]
    merged = Scanner(Engine(rules), LIMITS).empty()
    ends = []
    for part in scan_in_parts(blob, reader, rules, LIMITS, 2, watch=True, first=1):
        merged.merge(part.scan)
        ends.append((part.end, part.lines))
    assert len(ends) > 3 and ends[-1] == (file.stat().st_size, 401)
    assert comparable(merged) == comparable(whole)
    assert merged.miner is not None and whole.miner is not None
    assert merged.watcher is not None and merged.watcher.clock.records == 400


def test_parts_begin_where_they_are_told(file: Path, rules: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PART_BYTES", 20_000)
    monkeypatch.setattr("cybersecqwen.inputs.jsonl.BLOCK", 4_096)
    (blob, reader), *_ = open_inputs([file], LIMITS)  # type: ignore[misc]
    first = list(scan_in_parts(blob, reader, rules, LIMITS, 2, watch=False, first=1))
    merged = Scanner(Engine(rules), LIMITS, watch=False).empty()
    for part in first[:2]:
        merged.merge(part.scan)
    rest = scan_in_parts(
        blob, reader, rules, LIMITS, 2, watch=False, first=1, start=first[1].end, lines=first[1].lines
    )
    for part in rest:
        merged.merge(part.scan)
    assert comparable(merged) == comparable(scanned(file, rules, watch=False))


def test_a_state_goes_on_where_it_was(file: Path, rules: Ruleset) -> None:
    whole = scanned(file, rules)
    scanner = Scanner(Engine(rules), LIMITS)
    begun, (blob, reader) = scanner.empty(), next(iter(open_inputs([file], LIMITS)))  # type: ignore[misc]
    found = list(reader.read(blob, LIMITS))
    scanner.scan(blob, reader.name, found[:150], begun)
    state = orjson.loads(orjson.dumps(begun.to_json(), option=orjson.OPT_NON_STR_KEYS))
    again = scanner.empty()
    again.restore(state)
    scanner.scan(blob, reader.name, found[150:], again)
    assert comparable(again) == comparable(whole)


def test_correlated_hits_keep_their_records(tmp_path: Path) -> None:
    path = tmp_path / "security.jsonl"
    path.write_bytes(b"".join(orjson.dumps(sign_in(number, 4625)) + b"\n" for number in range(60)))
    scan = scanned(path, parse_files([("counted.yml", COUNTED.encode())]))
    (burst,) = scan.collector.bursts()
    assert (burst.group, burst.count, burst.number) == (("203.0.113.7",), 60, 60.0)
    assert scan.detections == {}, "what is counted does not report itself"
    assert [int(ref) for ref in burst.refs if ref][:3] == [1, 2, 3]
    assert all(int(ref) in scan.samples for ref in burst.refs if ref)


def test_hits_are_told_as_they_happen(file: Path, rules: Ruleset) -> None:
    told: list[tuple[str, str]] = []

    def tell(rule: Any, event: Event, evidence: tuple[Evidence, ...]) -> None:
        told.append((rule.about.title, event.id))

    scanner = Scanner(Engine(rules), LIMITS)
    scanner.on_hit = tell
    (blob, reader), *_ = open_inputs([file], LIMITS)  # type: ignore[misc]
    out = scanner.empty()
    scanner.scan(blob, reader.name, reader.read(blob, LIMITS), out)
    assert len(told) == sum(one.count for one in out.detections.values())


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.dictionaries(
                st.sampled_from(
                    [
                        "EventID",
                        "Channel",
                        "SourceName",
                        "Image",
                        "CommandLine",
                        "Hostname",
                        "UtcTime",
                        "type",
                    ]
                ),
                st.recursive(
                    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
                    lambda inner: (
                        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
                    ),
                    max_leaves=5,
                ),
            ),
            st.sampled_from(recording(8)),
        ),
        max_size=12,
    )
)
def test_any_records_can_be_scanned(raws: list[dict[str, Any]]) -> None:
    scanner = Scanner(_engine(), LIMITS)
    out = scanner.empty()
    blob = Blob(path="made", opener=lambda: (_ for _ in ()).throw(AssertionError))
    scanner.scan(blob, "jsonl", _numbered(raws), out)
    assert out.records == len(raws)
    orjson.dumps(_finite(out.to_json()), option=orjson.OPT_NON_STR_KEYS)


@lru_cache(maxsize=1)
def _engine() -> Engine:
    return Engine(shipped())


def _numbered(raws: list[dict[str, Any]]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    for number, raw in enumerate(raws, 1):
        yield number, -1, raw


def _finite(value: Any) -> Any:
    """Huge numbers as text: that they are kept is what is tested, not how JSON writes them."""
    if isinstance(value, dict):
        return {str(key).encode("utf-8", "replace").decode(): _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return str(value) if isinstance(value, int) and abs(value) > 1 << 60 else value


def test_lines_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a\nb\n\nc")
    assert count_lines(path, 0, 6) == 4
    assert count_lines(path, 0, 4) == 2


def test_a_tally_stays_small_and_knows_what_it_gave_up() -> None:
    tally: Tally[str] = Tally(10)
    tally.add(["often"] * 50 + [f"once {n}" for n in range(40)])
    assert len(tally) <= 20 and tally.counts["often"] == 50
    assert tally.others + tally.counts.total() == 90
    assert Tally.from_json(orjson.loads(orjson.dumps(tally.to_json())), 10).counts == tally.counts


def test_many_rules_that_fire_share_what_they_keep() -> None:
    scan = Scan(collector=Collector(Ruleset(version="none")))
    for rule in range(2_000):
        hosts = [f"h{number}" for number in range(600)]
        scan.detection(f"r{rule}").add([0.0] * 600, hosts, hosts, "kind")
    assert all(one.count == 600 for one in scan.detections.values())
    assert sum(len(one.places) + len(one.users) for one in scan.detections.values()) < 2_000 * 800
    first = scan.detections["r0"]
    assert first.places.others + sum(count for _, count in first.places) == 600
