"""Whether the names of a query stand in a schema, and what those that do not were meant to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cybersecqwen.dialects.interface import Name, Names
from cybersecqwen.errors import FieldError

from .meaning import nearest, nearest_tables
from .schema import Schema


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """A table or field that the schema has not."""

    name: Name
    """With its place in the query."""
    kind: Literal["table", "field"]
    schema: Schema

    @property
    def nearest(self) -> tuple[str, ...]:
        """What was most likely meant, the likeliest first; looked for when it is asked for."""
        if self.kind == "table":
            return nearest_tables(self.name.text, self.schema)
        table = self.name.table if self.schema.table(self.name.table) is not None else ""
        return nearest(self.name.text, self.schema, table)

    @property
    def said(self) -> str:
        """One clear sentence: what is not there, where, and what is near."""
        where = f" {self.name.table}" if self.kind == "field" and self.name.table else ""
        near = self.nearest
        return (
            f"Line {self.name.line}, column {self.name.column}: the {self.kind} {self.name.text!r} is not in"
            f"{where or ' the schema ' + self.schema.name}"
            + (f"; near are {', '.join(near)}." if near else ".")
        )


def unknown(names: Names, schema: Schema) -> tuple[Unknown, ...]:
    """The names that the schema has not, tables first, each once; fields of unknown tables are not judged."""
    found: dict[tuple[str, str, str], Unknown] = {}
    for name in names.tables:
        if not _is_table(name.text, schema):
            found.setdefault(("table", name.text, ""), Unknown(name=name, kind="table", schema=schema))
    for name in names.fields:
        if name.table and not _is_table(name.table, schema):
            continue
        if not _is_field(name, schema):
            key = ("field", name.text, name.table)
            found.setdefault(key, Unknown(name=name, kind="field", schema=schema))
    return tuple(found.values())


def _is_table(name: str, schema: Schema) -> bool:
    """Whether there is such a table; patterns and names where the schema has no tables are not judged."""
    named = any(table for table in schema.tables)
    return not named or "*" in name or schema.table(name) is not None


def _is_field(name: Name, schema: Schema) -> bool:
    table = name.table if name.table and schema.table(name.table) is not None else ""
    return bool(schema.type_of(name.text, table))


def check(names: Names, schema: Schema) -> None:
    """Raise FieldError, one clear sentence about the first unknown name and how many more there are."""
    found = unknown(names, schema)
    if not found:
        return
    more = f" {len(found) - 1} more of its names are unknown." if len(found) > 1 else ""
    raise FieldError(
        found[0].said + more, hint=f"`csq query schema show {schema.name}` lists the tables and fields."
    )
