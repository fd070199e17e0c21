"""The names and comparisons in a query string."""

from __future__ import annotations

from collections.abc import Iterator

from cybersecqwen.detect.sigma.model import And, Expression, Not, Or, Test
from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.dialects.interface import Atom, Name, Names
from cybersecqwen.errors import UnsayableError

from .read import INDEX, Reader, is_everything
from .tree import EXISTS, Field, Group, Node, Pattern, Phrase, Word
from .values import has_case

_META = frozenset((INDEX, "_id", "_source", "_routing", "_field_names", "_ignored", "_tier"))
"""Fields that every index has (https://www.elastic.co/docs/reference/elasticsearch/mapping-reference/
document-metadata-fields)."""


def names_of(tree: Group) -> Names:
    """The fields and indexes that are named, in the order of the text."""
    tables, fields = [], []
    for node in fields_in(tree):
        line, column = node.place
        if node.name == INDEX:
            tables += [Name(text=text, line=line, column=column) for text in _texts(node.inner)]
        elif node.name == EXISTS:
            fields += [Name(text=text, line=line, column=column) for text in _texts(node.inner)]
        elif node.name not in _META and not is_everything(node):
            fields.append(Name(text=_written(node.name), line=line, column=column))
    return Names(tables=tuple(tables), fields=tuple(fields))


def _written(text: str) -> str:
    return text.replace(ANY, "*").replace(ONE, "?")


def _texts(node: Node) -> Iterator[str]:
    if isinstance(node, Word | Phrase):
        yield _written(node.text)
    elif isinstance(node, Group):
        for clause in node.clauses:
            yield from _texts(clause.node)


def fields_in(node: Node) -> Iterator[Field]:
    """Every field that is named, in the order of the text."""
    if isinstance(node, Field):
        yield node
        yield from fields_in(node.inner)
    elif isinstance(node, Group):
        for clause in node.clauses:
            yield from fields_in(clause.node)


def leaves_in(node: Node) -> Iterator[Node]:
    """What is looked for in a field, field by field and value by value."""
    for field in fields_in(node):
        if field.name not in (EXISTS, INDEX, *_LOWER):
            yield from (leaf.inner if isinstance(leaf, Field) else leaf for leaf in _leaves(field))


_LOWER = frozenset(("event.category", "event.kind", "event.type", "host.os.type"))
"""Fields whose values ECS itself lists, in lower case."""


def has_letters(leaf: Node) -> bool:
    """Whether the case of what is looked for can make a difference."""
    if isinstance(leaf, Pattern):
        return has_case(leaf.source)
    return isinstance(leaf, Word | Phrase) and has_case(leaf.text)


def atoms_of(tree: Group, reader: Reader) -> tuple[Atom, ...]:
    """Every comparison of a field with a value; what the middle has no words for is passed over."""
    return tuple(
        Atom(test.field, test.op, test.values) for node in _leaves(tree) for test in _read(node, reader)
    )


def _leaves(node: Node, field: Field | None = None) -> Iterator[Node]:
    if isinstance(node, Group):
        for clause in node.clauses:
            yield from _leaves(clause.node, field)
    elif isinstance(node, Field):
        yield from _leaves(node.inner, node)
    else:
        yield Field(name=field.name, inner=node) if field else node


def _read(node: Node, reader: Reader) -> list[Test]:
    try:
        return list(_tests(reader.node(node)))
    except UnsayableError:
        return []


def _tests(expression: Expression) -> Iterator[Test]:
    if isinstance(expression, Test):
        yield expression
    elif isinstance(expression, Not):
        yield from _tests(expression.inner)
    elif isinstance(expression, And | Or):
        for part in expression.parts:
            yield from _tests(part)
