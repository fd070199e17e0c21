"""Groups whose clauses are all required, or of which any may hold: what rules can change without a slip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from cybersecqwen.dialects.improvement import Context
from cybersecqwen.dialects.lucene.read import required
from cybersecqwen.dialects.lucene.tree import Clause, Field, Group, Node


@dataclass(frozen=True, slots=True)
class Part:
    """One of them."""

    node: Node
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Plain:
    """A group that says one thing."""

    every: bool
    """Whether all parts must hold; else any."""
    parts: tuple[Part, ...]


def plain(group: Group) -> Plain | None:
    """A group in plain terms; None where it mixes what must hold with what may."""
    must, may, not_ = required(group)
    if may and (must or not_):
        return None
    if may and len(may) > 1:
        return Plain(False, tuple(map(Part, may)))
    return Plain(True, tuple(Part(one.node, one.sign in ("NOT", "-")) for one in group.clauses))


def grouped(found: Plain, boost: str = "") -> Group:
    """A group that says it."""
    joint = "AND" if found.every else "OR"
    return Group(
        clauses=tuple(
            Clause(
                node=part.node if found.every or not part.negated else _alone(part),
                sign="NOT" if part.negated and found.every else "",
                joint=joint if at else "",
            )
            for at, part in enumerate(found.parts)
        ),
        boost=boost,
    )


def _alone(part: Part) -> Group:
    return Group(clauses=(Clause(node=part.node, sign="NOT"),))


Change = Callable[[Plain, Context], Plain | None]
"""Of a plain group a better one; None where there is nothing to change."""


def everywhere(change: Change) -> Callable[[Group, Context], Group | None]:
    """A change of plain groups as one of trees, made wherever it can be."""

    def apply(tree: Group, context: Context) -> Group | None:
        changed = _mapped(tree, lambda group: _changed(group, change, context))
        return None if changed == tree else changed

    return apply


def _changed(group: Group, change: Change, context: Context) -> Group:
    found = plain(group)
    better = change(found, context) if found else None
    return group if better is None else grouped(better, group.boost)


def _mapped(group: Group, change: Callable[[Group], Group]) -> Group:
    """The tree with every group changed, the inner ones first."""
    clauses = tuple(replace(clause, node=_inner(clause.node, change)) for clause in group.clauses)
    return change(group if clauses == group.clauses else replace(group, clauses=clauses))


def _inner(node: Node, change: Callable[[Group], Group]) -> Node:
    if isinstance(node, Group):
        return _mapped(node, change)
    if isinstance(node, Field) and isinstance(node.inner, Group):
        return replace(node, inner=_mapped(node.inner, change))
    return node


def groups_changed(change: Callable[[Group], Group]) -> Callable[[Group, Context], Group | None]:
    """A change of any groups as one of trees."""

    def apply(tree: Group, _context: Context) -> Group | None:
        changed = _mapped(tree, change)
        return None if changed == tree else changed

    return apply


def leaves_changed(
    change: Callable[[Node, Context], Node | None],
) -> Callable[[Group, Context], Group | None]:
    """A change of fields and of terms in no field as one of trees; the values of a field one by one."""

    def apply(tree: Group, context: Context) -> Group | None:
        changed = _leaves(tree, change, context)
        return None if changed == tree or not isinstance(changed, Group) else changed

    return apply


def _leaves(node: Node, change: Callable[[Node, Context], Node | None], context: Context) -> Node:
    if isinstance(node, Group):
        clauses = tuple(replace(one, node=_leaves(one.node, change, context)) for one in node.clauses)
        return node if clauses == node.clauses else replace(node, clauses=clauses)
    found = change(node, context)
    if found is None and isinstance(node, Field) and isinstance(node.inner, Group):
        inner = _leaves(node.inner, _within(node, change), context)
        return node if inner == node.inner or not isinstance(inner, Group) else replace(node, inner=inner)
    return node if found is None else found


def _within(
    field: Field, change: Callable[[Node, Context], Node | None]
) -> Callable[[Node, Context], Node | None]:
    """The change of a value in a group of a field's values: as if it stood alone, if the field stays."""

    def apply(node: Node, context: Context) -> Node | None:
        if isinstance(node, Field | Group):
            return None
        found = change(replace(field, inner=node), context)
        return found.inner if isinstance(found, Field) and found.name == field.name else None

    return apply
