"""JSON lines: what is given, where it stands, what is damage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.errors import InputError
from cybersecqwen.inputs.jsonl import JsonLinesReader, read_range, split_ranges
from cybersecqwen.records import Damage, Limits

from .blobs import SMALL, read

LINES = b'{"a": 1}\n{"a": 2}\r\n\n{"a": 3}'
leaves = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text(max_size=20)
objects = st.dictionaries(st.text(max_size=8).map(lambda key: "k" + key), leaves, min_size=1, max_size=5)


def test_numbers_offsets_and_values() -> None:
    records, damages = read(JsonLinesReader(), LINES)
    assert [(number, offset, raw["a"]) for number, offset, raw in records] == [
        (1, 0, 1),
        (2, 9, 2),
        (4, 20, 3),
    ]
    assert damages == []


@given(st.lists(objects, max_size=12))
@settings(deadline=None, max_examples=40)
def test_what_is_written_is_read(rows: list[dict[str, object]]) -> None:
    data = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode("utf-8", "surrogatepass")
    records, damages = read(JsonLinesReader(), data)
    if not damages:  # lone surrogates are no UTF-8
        assert [raw for _, _, raw in records] == rows
    for _, offset, raw in records:
        assert json.loads(data[offset:].split(b"\n")[0]) == raw


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings(codec: str) -> None:
    text = "".join(f'{{"n": {n}, "name": "Zoë"}}\n' for n in range(500))
    records, damages = read(JsonLinesReader(), text.encode(codec))
    assert ([raw["n"] for _, _, raw in records], damages) == (list(range(500)), [])
    assert records[-1][2]["name"] == "Zoë"


def test_damaged_lines_are_one_damage_with_their_place() -> None:
    records, damages = read(JsonLinesReader(), b'{"a":1}\nnonsense\nmore\n{"a":2}\n{"a":')
    assert [raw["a"] for _, _, raw in records] == [1, 2]
    assert [(d.source.record, d.source.offset, d.records) for d in damages] == [(2, 8, 2), (5, 30, 1)]
    assert "cut off" in damages[1].reason


def test_long_line_is_passed_over() -> None:
    data = b'{"a":1}\n{"b":"' + b"x" * 10_000_000 + b'"}\n{"a":2}\n'
    records, damages = read(JsonLinesReader(), data, Limits(line_bytes=1_000))
    assert [(number, raw["a"]) for number, _, raw in records] == [(1, 1), (3, 2)]
    assert records[1][1] == len(data) - 8
    assert damages[0].source.record == 2
    assert "10,000,009 bytes" in damages[0].reason


def test_deep_nesting_is_damage() -> None:
    deep = b'{"a":' * 9 + b"1" + b"}" * 9
    records, damages = read(JsonLinesReader(), deep + b'\n{"a":{"b":1}}\n' + b"[" * 5_000, SMALL)
    assert [raw for _, _, raw in records] == [{"a": {"b": 1}}]
    assert sum(damage.records for damage in damages) == 2


@pytest.mark.parametrize(
    ("line", "count"),
    [
        (b'{"a":1}{"a":2} {"a":3}', 3),
        (b'[{"a":1},{"a":2}]', 2),
        (b'{"Records":[{"a":1},{"a":2}]}', 2),
        (b'{"took":3,"hits":{"total":1,"hits":[{"_index":"i","_source":{"a":1}}]}}', 1),
        (b'{"_index":"i","_id":"x","_source":{"a":1}}', 1),
        (b'{"preview":false,"result":{"a":1}}', 1),
        (b'{"@odata.context":"c","value":[{"a":1}]}', 1),
        (b'{"a":NaN}', 1),
    ],
)
def test_envelopes_and_concatenated_objects(line: bytes, count: int) -> None:
    records, damages = read(JsonLinesReader(), line)
    assert damages == []
    assert len(records) == count
    assert all("a" in raw for _, _, raw in records)


@pytest.mark.parametrize(
    "line", [b'{"alerts":[{"x":1}],"incidentId":7}', b'{"value":3}', b'{"result":{"a":1},"sid":"1"}']
)
def test_records_that_look_like_envelopes_stay_whole(line: bytes) -> None:
    records, _ = read(JsonLinesReader(), line)
    assert [raw for _, _, raw in records] == [json.loads(line)]


def test_ranges_cover_the_file_once(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl"
    path.write_bytes(b"".join(b'{"n":%d,"x":"%s"}\n' % (n, b"y" * (n % 400)) for n in range(8_000)))
    whole = list(read_range(path, 0, path.stat().st_size, Limits()))
    for parts in (1, 2, 3, 7):
        ranges = split_ranges(path, parts)
        assert ranges[0][0] == 0
        assert ranges[-1][1] == path.stat().st_size
        found = [item for start, end in ranges for item in read_range(path, start, end, Limits())]
        assert [item[1:] for item in found if not isinstance(item, Damage)] == [
            item[1:] for item in whole if not isinstance(item, Damage)
        ]
    assert len(split_ranges(path, 7)) > 1


def test_range_returns_its_number_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "few.jsonl"
    path.write_bytes(LINES)
    reading = read_range(path, 9, len(LINES), Limits(), name="shown")
    found = []
    while True:
        try:
            found.append(next(reading))
        except StopIteration as stop:
            assert stop.value == 3
            break
    assert [item[0] for item in found if not isinstance(item, Damage)] == [1, 3]


def test_range_of_a_missing_file() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        split_ranges("/no/such/file", 2)
