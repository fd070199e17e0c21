"""From a tree to the text of a search."""

from __future__ import annotations

from .table import AND, ESCAPES, LEVELS, NOCASE, NOT, OR, SIGNS
from .tree import (
    And,
    Call,
    Comparison,
    Condition,
    Count,
    Membership,
    Not,
    Number,
    Or,
    Path,
    Regex,
    Search,
    Sum,
    Text,
    Truth,
    Value,
    Variable,
)

_WIDE = 100
_INDENT = "  "
_BACK = {c: "\\" + code for code, c in ESCAPES.items()}


def render(tree: Search) -> str:
    """The text; conditions that must all hold have a line each where they are wide, sections always."""
    parts: list[str] = []
    if tree.events is not None:
        parts.append(_conditions(tree.events))
    for name, lines in _sections(tree):
        parts.append(f"{name}:\n" + "\n".join(_INDENT + line for line in lines))
    return "\n".join(parts) or "events:"


def _sections(tree: Search) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    if tree.match is not None:
        window = f" over {'every ' * tree.match.every}{tree.match.window}" if tree.match.window else ""
        found.append(("match", [", ".join(map(value, tree.match.keys)) + window]))
    if tree.outcome:
        found.append(("outcome", [f"${one.name} = {value(one.value)}" for one in tree.outcome]))
    if tree.dedup:
        found.append(("dedup", [", ".join(map(value, tree.dedup))]))
    if tree.condition is not None:
        found.append(("condition", [_condition(tree.condition, 0)]))
    if tree.order:
        keys = [value(one.key) + (" desc" if one.descending else " asc") for one in tree.order]
        found.append(("order", [", ".join(keys)]))
    if tree.limit is not None:
        found.append(("limit", [str(tree.limit)]))
    for name, keys_ in (("select", tree.select), ("unselect", tree.unselect)):
        if keys_:
            found.append((name, [", ".join(map(value, keys_))]))
    return found


def _conditions(condition: Condition) -> str:
    flat = _condition(condition, 0)
    if len(flat) <= _WIDE or not isinstance(condition, And | Or):
        return flat
    word = AND if isinstance(condition, And) else OR
    lines = [_wide(part, LEVELS[word]) for part in condition.parts]
    return f"\n{word} ".join(lines)


def _wide(part: Condition, level: int) -> str:
    """A part in one line, or in brackets with a line for each of its own parts."""
    flat = _condition(part, level)
    if len(flat) <= _WIDE or not isinstance(part, And | Or):
        return flat
    word = AND if isinstance(part, And) else OR
    lines = [_condition(one, LEVELS[word]) for one in part.parts]
    return "(\n" + _INDENT + f"\n{_INDENT}{word} ".join(lines) + "\n)"


def _condition(condition: Condition, level: int) -> str:
    """One condition; in brackets where what is around it holds tighter."""
    if isinstance(condition, And | Or):
        word = AND if isinstance(condition, And) else OR
        text = f" {word} ".join(_condition(part, LEVELS[word]) for part in condition.parts)
        return f"({text})" if level >= LEVELS[word] else text
    if isinstance(condition, Not):
        return f"{NOT} {_condition(condition.inner, LEVELS[NOT])}"
    nocase = "" if isinstance(condition, Variable) or not condition.nocase else f" {NOCASE}"
    if isinstance(condition, Comparison):
        quantifier = f"{condition.quantifier} " if condition.quantifier else ""
        return f"{quantifier}{value(condition.left)} {condition.operator} {value(condition.right)}{nocase}"
    if isinstance(condition, Membership):
        kind = f" {condition.kind}" if condition.kind else ""
        return f"{value(condition.left)} in{kind} %{condition.listed}{nocase}"
    return value(condition) + nocase


def value(node: Value, level: int = 0) -> str:
    """The text of a value."""
    if isinstance(node, Path):
        return f"${node.event}.{node.name}" if node.event else node.name
    if isinstance(node, Variable):
        return f"${node.name}"
    if isinstance(node, Count):
        return f"#{node.name}"
    if isinstance(node, Text):
        return '"' + "".join(_BACK.get(c, c) for c in node.value) + '"'
    if isinstance(node, Regex):
        return f"/{_slashes(node.source)}/"
    if isinstance(node, Number):
        return node.text
    if isinstance(node, Truth):
        return "true" if node.value else "false"
    if isinstance(node, Call):
        return f"{node.name}({', '.join(map(value, node.arguments))})"
    return _sum(node, level)


def _sum(node: Sum, level: int) -> str:
    own = SIGNS[node.sign]
    return f"{value(node.left, own)} {node.sign} {value(node.right, own + 1)}"


def _slashes(source: str) -> str:
    """An expression with a backslash before each slash that has none."""
    out, escape = [], False
    for c in source:
        out.append("\\/" if c == "/" and not escape else c)
        escape = c == "\\" and not escape
    return "".join(out)
