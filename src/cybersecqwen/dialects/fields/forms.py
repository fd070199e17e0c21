"""The forms in which systems describe their fields; each reader gives None for what is not its form.

Sources: data models, https://docs.splunk.com/Documentation/Splunk/latest/Knowledge/Aboutdatamodels;
`getschema`, https://learn.microsoft.com/kusto/query/getschema-operator; mappings,
https://www.elastic.co/docs/manage-data/data-store/mapping; JSON Schema, https://json-schema.org; OCSF,
https://schema.ocsf.io.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Map
from typing import Any

Found = dict[str, dict[str, str]]
"""Table to its fields to their types."""

_DEEPEST = 20
_TYPES = {
    **dict.fromkeys(
        ("long", "int", "int32", "int64", "integer", "real", "double", "decimal", "number"), "number"
    ),
    **dict.fromkeys(
        ("float", "short", "byte", "half_float", "scaled_float", "unsigned_long", "bigint"), "number"
    ),
    **dict.fromkeys(("port_t", "long_t", "integer_t", "float_t"), "number"),
    **dict.fromkeys(
        ("datetime", "date", "date_nanos", "timestamp", "timestamp_t", "datetime_t", "time"), "time"
    ),
    "ip": "ip",
    **dict.fromkeys(("bool", "boolean", "boolean_t", "sbyte"), "bool"),
    **dict.fromkeys(
        ("dynamic", "object", "nested", "flattened", "json_t", "object_t", "map", "struct"), "dynamic"
    ),
}


def kind_of(type_: Any) -> str:
    """The type that a system's own word means; text for words that are not known."""
    if isinstance(type_, list):
        type_ = next((one for one in type_ if one != "null"), "string")
    return _TYPES.get(str(type_).removeprefix("System.").lower(), "text")


def _splunk(raw: Any) -> Found | None:
    """A data model: objects with fields and calculations, and what they inherit."""
    if not isinstance(raw, Map) or not isinstance(raw.get("objects"), list):
        return None
    model = str(raw.get("modelName") or raw.get("displayName") or "")
    objects = {str(one.get("objectName")): one for one in raw["objects"] if isinstance(one, Map)}
    if not objects or "None" in objects:
        return None
    found: Found = {}
    for name in objects:
        fields = {"_time": "time", "host": "text", "source": "text", "sourcetype": "text"}
        at, steps = name, 0
        while at in objects and steps < _DEEPEST:
            fields.update(_splunk_fields(objects[at]))
            at, steps = str(objects[at].get("parentName", "")), steps + 1
        found[f"{model}.{name}" if model else name] = fields
    roots = [name for name, one in objects.items() if str(one.get("parentName", "")) not in objects]
    if model and len(roots) == 1:
        found[model] = found[f"{model}.{roots[0]}"]
    return found


def _splunk_fields(one: Map[str, Any]) -> Iterator[tuple[str, str]]:
    listed = [field for field in one.get("fields") or () if isinstance(field, Map)]
    for calculation in one.get("calculations") or ():
        if isinstance(calculation, Map):
            listed += [field for field in calculation.get("outputFields") or () if isinstance(field, Map)]
    for field in listed:
        name = str(field.get("fieldName") or "")
        if name and not name.startswith("is_not_") and name.isprintable():
            yield name, kind_of(field.get("type"))


def _tables(raw: Any) -> Found | None:
    """Databases with tables with columns, as Microsoft's tools give them, or a list of tables."""
    databases = raw if isinstance(raw, list) else [raw]
    found: Found = {}
    for database in databases:
        if not isinstance(database, Map):
            return None
        tables = database.get("Tables") or database.get("tables")
        listed = tables if isinstance(tables, list) else [database]
        for table in listed:
            if not isinstance(table, Map):
                return None
            name = table.get("Table") or table.get("table") or table.get("TableName") or table.get("name")
            columns = table.get("Columns") or table.get("columns") or table.get("OrderedColumns")
            if not name or not isinstance(columns, list):
                return None
            found[str(name)] = dict(_columns(columns))
    return found or None


def _columns(rows: list[Any]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if not isinstance(row, Map):
            continue
        lowered = {str(key).lower(): value for key, value in row.items()}
        name = lowered.get("columnname") or lowered.get("name")
        type_ = (
            lowered.get("columntype")
            or lowered.get("cstype")
            or lowered.get("datatype")
            or lowered.get("type")
        )
        if name:
            yield str(name).strip(), kind_of(type_)


def _getschema(raw: Any) -> Found | None:
    """What `getschema` prints: a row for each column."""
    if not isinstance(raw, list) or not raw or not isinstance(raw[0], Map):
        return None
    keys = {str(key).lower() for key in raw[0]}
    if not {"columnname", "columntype"} <= keys and not {"columnname", "datatype"} <= keys:
        return None
    found: Found = {}
    for row in raw:
        if isinstance(row, Map):
            table = next((str(v) for k, v in row.items() if str(k).lower() in ("tablename", "table")), "")
            found.setdefault(table, {}).update(_columns([row]))
    return found


def _elastic(raw: Any) -> Found | None:
    """Index to its mappings, or mappings alone: properties, multi-fields, runtime fields."""
    if not isinstance(raw, Map):
        return None
    indexes = {"": raw} if ("mappings" in raw or "properties" in raw) and "$schema" not in raw else raw
    found: Found = {}
    for index, body in indexes.items():
        if not isinstance(body, Map):
            return None
        mappings = body.get("mappings", body)
        if not isinstance(mappings, Map) or not isinstance(mappings.get("properties"), Map):
            return None
        if index and "mappings" not in body:
            return None
        fields: dict[str, str] = {}
        _elastic_fields(mappings["properties"], "", fields, 1)
        runtime = mappings.get("runtime")
        for name, about in runtime.items() if isinstance(runtime, Map) else ():
            fields[str(name)] = kind_of(about.get("type") if isinstance(about, Map) else "keyword")
        found[str(index)] = fields
    return found


def _elastic_fields(properties: Map[str, Any], before: str, fields: dict[str, str], depth: int) -> None:
    for name, about in properties.items():
        if not isinstance(about, Map) or depth > _DEEPEST:
            continue
        full = f"{before}{name}"
        inner = about.get("properties")
        if isinstance(inner, Map):
            _elastic_fields(inner, f"{full}.", fields, depth + 1)
        if not isinstance(inner, Map) or about.get("type") == "nested" or not inner:
            fields[full] = kind_of(about.get("type", "object"))
        others = about.get("fields")
        for multi, kind in others.items() if isinstance(others, Map) else ():
            fields[f"{full}.{multi}"] = kind_of(kind.get("type") if isinstance(kind, Map) else "keyword")


def _json_schema(raw: Any) -> Found | None:
    """JSON Schema with properties, or a class of OCSF with attributes."""
    if not isinstance(raw, Map):
        return None
    key = (
        "properties"
        if "$schema" in raw
        else "attributes"
        if "class_uid" in str(raw.get("attributes"))
        else ""
    )
    if not key or not isinstance(raw.get(key), Map | list):
        return None
    definitions = raw.get("$defs") or raw.get("definitions") or {}
    fields: dict[str, str] = {}
    attributes = raw[key]
    if isinstance(attributes, list):
        attributes = {
            name: about for one in attributes if isinstance(one, Map) for name, about in one.items()
        }
    _schema_fields(attributes, "", fields, definitions if isinstance(definitions, Map) else {}, 1)
    return {str(raw.get("title") or raw.get("name") or ""): fields}


def _schema_fields(
    properties: Map[str, Any], before: str, fields: dict[str, str], definitions: Map[str, Any], depth: int
) -> None:
    for name, about in properties.items():
        if not isinstance(about, Map) or len(fields) > 200_000:
            continue
        if about.get("type") == "array" and isinstance(about.get("items"), Map):
            about = about["items"]
        reference = str(about.get("$ref", "")).rpartition("/")[2]
        if reference in definitions and isinstance(definitions[reference], Map):
            about = definitions[reference]
        inner = about.get("properties")
        if isinstance(inner, Map) and depth < 6:
            _schema_fields(inner, f"{before}{name}.", fields, definitions, depth + 1)
        else:
            kind = about.get("type", "string")
            text = "time" if about.get("format") == "date-time" else kind_of(kind)
            fields[f"{before}{name}"] = text


FORMS: dict[str, Callable[[Any], Found | None]] = {
    "a Splunk data model": _splunk,
    "columns from getschema": _getschema,
    "tables with columns": _tables,
    "an Elasticsearch mapping": _elastic,
    "a JSON Schema": _json_schema,
}
"""Form to its reader, in the order in which they are tried."""
