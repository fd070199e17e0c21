"""A taxonomy for a schema that the user imported: the built-in one that its names follow, or its names alone.

Most imported schemas are a product's with something added or left out. The built-in taxonomy is taken of
which the schema has most, without the homes and fields that it lacks; whatever it has under Sigma's own names
goes there. What has neither is for the caller to look for (`meaning`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cybersecqwen.dialects.query import ANYTHING

from .schema import Schema
from .schemas import schema as built_in
from .taxonomy import Home, Mapping, Place, taxonomy

_TRIED = ("defender", "sentinel", "asim", "ecs", "cim", "udm", "falcon", "windows")
_LEAST = 5
"""Fields of Sigma that a taxonomy must have a place for, to be the one that is followed."""


def adapted(target: Schema) -> Mapping:
    """The taxonomy for an imported schema."""
    homes: tuple[Home, ...] = ()
    followed, most = "", _LEAST - 1
    for name in _TRIED:
        found = tuple(one for home in taxonomy(name).homes if (one := _fitted(home, target)) is not None)
        count = len({field for home in found for field in home.fields})
        if count > most:
            homes, followed, most = found, name, count
    origin = f"{target.origin}; names as in {followed}" if followed else target.origin
    return Mapping(name=target.name, schema=target.name, homes=(*homes, *_own(target)), origin=origin)


def _fitted(home: Home, target: Schema) -> Home | None:
    """The home with what the schema has of it; None where it has not even what tells the records."""
    told = {name for name, _ in home.conditions}
    told |= {name for conditions in home.events.values() for name, _ in conditions}
    if home.tables:
        tables = tuple(table.name for name in home.tables if (table := target.table(name)) is not None)
        if len(tables) < len(home.tables):
            return None
    else:
        tables = tuple(name for name in target.tables if name and _has(told, target, name))
        if any(target.tables) and not tables:
            return None
    if not all(_has(told, target, table) for table in tables or ("",)):
        return None
    first = tables[0] if tables else ""
    fields = {name: place for name, place in home.fields.items() if _holds(name, place, target, first)}
    if not any(place.columns for place in fields.values()):
        return None
    rest = home.rest if home.rest and home.rest != "*" and target.type_of(home.rest[:-2], first) else ""
    keywords = home.keywords if target.type_of(home.keywords, first) else ""
    reads = {column: said for column, said in home.reads.items() if target.type_of(column, first)}
    return replace(home, tables=tables, fields=fields, reads=reads, rest=rest, keywords=keywords)


def _has(names: set[str], target: Schema, table: str) -> bool:
    return all(target.type_of(name, table) for name in names)


def _holds(name: str, place: Place, target: Schema, table: str) -> bool:
    if name.endswith(".*"):
        return bool(target.type_of(place.columns[0].partition(".*")[0], table))
    return all(target.type_of(column, table) for column in place.columns)


def _own(target: Schema) -> Iterator[Home]:
    """Fields under their own names, in each table and then in all: rules ask for them as they are."""
    tables = [name for name in target.tables if name]
    known = built_in("windows")
    note = "" if any(map(known.type_of, target.names())) else "The schema has none of Sigma's names."
    for table in tables:
        yield _as_named(target.names(table), (table,), note)
    if len(tables) != 1:
        yield _as_named(target.names(), (), note)


def _as_named(names: tuple[str, ...], tables: tuple[str, ...], note: str) -> Home:
    fields = {name: Place(columns=(name,)) for name in names}
    return Home(logsources=(ANYTHING,), tables=tables, fields=fields, note=note)
