"""Indicators in files, streams, parts and records: the same hits whichever way they are read."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest

from cybersecqwen.detect.report import searching
from cybersecqwen.detect.report.lookup import BLOCK, Lookup
from cybersecqwen.detect.report.searching import Searched, search
from cybersecqwen.inputs.open import open_inputs
from cybersecqwen.records import Limits

ENTRIES = [("domain", "evil.example"), ("ipv4", "203.0.113.7"), ("file", "evil.exe")]


def run(paths: list[Path | str], stdin: bytes | None = None, workers: int = 1) -> Searched:
    limits = Limits()
    stream = io.BytesIO(stdin) if stdin is not None else None
    *_, found = search(open_inputs(paths, limits, stdin=stream), Lookup(ENTRIES), limits, workers)
    return found


def told(found: Searched) -> dict[str, tuple[int, list[int]]]:
    return {
        ENTRIES[number][1]: (seen.count, [place.line for place in seen.places])
        for number, seen in found.sighted.items()
    }


def test_lines_are_counted_and_numbered(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("one\nGET evil.example\nthree\nevil.example evil.example\nlast 203.0.113.7")
    found = run([log])
    assert told(found) == {"evil.example": (3, [2, 4, 4]), "203.0.113.7": (1, [5])}
    assert (found.lines, found.bytes, found.files) == (5, log.stat().st_size, 1)
    assert found.sighted[0].places[0].text == "GET evil.example"


def test_archives_streams_and_standard_input(tmp_path: Path) -> None:
    text = b"one\nGET evil.example\n" * 3
    (tmp_path / "a.log.gz").write_bytes(gzip.compress(text))
    assert told(run([tmp_path / "a.log.gz"])) == {"evil.example": (3, [2, 4, 6])}
    assert told(run(["-"], stdin=text)) == {"evil.example": (3, [2, 4, 6])}


def test_utf_16_is_read_by_records_and_refused_where_it_cannot_be_read_twice(tmp_path: Path) -> None:
    text = "one\r\nGET evil.example\r\n".encode("utf-16")
    (tmp_path / "a.log").write_bytes(text)
    assert told(run([tmp_path / "a.log"])) == {"evil.example": (1, [2])}
    found = run(["-"], stdin=text)
    assert not found.sighted
    assert "encoding" in found.damage.kept[0].reason


@pytest.mark.parametrize("workers", [1, 2])
def test_files_in_parts_give_what_whole_files_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    lines = [f"line {at} {'evil.example' if at % 1000 == 7 else 'fine.example'}" for at in range(50_000)]
    log = tmp_path / "a.log"
    log.write_text("\n".join(lines))
    whole = told(run([log]))
    monkeypatch.setattr(searching, "WORTH_BYTES", 1)
    monkeypatch.setattr(searching, "PART_BYTES", 300_000)
    found = run([log], workers=workers)
    assert told(found) == whole == {"evil.example": (50, [8, 1008, 2008, 3008, 4008])}
    assert found.lines == 50_000


@pytest.mark.parametrize("parts", [False, True])
def test_a_line_longer_than_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: bool) -> None:
    gap = "x " * (BLOCK // 2 - 3)
    log = tmp_path / "a.log"
    log.write_text(f"evil.example {gap}evil.example {gap}evil.example\nevil.example")
    if parts:
        monkeypatch.setattr(searching, "WORTH_BYTES", 1)
    found = run([log], workers=2 if parts else 1)
    assert told(found) == {"evil.example": (4, [1, 1, 1, 2])}
    assert found.lines == 2
    assert all(len(place.text) <= searching.LINE_CHARS for place in found.sighted[0].places)


def test_json_lines_hold_escaped_paths(tmp_path: Path) -> None:
    log = tmp_path / "a.jsonl"
    log.write_text(json.dumps({"EventID": 1, "Image": "C:\\x\\evil.exe", "m": "a\nevil.example"}) + "\n")
    assert told(run([log])) == {"evil.exe": (1, [1]), "evil.example": (1, [1])}


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "b.log").write_text("evil.example\n")
    found = run([tmp_path])
    assert told(found) == {"evil.example": (1, [1])}
    assert "PNG" in found.damage.kept[0].reason


def test_a_record_longer_than_a_block_is_searched_to_its_end(tmp_path: Path) -> None:
    pad = "x " * (BLOCK // 2)
    lines = ["one", f"{pad}evil.example", "three evil.example"]
    (tmp_path / "a.log").write_bytes("\r\n".join(lines).encode("utf-16"))
    assert told(run([tmp_path / "a.log"])) == {"evil.example": (2, [2, 3])}
