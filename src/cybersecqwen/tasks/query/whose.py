"""Whose names of fields a query is written with: those of a schema, of an imported one, or of a mapping file.

An imported schema is mapped as the product whose names it follows, and under the names that it shares with
Sigma. What a query names besides is found by meaning, and each field that was found so is told, since it is a
reading and no fact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from cybersecqwen.dialects.fields.importing import SchemaShelf
from cybersecqwen.dialects.fields.mapping import Mapped, mapped, mapping_for, meets, read_back
from cybersecqwen.dialects.fields.meaning import suggest
from cybersecqwen.dialects.fields.pipelines import Pipeline, read_pipeline
from cybersecqwen.dialects.fields.schema import Schema
from cybersecqwen.dialects.fields.schemas import SCHEMAS, schema
from cybersecqwen.dialects.fields.taxonomy import Home, Mapping, Place, read_mapping
from cybersecqwen.dialects.query import ANYTHING, Query
from cybersecqwen.errors import FieldError, UnknownNameError, UnsayableError

from .parts import fields_of, logsources_of

_SURE = 0.45
"""Below this likeness a field of an imported schema is not taken for one of Sigma's."""
_NEAR = 40
"""Fields near to a name that speak for the tables which have them."""


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
        try:
            return mapped(query, self.target)
        except FieldError as refused:
            if not self.imported or not isinstance(self.target, Schema):
                raise
            try:
                return mapped(query, by_meaning(query, self.target))
            except FieldError:
                raise refused from None  # it names the fields that are near

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


def by_meaning(query: Query, imported: Schema) -> Mapping:
    """A mapping for the fields that a query names, with a note for each that was read into the schema.

    The homes of the product that the schema follows are completed, the one in which the least is read first.
    Where these records have no home there, the table is taken that has what is nearest to the names.
    """
    wanted = [name for name in fields_of(query) if name]
    sources = logsources_of(query)
    homes = [
        home
        for home in mapping_for(imported).homes
        if ANYTHING not in home.logsources
        and any(meets(own, asked) for own in home.logsources for asked in sources)
    ]
    made = [_completed(home, wanted, imported) for home in homes or [_nearest(wanted, imported)]]
    made.sort(key=lambda home: sum(home.fields[name].note != "" for name in wanted if name in home.fields))
    return Mapping(name=imported.name, schema=imported.name, homes=tuple(made), origin=imported.origin)


def _nearest(wanted: list[str], imported: Schema) -> Home:
    tables = [name for name in imported.tables if name]
    table = _table(wanted, imported, tables)
    note = f"The records are taken to stand in {table}." if len(tables) > 1 else ""
    return Home(logsources=(ANYTHING,), tables=(table,) if table else (), note=note)


def _completed(home: Home, wanted: list[str], imported: Schema) -> Home:
    """The home with a place for the names that it has none for, where the schema has one."""
    table = home.tables[0] if home.tables else ""
    found = {name: _found(name, imported, table) for name in wanted if home.place(name) is None}
    return replace(home, fields={**home.fields, **{name: one for name, one in found.items() if one}})


def _found(name: str, imported: Schema, table: str) -> Place | None:
    """The field of that name, the one whose last part it is, or the nearest by meaning, which is told."""
    same = name if imported.type_of(name, table) else _ending(name, imported, table)
    if same:
        return Place(columns=(same,))
    best = next(iter(suggest(name, imported, table, most=1)), None)
    if best is None or best.score < _SURE:
        return None
    return Place(columns=(best.field,), note=f"{name} is taken to be {best.field} ({best.why}).")


def _ending(name: str, imported: Schema, table: str) -> str:
    """The one field whose last part is the name, as in "winlog.event_data.Image"; "" where there is none."""
    chosen = imported.table(table)
    known = chosen.fields if chosen is not None else imported.names()
    found = [one for one in known if one.rpartition(".")[2].lower() == name.lower()]
    return found[0] if len(found) == 1 else ""


def _table(wanted: list[str], imported: Schema, tables: list[str]) -> str:
    """The table that has most of the fields, or those nearest to them; "" where there is none by name."""
    if len(tables) < 2:
        return tables[0] if tables else ""
    near = [suggest(name, imported, most=_NEAR) for name in wanted]

    def votes(table: str) -> float:
        fields = imported.tables[table].fields
        return sum(next((one.score for one in some if one.field in fields), 0.0) for some in near)

    return max(tables, key=votes)
