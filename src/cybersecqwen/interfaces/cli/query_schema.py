"""`csq query schema` and `csq query fields`: what there is to be asked about."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Schemas: the tables and fields that queries may name.", no_args_is_help=True)

_MOST = 40
"""Tables, or fields of a table, that are listed."""


@app.command("import")
def import_schema(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Splunk data model (JSON), table schema or getschema of Sentinel or Defender,"
            " Elastic mapping, sample events (JSON, JSON lines), CSV with a header.",
        ),
    ],
    name: Annotated[str, typer.Option(help="What to call it; from the file where left out.")] = "",
) -> int:
    """Keep a schema on this machine; `csq query --schema NAME` writes with its fields."""
    from cybersecqwen.dialects.fields.importing import SchemaShelf
    from cybersecqwen.render.defang import safe_text
    from cybersecqwen.settings import load_settings

    made = SchemaShelf(load_settings().schemas_path).add(path, name)
    fields = sum(len(table.fields) for table in made.tables.values())
    tables = len([one for one in made.tables if one])
    counted = f"{tables:,} tables and " if tables else ""
    time = (
        f"; the time stands in {made.time_field}" if made.time_field else "; no field of time was recognised"
    )
    print(safe_text(f"{made.name}: {counted}{fields:,} fields{time}."))
    return 0


@app.command("list")
def list_schemas() -> int:
    """The schemas that come along, and those that were imported."""
    from cybersecqwen.dialects.fields.importing import SchemaShelf
    from cybersecqwen.dialects.fields.schemas import SCHEMAS, schema
    from cybersecqwen.render.defang import safe_text
    from cybersecqwen.settings import load_settings

    shelf = SchemaShelf(load_settings().schemas_path)
    for one in (*(schema(name) for name in SCHEMAS), *shelf.list()):
        fields = sum(len(table.fields) for table in one.tables.values())
        tables = len([table for table in one.tables if table])
        print(safe_text(f"{one.name:<12} {tables:>5,} tables {fields:>7,} fields  {one.title or one.origin}"))
    return 0


@app.command("show")
def show_schema(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    table: Annotated[str, typer.Argument(metavar="TABLE", help="One table, with its fields.")] = "",
    all: Annotated[bool, typer.Option("--all", help="Every one, not the first.")] = False,
) -> int:
    """The tables of a schema, or the fields of one."""
    from cybersecqwen.dialects.fields.importing import SchemaShelf
    from cybersecqwen.dialects.fields.meaning import nearest_tables
    from cybersecqwen.errors import FieldError
    from cybersecqwen.render.defang import safe_text
    from cybersecqwen.settings import load_settings

    found = SchemaShelf(load_settings().schemas_path).get(name)
    if table:
        chosen = found.table(table)
        if chosen is None:
            near = ", ".join(nearest_tables(table, found)) or "`csq query schema show` lists them"
            raise FieldError(f"{found.name} has no table {table[:80]!r}.", hint=f"Near are: {near}.")
        lines = [f"{field}  {type_}" for field, type_ in chosen.fields.items()]
    else:
        lines = [
            f"{one.name or 'fields of every table'}  {len(one.fields)} fields"
            for one in found.tables.values()
        ]
    for line in lines if all else lines[:_MOST]:
        print(safe_text(line))
    if not all and len(lines) > _MOST:
        print(f"… and {len(lines) - _MOST:,} more: --all")
    return 0


@app.command("remove")
def remove_schema(name: Annotated[str, typer.Argument(metavar="NAME")]) -> int:
    """Remove an imported schema."""
    from cybersecqwen.dialects.fields.importing import SchemaShelf
    from cybersecqwen.settings import load_settings

    SchemaShelf(load_settings().schemas_path).remove(name)
    print(f"{name} was removed.")
    return 0


def fields(
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help='"process that started it"')],
    schema: Annotated[str, typer.Option("--schema", metavar="NAME", help="Whose fields.")] = "sigma",
    table: Annotated[str, typer.Option("--table", metavar="TABLE", help="One table alone.")] = "",
) -> int:
    """Which fields may be meant by some words, the likeliest first."""
    from cybersecqwen.dialects.fields.importing import SchemaShelf
    from cybersecqwen.dialects.fields.meaning import suggest
    from cybersecqwen.errors import NothingAnalysedError
    from cybersecqwen.render.defang import safe_text
    from cybersecqwen.settings import load_settings

    found = SchemaShelf(load_settings().schemas_path).get(schema)
    suggested = suggest(" ".join(words), found, table)
    if not suggested:
        raise NothingAnalysedError(
            f"No field of {found.name} is near to these words.",
            hint=f"`csq query schema show {found.name}` lists what there is.",
        )
    for one in suggested:
        where = f"  in {one.table}" if one.table else ""
        print(safe_text(f"{one.score:.2f}  {one.field}{where}  ({one.why})"))
    return 0
