"""What a program does or gives only where something holds: the parts of `if`, `while`, `? :`, `try`."""

from __future__ import annotations

from dataclasses import dataclass

from cybersecqwen.detect.code.tree import Node

from .telling import Telling, Truth, joins

CLAUSES = frozenset(("elif_clause", "else_clause", "else_if_clause"))
HANDLERS = frozenset(("except_clause", "except_group_clause", "catch_clause"))


@dataclass(frozen=True, slots=True)
class Side:
    """One way that a choice may go; a statement `if` without `else` has one without a body."""

    body: Node | None
    known: bool
    """Whether the value is a known one on it."""


def conditions_of(node: Node) -> list[Node]:
    """What a choice asks."""
    kind = node.kind()
    if kind in ("assert_statement", "if_clause"):
        return list(node.named_children()[:1])
    if kind in ("boolean_operator", "binary_expression"):
        left = node.field("left")
        return [left] if left is not None and joins(node) else []
    if kind in ("conditional_expression", "ternary_expression"):
        condition, _, _ = alternatives_of(node)
    else:
        condition = node.field("condition")
    more = [one.field("condition") for one in clauses_of(node)]
    return [one for one in (condition, *more) if one is not None]


def alternatives_of(node: Node) -> tuple[Node | None, Node | None, Node | None]:
    """(condition, what is given where it holds, what else) of an expression."""
    if node.field("condition") is not None:
        chosen = node.field("consequence") or node.field("body")
        return node.field("condition"), chosen, node.field("alternative")
    parts = [one for one in node.named_children() if one.kind() != "comment"]
    return (parts[1], parts[0], parts[2]) if len(parts) == 3 else (None, None, None)


def clauses_of(node: Node) -> list[Node]:
    """The further branches of an `if` statement."""
    if node.kind() != "if_statement":
        return []
    return [one for one in node.field_children("alternative") if one.kind() in CLAUSES]


def _body(node: Node) -> Node | None:
    """What a branch does: the statement behind `else` has no name in JavaScript."""
    body = node.field("consequence") or node.field("body")
    if body is None and node.kind() == "else_clause":
        body = next((one for one in node.named_children() if one.kind() != "comment"), None)
    return body


def sides_of(node: Node, telling: Telling | None) -> tuple[list[Side], bool]:
    """The ways that an `if` may go, and whether any of its conditions tells something."""
    made, passed, told = [], False, False
    for one in (node, *clauses_of(node)):
        condition = one.field("condition")
        if condition is None:
            made.append(Side(_body(one), passed))
            return made, told
        truth = telling.of(condition) if telling is not None else Truth()
        made.append(Side(_body(one), passed or truth.when))
        passed, told = passed or truth.unless, told or truth.when or truth.unless
    made.append(Side(None, passed))
    return made, told


def handlers_of(node: Node) -> list[Node]:
    """What a `try` does with errors."""
    return [one for one in node.named_children() if one.kind() in HANDLERS]


def breaks_of(loop: Node) -> list[Node]:
    """The `break` within a loop; those of loops inside it count, too."""
    return list(loop.find_all(kind="break_statement"))
