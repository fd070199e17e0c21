"""JSON documents: whole, damaged, larger than memory should hold."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.inputs import json_doc
from cybersecqwen.inputs.json_doc import JsonReader
from cybersecqwen.records import Limits

from .blobs import SMALL, blob_of, read
from .test_jsonl import objects

ROWS = [{"n": n, "text": 'a "quoted" {brace} \\ end'} for n in range(40)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_an_array(indent: int | None, codec: str) -> None:
    records, damages = read(JsonReader(), json.dumps(ROWS, indent=indent).encode(codec))
    assert ([raw for _, _, raw in records], damages) == (ROWS, [])
    assert [number for number, _, _ in records] == list(range(1, 41))


def test_pretty_printed_objects_one_after_the_other() -> None:
    data = "\n".join(json.dumps(row, indent=2) for row in ROWS).encode()
    records, damages = read(JsonReader(), data)
    assert ([raw for _, _, raw in records], damages) == (ROWS, [])
    assert all(json.loads(data[offset:].split(b"\n}")[0] + b"}") == raw for _, offset, raw in records)


def test_an_array_that_is_cut_off() -> None:
    records, damages = read(JsonReader(), json.dumps(ROWS).encode()[:-20])
    assert [raw for _, _, raw in records] == ROWS[:-1]
    assert "cut off" in damages[0].reason


def test_a_damaged_element_costs_itself() -> None:
    data = json.dumps(ROWS, indent=1).encode().replace(b'"n": 7,', b'"n": ,')
    records, damages = read(JsonReader(), data)
    assert [raw["n"] for _, _, raw in records] == [n for n in range(40) if n != 7]
    assert [damage.source.record for damage in damages] == [8]


def test_an_export_that_is_too_large_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_doc, "_WHOLE", 1_000)
    data = json.dumps({"took": 1, "hits": {"total": 40, "hits": [{"_source": row} for row in ROWS]}}).encode()
    records, damages = read(JsonReader(), data)
    assert ([raw for _, _, raw in records], damages) == (ROWS, [])


def test_a_large_object_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_doc, "_WHOLE", 1_000)
    data = json.dumps([{"n": 1}, {"n": "x" * 3_000_000}, {"n": 2}]).encode()
    records, damages = read(JsonReader(), data, SMALL)
    assert [raw["n"] for _, _, raw in records] == [1, 2]
    assert [(damage.source.record, damage.source.offset) for damage in damages] == [(2, 11)]


@given(st.lists(objects, min_size=1, max_size=8), st.sampled_from([None, 1, 4]))
@settings(deadline=None, max_examples=40)
def test_element_by_element_gives_the_same(rows: list[dict[str, object]], indent: int | None) -> None:
    data = json.dumps(rows, indent=indent).encode()
    found = [json.loads(text or b"null") for _, _, text in json_doc.objects(blob_of(data), Limits())]
    assert found == rows


def test_other_values_are_damage() -> None:
    records, damages = read(JsonReader(), b'[{"a":1}, 5, "x", [1]]')
    assert ([number for number, _, _ in records], [d.source.record for d in damages]) == ([1], [2, 3, 4])
