"""Whose names of fields a query is written with: those of a schema, of an imported one, or of a mapping file.

An imported schema has no mapping from Sigma's names. Its fields are found by meaning, and each that was found
so is told, since it is a reading and no fact.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from cybersecqwen.dialects.fields.importing import SchemaShelf
from cybersecqwen.dialects.fields.mapping import Mapped, mapped, read_back
from cybersecqwen.dialects.fields.meaning import suggest
from cybersecqwen.dialects.fields.pipelines import Pipeline, read_pipeline
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.fields.schemas import SCHEMAS, schema
from cybersecqwen.dialects.fields.taxonomy import Home, Mapping, Place, read_mapping
from cybersecqwen.dialects.query import ANYTHING, Query
from cybersecqwen.errors import UnknownNameError, UnsayableError

from .parts import fields_of

_SURE = 0.45
"""Below this likeness a field of an imported schema is not taken for one of Sigma's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Whose:
    """Names of tables and fields, and the way to them from Sigma's."""

    name: str
    """For people: of the schema or the file."""
    schema: Schema | None
    """What is there; None where a mapping alone is known."""
    target: Schema | Mapping | Pipeline
    imported: bool = False

    def mapped(self, query: Query) -> Mapped:
        """A query of Sigma's names in these.

        Raises FieldError for fields without a home, UnsayableError for a logsource without a table.
        """
        if not self.imported or not isinstance(self.target, Schema):
            return mapped(query, self.target)
        mapping, notes = by_meaning(query, self.target)
        found = mapped(query, mapping)
        return Mapped(query=found.query, notes=(*found.notes, *notes), home=found.home)

    def read_back(self, query: Query) -> Mapped:
        """The other way, with what was taken for granted; raises the same."""
        if isinstance(self.target, Pipeline):
            raise UnsayableError(
                "A pipeline cannot be gone through backwards.", what="a pipeline read backwards"
            )
        return read_back(query, self.target)


def whose(name: str, folder: Path | None = None) -> Whose:
    """The names that are meant by the name of a schema, or by a file: YAML of pySigma, TOML of ours.

    Raises UnknownNameError for a schema that is not there, InputError and QueryError for a bad file.
    """
    if name.endswith((".yml", ".yaml")):
        return Whose(name=Path(name).name, schema=None, target=read_pipeline(Path(name)))
    if name.endswith(".toml"):
        mapping = read_mapping(Path(name))
        return Whose(name=Path(name).name, schema=_known(mapping.schema, folder), target=mapping)
    found = SchemaShelf(folder).get(name) if folder is not None else schema(name)
    return Whose(name=name, schema=found, target=found, imported=name not in SCHEMAS)


def _known(name: str, folder: Path | None) -> Schema | None:
    try:
        return SchemaShelf(folder).get(name) if folder is not None else schema(name)
    except UnknownNameError:
        return None


def by_meaning(query: Query, imported: Schema) -> tuple[Mapping, tuple[str, ...]]:
    """A mapping for the fields that a query names, and what was read into them."""
    wanted = [name for name in fields_of(query) if name]
    tables = [name for name in imported.tables if name]
    table = _table(wanted, imported, tables)
    fields: dict[str, Place] = {}
    notes: list[str] = []
    for name in wanted:
        if imported.type_of(name, table):
            fields[name] = Place(columns=(name,))
            continue
        same = _ending(name, imported, table)
        if same:
            fields[name] = Place(columns=(same,))
            continue
        best = next(iter(suggest(name, imported, table, most=1)), None)
        if best is not None and best.score >= _SURE:
            fields[name] = Place(columns=(best.field,))
            notes.append(f"{name} is taken to be {best.field} ({best.why}).")
    home = Home(logsources=(ANYTHING,), tables=(table,) if table else (), fields=fields)
    mapping = Mapping(name=imported.name, schema=imported.name, homes=(home,), origin=imported.origin)
    if table and len(tables) > 1:
        notes.insert(0, f"The records are taken to stand in {table}.")
    return mapping, tuple(notes)


def _ending(name: str, imported: Schema, table: str) -> str:
    """The one field whose last part is the name, as in "winlog.event_data.Image"; "" where there is none."""
    chosen = imported.table(table)
    known = chosen.fields if chosen is not None else imported.names()
    found = [one for one in known if one.rpartition(".")[2].lower() == name.lower()]
    return found[0] if len(found) == 1 else ""


def _table(wanted: list[str], imported: Schema, tables: list[str]) -> str:
    """The table that has most of the fields; "" where the schema has none by name."""
    if len(tables) < 2:
        return tables[0] if tables else ""
    votes: Counter[str] = Counter()
    for table in tables:
        for name in wanted:
            best = next(iter(suggest(name, imported, table, most=1)), None)
            votes[table] += round(100 * best.score) if best is not None else 0
    return votes.most_common(1)[0][0] if votes else tables[0]
