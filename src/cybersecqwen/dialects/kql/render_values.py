"""The text of values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .table import ADD, AND, EQUAL, KEYWORDS, OPERATOR_WORDS, OPERATORS, OR, POSTFIX, UNARY
from .tree import (
    Among,
    Array,
    Bag,
    Between,
    Binary,
    Call,
    Column,
    Duration,
    Dynamic,
    Expr,
    Index,
    Lambda,
    Logic,
    Member,
    Name,
    Named,
    Null,
    Number,
    Pipeline,
    Sign,
    Star,
    Text,
    Truth,
    Typed,
)

_PLAIN_NAME = re.compile(r"[$]?[A-Za-z_]\w*\Z", re.ASCII)
_PATTERN = re.compile(r"[A-Za-z_]\w*\*\Z", re.ASCII)
_SPECIAL = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}
_UNPRINTABLE = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"\\\\]')
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_INDENT = "    "
_BRACKETED = KEYWORDS | OPERATOR_WORDS

Tabular = Callable[[Pipeline], str]


def name(text: str) -> str:
    """A name, in brackets and quotes where it is none by itself."""
    if _PATTERN.match(text) or (_PLAIN_NAME.match(text) and text not in _BRACKETED):
        return text
    return f"[{quoted(text, verbatim=False)}]"


def quoted(text: str, *, verbatim: bool = True) -> str:
    """A literal text; verbatim where that saves escapes of backslashes."""
    if verbatim and "\\" in text and '"' not in text and not _CONTROL.search(text):
        return f'@"{text}"'
    return f'"{_UNPRINTABLE.sub(_escaped, text)}"'


def _escaped(found: re.Match[str]) -> str:
    return _SPECIAL.get(found[0]) or f"\\u{ord(found[0]):04x}"


def value(tree: Expr, tabular: Tabular) -> str:
    """The text of a value; `tabular` gives that of a query."""
    return _RENDER[type(tree)](tree, tabular)


def strength(tree: Expr) -> int:
    """How strongly the parts of a value hold together."""
    if isinstance(tree, Binary):
        return OPERATORS[tree.operator]
    if isinstance(tree, Logic):
        return OR if tree.operator == "or" else AND
    if isinstance(tree, Among | Between):
        return EQUAL
    if isinstance(tree, Sign):
        return UNARY
    return 0 if isinstance(tree, Named | Pipeline) else POSTFIX + 1


def inner(tree: Expr, weakest: int, tabular: Tabular) -> str:
    """In brackets where it would fall apart."""
    if isinstance(tree, Pipeline):
        return bracketed(tree, tabular)
    text = value(tree, tabular)
    return f"({text})" if strength(tree) < weakest else text


def bracketed(tree: Expr, tabular: Tabular) -> str:
    """A query in brackets, on lines of its own; other values as they are."""
    if not isinstance(tree, Pipeline):
        return value(tree, tabular)
    return f"({inside(tree, tabular)})"


def inside(tree: Expr, tabular: Tabular) -> str:
    """What stands between brackets: a query begins and ends on lines of its own."""
    text = value(tree, tabular)
    if isinstance(tree, Pipeline) and "\n" in text:
        return "\n" + indented(text) + "\n"
    return text


def indented(text: str) -> str:
    """Every line further right."""
    return "\n".join(_INDENT + line for line in text.split("\n"))


def arguments(items: tuple[Expr, ...], tabular: Tabular) -> str:
    """Values between brackets, with commas."""
    return ", ".join(
        bracketed(item, tabular) if isinstance(item, Pipeline) and len(items) > 1 else inside(item, tabular)
        for item in items
    )


def column(tree: Column) -> str:
    """A name with its type."""
    text = "*" if tree.name.text == "*" else name(tree.name.text)
    if tree.columns is not None:
        return f"{text}: ({', '.join(map(column, tree.columns)) or '*'})"
    typed = f"{text}: {tree.type}" if tree.type else text
    return f"{typed} = {value(tree.default, _nothing)}" if tree.default is not None else typed


def _nothing(_tree: Pipeline) -> str:
    raise TypeError("A default is no query.")


def _binary(tree: Binary, tabular: Tabular) -> str:
    held = OPERATORS[tree.operator]
    left, right = inner(tree.left, held, tabular), inner(tree.right, held + 1, tabular)
    return f"{left} {tree.operator} {right}"


def _logic(tree: Logic, tabular: Tabular) -> str:
    held = strength(tree) + 1
    return f" {tree.operator} ".join(inner(part, held, tabular) for part in tree.parts)


def _among(tree: Among, tabular: Tabular) -> str:
    return f"{inner(tree.left, EQUAL, tabular)} {tree.operator} ({arguments(tree.items, tabular)})"


def _between(tree: Between, tabular: Tabular) -> str:
    word = "!between" if tree.negated else "between"
    low, high = inner(tree.low, ADD, tabular), inner(tree.high, ADD, tabular)
    return f"{inner(tree.left, EQUAL, tabular)} {word} ({low} .. {high})"


def _member(tree: Member, tabular: Tabular) -> str:
    called = "" if tree.arguments is None else f"({arguments(tree.arguments, tabular)})"
    return f"{inner(tree.inner, POSTFIX, tabular)}.{tree.name}{called}"


def _index(tree: Index, tabular: Tabular) -> str:
    return f"{inner(tree.inner, POSTFIX, tabular)}[{inner(tree.at, OR, tabular)}]"


def _named(tree: Named, tabular: Tabular) -> str:
    names = ", ".join(name(one.text) for one in tree.names)
    return f"{f'({names})' if tree.tuple_ else names} = {inner(tree.value, OR, tabular)}"


def _lambda(tree: Lambda, tabular: Tabular) -> str:
    from .render import statement

    lines = [f"{statement(one)};" for one in tree.statements]
    body = value(tree.body, tabular)
    head = f"{'view ' if tree.view else ''}({', '.join(map(column, tree.parameters))}) {{"
    if lines or "\n" in body:
        return "\n".join((head, *map(indented, (*lines, body)), "}"))
    return f"{head} {body} }}"


def json_text(tree: Expr) -> str:
    """A value inside dynamic()."""
    if isinstance(tree, Array):
        return f"[{', '.join(map(json_text, tree.items))}]"
    if isinstance(tree, Bag):
        return "{" + ", ".join(f"{_key(key)}: {json_text(one)}" for key, one in tree.pairs) + "}"
    if isinstance(tree, Text):
        return quoted(tree.value, verbatim=False)
    if isinstance(tree, Null):
        return "null"
    return tree.text if isinstance(tree, Name) else value(tree, _nothing)


def _key(text: str) -> str:
    return quoted(text, verbatim=False)


_RENDER: dict[type[Any], Callable[[Any, Tabular], str]] = {
    Text: lambda tree, _: quoted(tree.value),
    Number: lambda tree, _: str(tree.text),
    Duration: lambda tree, _: str(tree.text),
    Typed: lambda tree, _: f"{tree.type}({_typed(tree.text)})",
    Truth: lambda tree, _: "true" if tree.value else "false",
    Dynamic: lambda tree, _: f"dynamic({json_text(tree.value)})",
    Name: lambda tree, _: name(tree.text),
    Star: lambda _tree, _: "*",
    Member: _member,
    Index: _index,
    Call: lambda tree, tabular: f"{tree.name}({arguments(tree.arguments, tabular)})",
    Sign: lambda tree, tabular: f"{tree.sign}{inner(tree.inner, UNARY, tabular)}",
    Binary: _binary,
    Logic: _logic,
    Among: _among,
    Between: _between,
    Named: _named,
    Column: lambda tree, _: column(tree),
    Array: lambda tree, tabular: ", ".join(value(one, tabular) for one in tree.items),
    Null: lambda _tree, _: "null",
    Pipeline: lambda tree, tabular: tabular(tree),
    Lambda: _lambda,
}


def _typed(text: str) -> str:
    return f'"{text}"' if "," in text else text
