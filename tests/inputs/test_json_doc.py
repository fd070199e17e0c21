"""JSON documents: whole, damaged, larger than memory should hold."""

from __future__ import annotations

import json
import re
import time
from typing import Any

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


GOOD = [{"n": n, "in": {"list": [{"x": 1}, {"y": [2, {"z": {}}]}]}} for n in range(1_000)]


def _joined(damaged: str, rows: list[Any], between: str) -> bytes:
    return f"[{damaged}{between}{between.join(map(json.dumps, rows))}]".encode()


@pytest.mark.parametrize("between", [",", ", ", ",\n", "\n,", "\n"])
@pytest.mark.parametrize(
    "damaged",
    ['{"a":{"b":1}', '{"a":{"b":{"c":1}', '{"a":[{"b":1},{"c":2}', '{"a":"b"', '{"a":', '{"a":{"b":1}, "c"'],
)
def test_an_object_without_its_end_costs_itself(damaged: str, between: str) -> None:
    """A thousand records went missing, and one was told."""
    if "[" in damaged:
        damaged = damaged.replace(",{", "]" + between + "{", 1)  # a list ends, the object does not
    elif damaged.endswith(":"):
        damaged += "1"
    records, damages = read(JsonReader(), _joined(damaged, GOOD, between))
    assert [raw for _, _, raw in records][-1_000:] == GOOD
    assert sum(damage.records for damage in damages) in (1, 2)
    assert [number for number, _, _ in records][-1] <= 1_002


@pytest.mark.parametrize("between", [",", ",\n"])
def test_a_list_without_its_end_costs_its_object(between: str) -> None:
    records, damages = read(JsonReader(), _joined('{"a":[1', GOOD, between))
    assert [raw for _, _, raw in records] == GOOD
    assert [damage.records for damage in damages] == [1]


def test_records_in_an_object_that_is_too_long_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_doc, "_WHOLE", 1_000)
    data = json.dumps({"unknown": [{"first": 1}, *GOOD], "more": {"x": [{"y": 1}]}}).encode()
    records, damages = read(JsonReader(), data, SMALL)
    assert [raw for _, _, raw in records] == GOOD
    assert [damage.records for damage in damages] == [1]


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 20])
def test_pieces_of_any_size_give_the_same(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = _joined('{"a":{"b":1}', GOOD[:40], ",   ") + b'\n{"c":[{"d":1}, {"e":1}, {"f":'
    expected = list(json_doc.objects(blob_of(data), Limits()))
    monkeypatch.setattr(json_doc, "BLOCK", size)
    assert list(json_doc.objects(blob_of(data), Limits())) == expected
    assert expected[-2][2] == b'{"e":1}'


@given(
    st.lists(objects, min_size=2, max_size=6),
    st.data(),
    st.sampled_from(["}", "]"]),
    st.sampled_from([None, 1]),
)
@settings(deadline=None, max_examples=80)
def test_a_bracket_that_is_missing_hides_nothing_else(
    rows: list[dict[str, object]], data: st.DataObject, bracket: str, indent: int | None
) -> None:
    at = data.draw(st.integers(0, len(rows) - 2))
    texts = [json.dumps(row, indent=indent) for row in rows]
    places = [place for place, char in enumerate(_without_strings(texts[at])) if char == bracket]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    texts[at] = texts[at][:place] + texts[at][place + 1 :]
    found = [text for _, _, text in json_doc.objects(blob_of(f"[{','.join(texts)}]".encode()), Limits())]
    given_back = [json.loads(text) for text in found if text and _is_json(text)]
    for number, row in enumerate(rows):
        assert number == at or row in given_back


def _without_strings(text: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', lambda match: " " * len(match[0]), text)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@given(st.text('{}[]",:\n a1', max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_brackets_end(text: str) -> None:
    for _, _, found in json_doc.objects(blob_of(text.encode()), Limits()):
        assert found is not None and found.startswith(b"{")


@pytest.mark.parametrize(
    "piece", ["{", ",{", "[{", "[", '{"a":[{},', ",{}", "]", "}", "[,{", "\n{", "{,{", "[{}", '{"a":{"b":1},']
)
def test_brackets_take_time_in_proportion(piece: str) -> None:
    data = b'[{"a":' + piece.encode() * 60_000
    begun = time.process_time()
    for _ in JsonReader().read(blob_of(data), Limits()):
        pass
    assert time.process_time() - begun < 4
