"""Chains of AND and OR as trees that are as flat as can be.

A parser hangs each condition of a chain below the next, so whoever climbs from one of thousands of
conditions to its SELECT passes thousands of others, and what is asked of each of them takes time that grows
with the square of the chain. Where each half of a chain hangs below the middle of it, the way up is a handful
of steps; the text is the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

_SHORT = 16
"""Conditions of a chain that is left as it is."""


def chain_of(kind: type[exp.Connector], parts: Sequence[exp.Expr]) -> exp.Expr:
    """All these conditions, or one of them; one alone is itself. Chains of another kind get brackets."""
    wrapped = [
        exp.paren(part, copy=False) if len(parts) > 1 and isinstance(part, exp.Connector) else part
        for part in parts
    ]
    return _halved(kind, wrapped, [None] * len(wrapped))


def flattened(statement: exp.Expr) -> exp.Expr:
    """The statement with its long chains in halves of halves; it is changed in place."""
    heads = [one for one in statement.find_all(exp.And, exp.Or) if type(one.parent) is not type(one)]
    for head in heads:
        parts, notes = _apart(head)
        if len(parts) <= _SHORT:
            continue
        for part in parts:
            part.pop()
        made = _halved(type(head), parts, notes)
        if head is statement:
            statement = made
        else:
            head.replace(made)
    return statement


def _apart(head: exp.Expr) -> tuple[list[exp.Expr], list[list[str] | None]]:
    """The conditions of a chain, and of each the comments of the word before it."""
    parts: list[exp.Expr] = []
    notes: list[list[str] | None] = [None]
    stack: list[exp.Expr | list[list[str] | None]] = [head]
    while stack:
        one = stack.pop()
        if isinstance(one, list):
            notes += one
        elif type(one) is type(head):
            stack += [one.expression, [one.comments], one.this]
        else:
            parts.append(one)
    return parts, notes


def _halved(kind: type[exp.Expr], parts: list[exp.Expr], notes: list[list[str] | None]) -> exp.Expr:
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    made = kind(
        this=_halved(kind, parts[:middle], notes[:middle]),
        expression=_halved(kind, parts[middle:], notes[middle:]),
    )
    made.comments = notes[middle]
    return made
