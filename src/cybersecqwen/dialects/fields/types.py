"""The types of the fields that a query names, where its schema knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from cybersecqwen.dialects.interface import Dialect, Names

from .schema import Schema

Tree = TypeVar("Tree")


def fitted(dialect: Dialect[Tree], tree: Tree, schema: Schema) -> Tree:
    """A written tree with each comparison as the type of its field asks for. Raises UnsayableError."""
    return dialect.typed(tree, types_of(dialect.names(tree), schema))


def types_of(names: Names, schema: Schema) -> dict[str, str]:
    """Field to type: text, number, time, bool, dynamic, ip.

    A field that has another type in another of the tables that are read is left out, as is one that none has.
    """
    found: dict[str, set[str]] = {}
    tables = [name.text for name in names.tables if schema.table(name.text) is not None]
    for name in names.fields:
        where = [name.table] if name.table and schema.table(name.table) is not None else tables or [""]
        found.setdefault(name.text, set()).update(schema.type_of(name.text, table) for table in where)
    return {name: kinds.pop() for name, kinds in found.items() if len(kinds) == 1 and "" not in kinds}


def plain_types(fields: Mapping[str, str]) -> dict[str, str]:
    """The types as a record has its values: an address is text in it."""
    return {name: "text" if kind == "ip" else kind for name, kind in fields.items()}
