"""The names that an ES|QL query takes from the schema, and its comparisons."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.dialects.elastic.expressions import Expr, Field
from cybersecqwen.dialects.elastic.walking import atoms_of, fields_in
from cybersecqwen.dialects.interface import Atom, Name
from cybersecqwen.dialects.interface import Names as Found

from .columns import Made, after
from .comparisons import read_comparison
from .tree import (
    Command,
    Dissect,
    Drop,
    Enrich,
    EsqlTree,
    Eval,
    From,
    Grok,
    Keep,
    LookupJoin,
    MvExpand,
    Rename,
    Row,
    Sort,
    Stats,
    Where,
)


def names(tree: EsqlTree) -> Found:
    """The indexes, and every field that the query does not make itself.

    Behind a look-up whose columns are not named (LOOKUP JOIN, ENRICH without WITH), a field may be one of
    those, and is not among them; nor are indexes and policies for look-ups.
    """
    source = tree.commands[0]
    indexes = source.indexes if isinstance(source, From) else ()
    table = _table(tree)
    fields: list[Name] = []
    made = Made()
    for command in tree.commands:
        fields += [
            Name(text=field.name, line=field.line, column=field.column, table=table)
            for field in _fields(command, made)
            if not made.open and field.name not in made.names
        ]
        made = after(made, command)
    return Found(tables=tuple(Name(text=name, line=1, column=1) for name in indexes), fields=tuple(fields))


def _table(tree: EsqlTree) -> str:
    source = tree.commands[0]
    single = isinstance(source, From) and len(source.indexes) == 1 and source.indexes != ("*",)
    return source.indexes[0] if single and isinstance(source, From) else ""


def expressions(command: Command) -> Iterator[Expr]:
    """Every expression of a command."""
    if isinstance(command, Where):
        yield command.condition
    elif isinstance(command, Eval | Row):
        yield from (column.value for column in command.columns)
    elif isinstance(command, Stats):
        for measure in command.measures:
            yield measure.column.value
            if measure.where is not None:
                yield measure.where
        yield from (column.value for column in command.by)
    elif isinstance(command, Sort):
        yield from (key.value for key in command.keys)
    elif isinstance(command, Dissect | Grok):
        yield command.value
    elif isinstance(command, LookupJoin):
        yield from (one for one in command.on if isinstance(one, Field))


def _fields(command: Command, made: Made) -> Iterator[Field]:
    """Every mention of a field; in EVAL a column may be used as soon as it is made."""
    own: set[str] = set()
    for at, expr in enumerate(expressions(command)):
        yield from (field for field in fields_in(expr) if field.name not in own)
        if isinstance(command, Eval):
            own.add(command.columns[at].name)
    if isinstance(command, Keep | Drop):
        yield from (Field(one.text, False, one.line, one.column) for one in command.names if not one.wild)
    elif isinstance(command, Rename):
        yield from (Field(old) for old, _ in command.pairs)
    elif isinstance(command, MvExpand):
        yield Field(command.name)
    elif isinstance(command, Enrich) and command.on:
        yield Field(command.on)


def atoms(tree: EsqlTree) -> tuple[Atom, ...]:
    """Every comparison of a field with values, computed columns by what they are made from."""
    table = _table(tree)
    found: list[Atom] = []
    made = Made()
    for command in tree.commands:
        if isinstance(command, Where):
            found += atoms_of(made.of_fields(command.condition), read_comparison, table)
        elif isinstance(command, Stats):
            wheres = [one.where for one in command.measures if one.where is not None]
            found += [
                atom for one in wheres for atom in atoms_of(made.of_fields(one), read_comparison, table)
            ]
        made = after(made, command)
    return tuple(found)
