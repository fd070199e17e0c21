"""The names that an EQL query takes from the schema, and its comparisons."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.dialects.elastic.expressions import Field
from cybersecqwen.dialects.elastic.walking import atoms_of, fields_in
from cybersecqwen.dialects.interface import Atom, Name, Names

from .comparisons import read_comparison
from .tree import EqlTree, Event


def events(tree: EqlTree) -> Iterator[Event]:
    """Every event that a query asks for, also what ends a sequence."""
    if isinstance(tree.body, Event):
        yield tree.body
        return
    yield from (stage.event for stage in tree.body.stages)
    until = getattr(tree.body, "until", None)
    if until is not None:
        yield until.event


def names(tree: EqlTree) -> Names:
    """Categories as tables, and every field. A category that several events name stands once."""
    tables = dict.fromkeys(event.category for event in events(tree) if event.category)
    fields = [_name(field, event.category) for event in events(tree) for field in fields_in(event.where)]
    return Names(
        tables=tuple(Name(text=name, line=1, column=1) for name in tables),
        fields=(*fields, *(_name(field, "") for field in _shared(tree))),
    )


def _shared(tree: EqlTree) -> list[Field]:
    if isinstance(tree.body, Event):
        return []
    until = getattr(tree.body, "until", None)
    stages = (*tree.body.stages, *((until,) if until else ()))
    return [*tree.body.by, *(field for stage in stages for field in stage.by)]


def _name(field: Field, table: str) -> Name:
    return Name(text=field.name, line=field.line, column=field.column, table=table)


def atoms(tree: EqlTree) -> tuple[Atom, ...]:
    """Every comparison of a field with values."""
    return tuple(
        atom for event in events(tree) for atom in atoms_of(event.where, read_comparison, event.category)
    )
