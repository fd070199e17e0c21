"""One record, or one file, never ends the reading of all others."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.events.rulebook import shipped_rulebook
from cybersecqwen.detect.events.screen import Screen, Screened
from cybersecqwen.detect.report.lookup import Lookup
from cybersecqwen.detect.report.searching import search
from cybersecqwen.detect.rows.interface import Rows
from cybersecqwen.detect.rows.sensor_forms import GenericForm
from cybersecqwen.detect.scan.scanner import Scanner
from cybersecqwen.detect.sigma.cache import load_rules
from cybersecqwen.detect.sigma.engine import Engine
from cybersecqwen.detect.sigma.rulefiles import SHIPPED
from cybersecqwen.errors import InputError
from cybersecqwen.inputs import open as opening
from cybersecqwen.inputs.alerts.crowdstrike import CrowdStrikeDetection
from cybersecqwen.inputs.alerts.severity import OCSF, from_steps
from cybersecqwen.inputs.events import read_events, records
from cybersecqwen.inputs.generic import GenericShape
from cybersecqwen.inputs.interface import Blob, Reader
from cybersecqwen.inputs.json_values import parse, parse_many
from cybersecqwen.inputs.logs.cef import CefReader
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.inputs.times import parse_time, plain_time
from cybersecqwen.interfaces.cli import main
from cybersecqwen.records import Damage, Event, Limits, Severity, Source
from tests.detect.scan.made import recording
from tests.inputs.blobs import blob_of, read

GOOD = '{"@timestamp":"2026-01-01T00:00:00Z","message":"started","host":"web1"}'
HOSTILE = [
    "Jan  1 00:00:02 web1 mallory[7]: CEF:0|a|b|c|d|e|3|rt=--5",
    '{"@timestamp":"--5"}',
    '{"@timestamp":".-5"}',
    "a,time\nb,--5\nc,2026-01-01T00:00:00Z",
    '{"metadata":{"eventType":"DetectionSummaryEvent"},"event":{"DetectName":"x","Severity":"²"}}',
    '{"#kind":"syslog","#line":"x","#time":NaN}',
    '{"#line":"x","#time":1e300}',
    '{"_path":"conn","ts":"-1","uid":"x","#time":NaN}',
    '{"_path":"conn","ts":"-1","uid":"x","#time":-1e300}',
    '{"@timestamp":1e999}',
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("command", ["triage", "logs"])
def test_no_record_ends_the_run(
    text: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a"
    path.write_text(f"{text}\n" if "," in text[:3] else f"{text}\n{GOOD}\n")
    assert main([command, "--format", "json", str(path)]) in (0, 1)
    out = capsys.readouterr()
    assert "internal error" not in out.err
    assert json.loads(out.out)["counts"]["events"] == 2


@pytest.mark.parametrize(
    "text",
    [
        "--5",
        ".-5",
        "-5",
        "5-",
        "1.7.0",
        "²",
        "١٧٠٠٠٠٠٠٠٠",
        "1e9",
        ".5",
        "-",
        ".",
        "NaN",
        "inf",
        "9" * 40,
        "1_0",
    ],
)
def test_what_is_no_number_is_no_time(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1700000000", 1.7e9),
        (" 1700000000 ", 1.7e9),
        ("1700000000.5", 1_700_000_000.5),
        ("1700000000.", 1.7e9),
        ("1700000000123", 1_700_000_000.123),
    ],
)
def test_numbers_are_times_as_before(text: str, seconds: float) -> None:
    assert parse_time(text) == seconds


@given(st.text(alphabet="0123456789.-+:TZ ²eN/", max_size=30) | st.text(max_size=70))
@settings(max_examples=300, deadline=None)
def test_no_text_makes_it_raise(text: str) -> None:
    found = parse_time(text)
    assert found is None or plain_time(found) == found


def test_what_a_reader_has_worked_out_is_a_time_within_bounds() -> None:
    assert plain_time(1.7e9) == 1.7e9
    for value in (float("nan"), float("inf"), 1e300, -1e300, "1.7e9", None, True, 17):
        assert plain_time(value) is None


def test_numbers_that_are_none_are_text() -> None:
    data = b'{"a":NaN,"b":-Infinity,"c":1e999,"d":1.5,"e":"NaN"}'
    expected = {"a": "NaN", "b": "-Infinity", "c": "1e999", "d": 1.5, "e": "NaN"}
    assert parse(data) == expected
    assert parse_many(data * 2) == ([expected, expected], True)


@pytest.mark.parametrize(
    ("written", "severity"),
    [("²", 1), ("5", Severity.CRITICAL), ("6", Severity.INFORMATIONAL), ("9" * 5_000, Severity.CRITICAL)],
)
def test_severities_of_crowdstrike(written: str, severity: Severity | int) -> None:
    raw = {"DetectName": "x", "Severity": written}
    event = CrowdStrikeDetection().normalise(raw, id="e1", source=Source(path=""), limits=Limits())
    assert event.claim is not None
    assert severity == 1 or event.claim.severity is severity
    assert from_steps(10**400, OCSF) is None


_normalise = GenericShape.normalise


def _failing(self: GenericShape, raw: Mapping[str, Any], *, id: str, source: Source, limits: Limits) -> Event:
    if raw.get("message") == "bad":
        raise KeyError("made up")
    return _normalise(self, raw, id=id, source=source, limits=limits)


def _records() -> Iterator[tuple[int, int, dict[str, Any]]]:
    for number in range(1, 101):
        message = "bad" if number in (7, 8, 60) else "vssadmin.exe delete shadows /all"
        yield number, number * 10, {"time": "2026-01-01T00:00:00Z", "message": message}


def _hosts(self: GenericForm, rows: Rows) -> list[str]:
    if any(raw["message"] == "bad" for raw in rows.raws):
        raise KeyError("made up")
    return ["h"] * len(rows.raws)


def test_an_error_of_ours_is_a_damage_of_that_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GenericForm, "hosts", _hosts)
    monkeypatch.setattr(GenericShape, "normalise", _failing)
    out = Screened()
    Screen(shipped_rulebook(), Limits()).screen(blob_of(b""), "json", _records(), out)
    assert out.records == 97 and [d.source.record for d in out.damage.kept] == [7, 8, 60]
    assert out.damage.kept[0].reason == "It cannot be read: KeyError, an error of this program."
    scanner = Scanner(Engine(load_rules([SHIPPED])), Limits())
    scan = scanner.empty()
    scanner.scan(blob_of(b""), "json", _records(), scan)
    assert (scan.records, scan.damage.records) == (97, 3)
    assert [d.source.record for d in scan.damage.kept] == [7, 8, 60]
    assert scan.hosts.counts == {"h": 97}


class _Stumbling(CefReader):
    def fits(self, line: str) -> bool:
        return True

    def parser(self, blob: Blob, limits: Limits) -> Any:
        def parse(text: str) -> dict[str, Any]:
            return {"n": int(text)}

        return parse


class _Breaking(Reader):
    name = "breaking"

    def recognise(self, head: bytes, name: str) -> int:
        return 0

    def read(self, blob: Blob, limits: Limits) -> Iterator[Any]:
        yield 1, 0, {"a": "b"}
        raise ZeroDivisionError


def test_an_error_of_a_reader_costs_a_line_or_the_rest_of_a_file() -> None:
    found, damages = read(_Stumbling(), b"1\nx\n2\n")
    assert [record[2] for record in found] == [{"n": 1}, {"#line": "x"}, {"n": 2}] and not damages
    record, damage = records(blob_of(b""), _Breaking(), Limits())
    assert not isinstance(record, Damage) and isinstance(damage, Damage)
    assert "ZeroDivisionError" in damage.reason


@pytest.mark.parametrize("pattern", [True, False])
def test_a_file_that_vanishes_is_a_damage(pattern: bool, tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl", "c.jsonl"):
        (tmp_path / name).write_text(GOOD + "\n")
    names = [tmp_path / "*.jsonl"] if pattern else sorted(tmp_path.glob("*.jsonl"))
    found = read_events(names, Limits())
    first = next(found)
    (tmp_path / "b.jsonl").unlink()
    rest = list(found)
    assert isinstance(first, Event) and [type(one) for one in rest] == [Damage, Event]
    assert "No such file" in str(rest[0].reason)  # type: ignore[union-attr]


def test_what_a_pattern_found_may_be_gone_before_it_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD + "\n")
    found = [str(tmp_path / "a.jsonl"), str(tmp_path / "gone.jsonl")]
    monkeypatch.setattr(opening, "expand", lambda pattern: found)
    assert [type(one) for one in read_events([tmp_path / "*.jsonl"], Limits())] == [Event, Damage]


class _Bad:
    """A disk that fails."""

    def __enter__(self) -> _Bad:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, size: int = -1) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


def test_a_first_read_that_fails_is_a_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.jsonl", "b.jsonl", "c.jsonl"):
        (tmp_path / name).write_text(GOOD + "\n")
    real = opening._open

    def opened(path: Path) -> BinaryIO:
        return _Bad() if path.name == "b.jsonl" else real(path)  # type: ignore[return-value]

    monkeypatch.setattr(opening, "_open", opened)
    found = list(read_events([tmp_path], Limits()))
    assert [type(one) for one in found] == [Event, Damage, Event]
    assert "Input/output error" in found[1].reason  # type: ignore[union-attr]
    items = list(open_inputs([tmp_path / "b.jsonl"], Limits()))
    assert [type(one) for one in items] == [Damage]


def _gone(*_: object, **__: object) -> Iterator[Any]:
    raise InputError("a.jsonl cannot be read: No such file or directory.")
    yield


@pytest.mark.parametrize(
    ("command", "module", "parts"),
    [("triage", "tasks.triage", "screen_in_parts"), ("logs", "tasks.logs.reading", "scan_in_parts")],
)
def test_a_file_that_vanishes_while_parts_of_it_are_read(
    command: str,
    module: str,
    parts: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(GOOD + "\n")
    monkeypatch.setattr(f"cybersecqwen.{module}.worth_it", lambda blob, *_: blob.name == "a.jsonl")
    monkeypatch.setattr(f"cybersecqwen.{module}.{parts}", _gone)
    assert main([command, "--format", "json", str(tmp_path)]) == 0
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert (counts["events"], counts["damaged"]) == (1, 1)


def test_a_file_that_vanishes_while_indicators_are_looked_for(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text("GET evil.example\n")
    items = list(open_inputs([tmp_path], Limits()))
    (tmp_path / "a.log").unlink()
    (*_, done) = search(items, Lookup([("domain", "evil.example")]), Limits())
    assert (done.lines, done.damage.places, done.files) == (1, 1, 2)


def test_numbers_of_any_size_are_looked_through(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(('[{"n":' + "9" * 30 + ',"d":"evil.example"}]').encode("utf-16"))
    (*_, done) = search(open_inputs([tmp_path], Limits()), Lookup([("domain", "evil.example")]), Limits())
    assert [seen.count for seen in done.sighted.values()] == [1] and not done.damage.places


def _raising(*_: object, **__: object) -> Any:
    raise KeyError("made up")


@pytest.mark.parametrize(
    ("place", "damages"),
    [
        ("cybersecqwen.detect.scan.scanner.reasons", 0),
        ("cybersecqwen.detect.anomalies.watcher.Watcher.observe", 1),
        ("cybersecqwen.detect.scan.detection.Detection.add", 1),
        ("cybersecqwen.inputs.windows.FlatShape.normalise", 8),
    ],
)
def test_an_error_behind_the_reading_keeps_what_was_found(
    place: str, damages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner = Scanner(Engine(load_rules([SHIPPED])), Limits())
    scan = scanner.empty()
    monkeypatch.setattr(place, _raising)
    raws = ((number, -1, raw) for number, raw in enumerate(recording(40), 1))
    scanner.scan(blob_of(b""), "json", raws, scan)
    assert scan.records == 40
    assert (scan.damage.records > 0) == (damages > 0)
    assert scan.detections


def test_standard_input_that_fails_keeps_no_file_from_being_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD + "\n")
    found = list(read_events(["-", tmp_path / "a.jsonl"], Limits(), stdin=_Bad()))  # type: ignore[arg-type]
    assert [type(one) for one in found] == [Damage, Event]
