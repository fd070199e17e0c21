"""A user's own schema from what their system gives: `read_schema`.

Told apart by their form: data models of Splunk, tables of Microsoft's tools and what `getschema` prints,
mappings of Elasticsearch, JSON Schema and OCSF classes, sample events (a JSON list, JSON lines, one object)
and CSV. Any of them may be gzipped.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from cybersecqwen.errors import InputError, LimitError

from .forms import FORMS, Found
from .inferred import inferred, type_of_text
from .schema import Schema, Table

LARGEST = 64 << 20
"""Bytes of a file, also once it is unpacked."""
MOST_FIELDS = 200_000
"""Fields of all tables."""
_MOST_EVENTS = 20_000
_MOST_COLUMNS = 10_000
_MOST_CELLS = 5_000_000
_TIMES = ("@timestamp", "TimeGenerated", "Timestamp", "_time", "timestamp", "time", "EventTime", "ts", "date")


def read_schema(path: Path, name: str = "") -> Schema:
    """The schema that a file describes.

    Raises InputError where the file cannot be read, holds no fields or is in no known form, LimitError where
    it is too large.
    """
    return schema_of(content_of(path), name or path.name.partition(".")[0], str(path.name))


def schema_of(content: bytes, name: str, origin: str = "") -> Schema:
    """The schema that the content of a file describes; raises as `read_schema` does."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise InputError(f"The schema {origin or name} is no text in UTF-8.") from error
    if not text.strip():
        raise InputError(f"The schema {origin or name} is empty.")
    try:
        found, form = _found(text)
    except RecursionError as error:
        raise LimitError(f"The schema {origin or name} nests too deep.") from error
    tables = {
        table: Table(name=table, fields=dict(sorted(fields.items())))
        for table, fields in found.items()
        if fields
    }
    count = sum(len(table.fields) for table in tables.values())
    if not count:
        raise InputError(
            f"The schema {origin or name} names no field.",
            hint="Give a data model, a table of columns, an index mapping, sample events or a CSV file.",
        )
    if count > MOST_FIELDS:
        raise LimitError(f"The schema {origin or name} has more than {MOST_FIELDS:,} fields.")
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    return Schema(
        name=name,
        title=f"{form[0].upper()}{form[1:]}",
        tables=tables,
        time_field=_time(tables.values()),
        origin=f"{form}, {origin or name}, {date}",
    )


def content_of(path: Path) -> bytes:
    """What a file of a schema holds, unpacked and bounded; raises InputError or LimitError."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"The schema {path} cannot be read: {error.strerror or error}.") from error
    if content[:2] == b"\x1f\x8b" and len(content) <= LARGEST:
        try:
            with gzip.open(io.BytesIO(content)) as packed:
                content = packed.read(LARGEST + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"The schema {path} is a damaged gzip file.") from error
    if len(content) > LARGEST:
        raise LimitError(f"The schema {path} is larger than {LARGEST >> 20} MiB.")
    return content


def _found(text: str) -> tuple[Found, str]:
    """The tables with their fields, and the form in words."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            raw = orjson.loads(text)
        except ValueError:
            return _events(_lines(text))
        for form, read in FORMS.items():
            found = read(raw)
            if found is not None:
                return found, form
        return _events(raw if isinstance(raw, list) else [raw])
    return _csv(text)


def _lines(text: str) -> Iterator[Any]:
    """Objects of JSON lines. Raises InputError at the first line that is none."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield orjson.loads(line)
        except ValueError as error:
            raise InputError(f"Line {number} of the schema is no JSON: {str(error)[:120]}.") from error


def _events(events: Iterable[Any]) -> tuple[Found, str]:
    fields: dict[str, str] = {}
    for count, event in enumerate(events):
        if count >= _MOST_EVENTS:
            break
        if not isinstance(event, Map):
            raise InputError("The schema is in no known form: its JSON holds no objects.")
        inferred(event, fields)
        if len(fields) > MOST_FIELDS:
            raise LimitError(f"The sample events have more than {MOST_FIELDS:,} fields.")
    return {"": fields}, "sample events"


def _csv(text: str) -> tuple[Found, str]:
    """Columns of a CSV file, typed by its rows; a list of columns with their types is read as such."""
    csv.field_size_limit(1 << 20)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8_192].partition("\n")[0], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = csv.reader(io.StringIO(text), dialect)
        header = [cell.strip() for cell in next(rows, [])]
        if len(header) > _MOST_COLUMNS:
            raise LimitError(f"The CSV file has more than {_MOST_COLUMNS:,} columns.")
        body = _rows(rows)
    except csv.Error as error:
        raise InputError(f"The CSV file is damaged: {error}.") from error
    if len(header) < 2 and not (len(header) == 1 and header[0].isidentifier() and body):
        raise InputError(
            "The schema is in no known form.", hint="JSON, JSON lines or CSV with a header are read."
        )
    listed = FORMS["columns from getschema"](
        [dict(zip(header, row, strict=False)) for row in body] if body else None
    )
    if listed is not None:
        return listed, "columns from getschema"
    cells: list[list[str]] = [[] for _ in header]
    for row in body:
        for column, cell in zip(cells, row, strict=False):
            column += [cell] if cell else []
    fields = {name: type_of_text(column) for name, column in zip(header, cells, strict=True) if name}
    return {"": fields}, "a CSV file"


def _rows(rows: Iterator[list[str]]) -> list[list[str]]:
    """The first rows. Raises LimitError where they have too many cells."""
    found, cells = [], 0
    for row in islice(rows, _MOST_EVENTS):
        found.append(row)
        cells += len(row)
        if cells > _MOST_CELLS:
            raise LimitError(f"The CSV file has more than {_MOST_CELLS:,} cells in its first rows.")
    return found


def _time(tables: Iterable[Table]) -> str:
    """The field of the time that most tables have."""
    counts: dict[str, int] = {}
    for table in tables:
        for name, kind in table.fields.items():
            if kind == "time" or name in _TIMES:
                counts[name] = counts.get(name, 0) + 1
    order = {name: at for at, name in enumerate(_TIMES)}
    return min(counts, key=lambda name: (order.get(name, len(order)), -counts[name], name), default="")
