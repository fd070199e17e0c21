"""Schemas of the user: every form, damaged ones, and the shelf that keeps them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.dialects.fields.importing import SchemaShelf, read_schema, schema_of
from cybersecqwen.dialects.fields.reading import LARGEST
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.errors import CsqError, InputError, LimitError, UnknownNameError
from tests.amounts import draws


def made(content: object, name: str = "mine") -> Schema:
    text = content if isinstance(content, str) else json.dumps(content)
    return schema_of(text.encode(), name)


def test_a_splunk_data_model_inherits_and_calculates() -> None:
    model = {
        "modelName": "Endpoint",
        "objects": [
            {
                "objectName": "Processes",
                "parentName": "BaseEvent",
                "fields": [{"fieldName": "process_id", "type": "number"}],
                "calculations": [{"outputFields": [{"fieldName": "user", "type": "string"}]}],
            },
            {
                "objectName": "Started",
                "parentName": "Processes",
                "fields": [{"fieldName": "x", "type": "boolean"}],
            },
        ],
    }
    found = made(model)
    assert found.type_of("process_id", "Endpoint.Started") == "number"
    assert found.type_of("user", "Endpoint.Processes") == "text"
    assert found.type_of("x", "Endpoint.Processes") == "" and found.type_of("x", "Endpoint.Started") == "bool"
    assert set(found.tables) == {"Endpoint", "Endpoint.Processes", "Endpoint.Started"}
    assert found.time_field == "_time"


def test_tables_with_columns_and_what_getschema_prints() -> None:
    columns = [{"Name": "Timestamp", "Type": "System.DateTime"}, {"Name": "Port", "Type": "System.Int32"}]
    found = made([{"Database": "d", "Tables": [{"Table": "Net", "Columns": columns}]}])
    assert dict(found.tables["Net"].fields) == {"Timestamp": "time", "Port": "number"}
    assert found.time_field == "Timestamp"
    printed = [
        {"ColumnName": "A", "ColumnOrdinal": 0, "DataType": "System.String", "ColumnType": "string"},
        {"ColumnName": "B", "ColumnOrdinal": 1, "DataType": "System.Object", "ColumnType": "dynamic"},
    ]
    assert dict(made(printed).tables[""].fields) == {"A": "text", "B": "dynamic"}
    as_csv = (
        "ColumnName,ColumnOrdinal,DataType,ColumnType\nA,0,System.Int64,long\nT,1,System.DateTime,datetime\n"
    )
    assert dict(made(as_csv).tables[""].fields) == {"A": "number", "T": "time"}


def test_an_elasticsearch_mapping_has_parts_multi_fields_and_runtime_fields() -> None:
    properties = {
        "@timestamp": {"type": "date"},
        "process": {
            "properties": {
                "pid": {"type": "long"},
                "name": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
            }
        },
        "list": {"type": "nested", "properties": {"a": {"type": "boolean"}}},
    }
    found = made({"logs-1": {"mappings": {"properties": properties, "runtime": {"r": {"type": "double"}}}}})
    assert dict(found.tables["logs-1"].fields) == {
        "@timestamp": "time",
        "process.pid": "number",
        "process.name": "text",
        "process.name.raw": "text",
        "list": "dynamic",
        "list.a": "bool",
        "r": "number",
    }
    assert made({"properties": properties}).type_of("process.pid") == "number"


def test_sample_events_are_typed_by_their_values() -> None:
    events = [
        {"ts": "2026-01-02T03:04:05Z", "n": 1, "ok": True, "user": {"name": "a"}, "tags": ["x"], "d": None},
        {"ts": "2026-01-02T03:04:06Z", "n": 2.5, "ok": "no", "user": {"id": 7}, "l": [{"k": 1}], "e": {}},
    ]
    want = {
        "ts": "time",
        "n": "number",
        "ok": "text",
        "user.name": "text",
        "user.id": "number",
        "tags": "text",
        "d": "text",
        "l.k": "number",
        "e": "dynamic",
    }
    assert dict(made(events).tables[""].fields) == want
    lines = "\n".join(json.dumps(event) for event in events)
    assert dict(made(lines).tables[""].fields) == want
    assert set(made(events[0]).tables[""].fields) == {"ts", "n", "ok", "user.name", "tags", "d"}


def test_csv_is_typed_by_its_rows() -> None:
    found = made("time;user;bytes;ok\n2026-01-02 03:04:05;a;12;true\n2026-01-02 03:04:06;b;13;false\n")
    assert dict(found.tables[""].fields) == {"time": "time", "user": "text", "bytes": "number", "ok": "bool"}
    assert found.time_field == "time"


def test_json_schema_follows_its_definitions() -> None:
    raw = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "event",
        "$defs": {"user": {"type": "object", "properties": {"uid": {"type": "integer"}}}},
        "properties": {
            "at": {"type": "string", "format": "date-time"},
            "user": {"$ref": "#/$defs/user"},
            "many": {"type": "array", "items": {"$ref": "#/$defs/user"}},
        },
    }
    assert dict(made(raw).tables["event"].fields) == {
        "at": "time",
        "user.uid": "number",
        "many.uid": "number",
    }
    assert made(
        {
            "class_uid": 1007,
            "attributes": {"class_uid": {"type": "integer_t"}, "time": {"type": "timestamp_t"}},
        }
    )


@pytest.mark.parametrize(
    "content",
    ["", "  \n", "{}", "[]", "[1]", "{", '{"a": 1}\nx', "one word", "\x00\x01", "[[[]]]"],
)
def test_empty_and_damaged_content_is_one_clear_error(content: str) -> None:
    with pytest.raises(InputError) as raised:
        made(content)
    assert raised.value.message.endswith(".")


@draws(100)
@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(str.encode)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ("properties", "mappings", "objects", "Tables", "Columns", "Name", "Type", "fields", "a")
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    ).map(lambda value: json.dumps(value).encode())
)
def test_any_content_is_a_schema_or_an_error(content: bytes) -> None:
    try:
        found = schema_of(content, "x")
    except CsqError as error:
        assert error.message
    else:
        assert any(table.fields for table in found.tables.values())


def test_gzip_is_unpacked_and_bounded(tmp_path: Path) -> None:
    path = tmp_path / "sample.json.gz"
    path.write_bytes(gzip.compress(b'{"a": 1}'))
    assert read_schema(path).name == "sample"
    path.write_bytes(gzip.compress(b"\n" * (LARGEST + 1)))
    with pytest.raises(LimitError):
        read_schema(path)
    path.write_bytes(gzip.compress(b'{"a": 1}')[:-9])
    with pytest.raises(InputError, match="damaged"):
        read_schema(path)
    with pytest.raises(InputError):
        read_schema(tmp_path / "none.json")


def test_the_shelf_keeps_lists_and_removes(tmp_path: Path) -> None:
    shelf = SchemaShelf(tmp_path / "schemas")
    assert shelf.names() == ()
    source = tmp_path / "my events.jsonl"
    source.write_text('{"Image": "x", "n": 1}\n', encoding="utf-8")
    added = shelf.add(source)
    assert added.name == "my-events" and shelf.names() == ("my-events",)
    assert shelf.get("my-events") == added == shelf.list()[0]
    assert shelf.get("ecs").name == "ecs"
    with pytest.raises(UnknownNameError) as raised:
        shelf.get("my-event")
    assert "my-events" in raised.value.hint
    for bad in ("ecs", "../x", "a/b", ""):
        if bad:
            with pytest.raises(InputError):
                shelf.add(source, bad)
    (tmp_path / "schemas" / "my-events.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        shelf.get("my-events")
    assert shelf.list() == ()
    shelf.remove("my-events")
    assert shelf.names() == () and not list((tmp_path / "schemas").iterdir())
    with pytest.raises(UnknownNameError):
        shelf.remove("my-events")
    with pytest.raises(UnknownNameError):
        shelf.remove("../x")


@pytest.mark.data
def test_the_tables_of_the_development_data_are_read(data_dir: Path) -> None:
    found = read_schema(data_dir / "queries" / "Defender_Schema.json.gz", "d")
    assert found.type_of("Timestamp", "DeviceProcessEvents") == "time" and len(found.tables) == 29
