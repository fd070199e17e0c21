"""The names, comparisons and effects in a query."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.dialects.globs import ANY
from cybersecqwen.dialects.interface import Atom, Effect, Name, Names
from cybersecqwen.dialects.walking import tests_of
from cybersecqwen.errors import UnsayableError

from .read import KIND, expression
from .tree import (
    And,
    Apply,
    Argument,
    Assign,
    Bare,
    Block,
    Branch,
    Call,
    Case,
    Compare,
    Condition,
    Filter,
    Free,
    Glob,
    Link,
    Listed,
    Match,
    Named,
    Not,
    Operation,
    Or,
    Pipeline,
    Place,
    Regex,
    Text,
    Value,
)

_FIELDS = frozenset(("field", "fields", "series", "sortby", "key", "include", "where", "globalConstraints"))
"""Arguments that hold names of fields."""
_FIRST = frozenset(
    (
        *("in", "cidr", "wildcard", "groupBy", "top", "sort", "select", "table", "timeChart", "count", "sum"),
        *(
            "avg",
            "min",
            "max",
            "test",
            "lower",
            "upper",
            "length",
            "concat",
            "selfJoinFilter",
            "selfJoin",
            "join",
        ),
        *(
            "collect",
            "fieldset",
            "percentile",
            "stdDev",
            "range",
            "selectLast",
            "drop",
            "rename",
            "if",
            "stats",
        ),
        *("unique", "rdns", "reverseDns", "ipLocation", "asn", "geohash", "bucket"),
        *("formatTime", "parseTimestamp", "parseJson", "kvParse", "match", "lookup"),
    )
)
"""Functions whose arguments without a name are fields, or values computed from them."""
_WORDS = frozenset(("true", "false", "max", "asc", "desc", "now", "*"))
_NUMBER = re.compile(r"-?\d.*")
_GROUP = re.compile(r"\(\?<([A-Za-z_]\w*)>")
_EFFECTS = {
    "rdns": "asks name servers on the network",
    "reverseDns": "asks name servers on the network",
}
"""Functions that do more than read; none writes: https://library.humio.com/data-analysis/functions-rdns.html."""


def names_of(tree: Pipeline) -> Names:
    """The fields and kinds of events that it names, without tags (`#repo`) and those that it makes."""
    tables: list[Name] = []
    fields: list[Name] = []
    own = set(made_in(tree)) | {"_count", "_sum", "_avg", "_min", "_max", "_bucket"}
    others = tuple(f"{one.name}." for one in _values(tree) if isinstance(one, Named))
    for text, place, value in _fields(tree):
        line, column = place
        if text == KIND and isinstance(value, Glob) and ANY not in value.text:
            tables.append(Name(text=value.text, line=line, column=column))
        elif text and text not in own and text[0] != "#" and not text.startswith(others):
            fields.append(Name(text=text, line=line, column=column))
    return Names(tables=tuple(tables), fields=tuple(fields))


def made_in(tree: Pipeline) -> Iterator[str]:
    """The fields that a query makes itself."""
    for step in tree.steps:
        if isinstance(step, Assign):
            yield step.field
        elif isinstance(step, Case):
            for branch in step.branches:
                yield from made_in(branch)
        elif isinstance(step, Match):
            for one in step.branches:
                yield from made_in(one.pipeline)
    for call in calls_in(tree):
        for argument in call.arguments:
            if argument.name == "as":
                yield from _words(argument.value)
    for value in _values(tree):
        if isinstance(value, Regex):
            yield from _GROUP.findall(value.source)


def _words(value: Value) -> Iterator[str]:
    if isinstance(value, Bare):
        yield value.text
    elif isinstance(value, Text):
        yield value.value
    elif isinstance(value, Listed):
        for item in value.items:
            yield from _words(item)


def calls_in(tree: Pipeline) -> Iterator[Call]:
    """Every function, wherever it stands."""
    for value in _values(tree):
        if isinstance(value, Call):
            yield value


def _values(node: object) -> Iterator[Value | Glob]:
    """Every value in a tree, whole ones before their parts."""
    if isinstance(node, Bare | Text | Regex | Glob | Call | Listed | Operation | Block | Named):
        yield node
    for part in _parts(node):
        yield from _values(part)


def _parts(node: object) -> tuple[object, ...]:
    if isinstance(node, Pipeline):
        return node.steps
    if isinstance(node, Filter):
        return (node.condition,)
    if isinstance(node, And | Or):
        return node.parts
    if isinstance(node, Not):
        return (node.inner,)
    if isinstance(node, Compare | Free | Assign | Argument):
        return (node.value,)
    if isinstance(node, Apply):
        return (node.call,)
    if isinstance(node, Case | Match):
        return node.branches
    if isinstance(node, Branch):
        return (node.value, node.pipeline)
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, Listed):
        return node.items
    if isinstance(node, Operation):
        return (node.left, node.right)
    return (node.pipeline,) if isinstance(node, Block | Named) else ()


def _fields(node: object) -> Iterator[tuple[str, Place, object]]:
    """Every field that is named, its place, and what it is compared with."""
    if isinstance(node, Compare):
        yield node.field, node.place, node.value
    elif isinstance(node, Apply | Match | Link):
        yield node.field, node.place, None
    elif isinstance(node, Assign):
        yield from _named(node.value, computed=True)
    elif isinstance(node, Call):
        for argument in node.arguments:
            if argument.name in _FIELDS or (not argument.name and node.name in _FIRST):
                yield from _named(argument.value, computed=node.name in ("test", "if"))
            elif argument.name == "function" or isinstance(argument.value, Block | Call | Named):
                yield from _fields(argument.value)
        return
    for part in _parts(node):
        if not isinstance(node, Assign):
            yield from _fields(part)


def _named(value: Value, *, computed: bool = False) -> Iterator[tuple[str, Place, object]]:
    """The fields in an argument; where it is `computed` text in quotes is text."""
    if isinstance(value, Bare):
        if value.text not in _WORDS and not _NUMBER.fullmatch(value.text):
            yield value.text, value.place, None
    elif isinstance(value, Text) and not computed:
        yield value.value, value.place, None
    elif isinstance(value, Listed):
        for item in value.items:
            yield from _named(item, computed=computed)
    elif isinstance(value, Operation):
        yield from _named(value.left, computed=True)
        yield from _named(value.right, computed=True)
    elif isinstance(value, Call):
        yield from _fields(value)
    elif isinstance(value, Block):
        yield from _fields(value.pipeline)


def effects_of(tree: Pipeline) -> tuple[Effect, ...]:
    """What it would do besides reading."""
    return tuple(
        Effect(command=f"{call.name}()", what=_EFFECTS[call.name], line=call.place[0], column=call.place[1])
        for call in calls_in(tree)
        if call.name in _EFFECTS
    )


def atoms_of(tree: Pipeline) -> tuple[Atom, ...]:
    """Every comparison of a field with a value; what the middle has no words for is passed over."""
    found: list[Atom] = []
    for leaf in _leaves(tree):
        try:
            found += [Atom(test.field, test.op, test.values) for test in tests_of(expression(leaf))]
        except UnsayableError:
            continue
    return tuple(found)


def _leaves(node: object) -> Iterator[Condition]:
    if isinstance(node, Compare | Free):
        yield node
    elif isinstance(node, Call):
        if node.name in ("in", "cidr", "regex", "test", "wildcard"):
            yield node
        for argument in node.arguments:
            if isinstance(argument.value, Block | Named):
                yield from _leaves(argument.value)
    elif isinstance(node, Apply):
        field = Argument(name="field", value=Text(value=node.field))
        yield from _leaves(Call(name=node.call.name, arguments=(field, *node.call.arguments)))
    else:
        for part in _parts(node):
            yield from _leaves(part)
