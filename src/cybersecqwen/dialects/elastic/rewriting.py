"""Changes to conditions that both languages allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from .expressions import Among, Binary, Expr, Literal, Logic, Negation
from .walking import changed

Change = Callable[[Expr], Expr]


def everywhere(expr: Expr, change: Change) -> Expr:
    """The condition with every part changed, and joints that stand in each other flattened."""
    return changed(expr, lambda one: flattened(change(one)))


def flattened(expr: Expr) -> Expr:
    """A part joined by the same word as the whole belongs to the whole."""
    if not isinstance(expr, Logic) or not any(_is_like(part, expr) for part in expr.parts):
        return expr
    parts = [
        inner
        for part in expr.parts
        for inner in (part.parts if isinstance(part, Logic) and part.op == expr.op else (part,))
    ]
    return Logic(expr.op, tuple(parts))


def _is_like(part: Expr, expr: Logic) -> bool:
    return isinstance(part, Logic) and part.op == expr.op


def joined(op: str, parts: Iterable[Expr]) -> Expr:
    """Conditions joined by a word; what is said twice once, and true and false for what they are."""
    decided = op == "or"
    found = [part for part in dict.fromkeys(parts) if part != Literal(not decided)]
    if Literal(decided) in found:
        return Literal(decided)
    if not found:
        return Literal(not decided)
    return found[0] if len(found) == 1 else Logic(op, tuple(found))


def conjuncts(expr: Expr) -> tuple[Expr, ...]:
    """The conditions that must all be true."""
    return expr.parts if isinstance(expr, Logic) and expr.op == "and" else (expr,)


def divided(parts: Iterable[Expr], wanted: Callable[[Expr], bool]) -> tuple[list[Expr], list[Expr]]:
    """Those that are wanted, and the others."""
    found: tuple[list[Expr], list[Expr]] = ([], [])
    for part in parts:
        found[not wanted(part)].append(part)
    return found


def once(expr: Expr) -> Expr:
    """Parts that stand twice beside each other once, and no double negations."""
    if isinstance(expr, Negation) and isinstance(expr.inner, Negation):
        return expr.inner.inner
    if not isinstance(expr, Logic):
        return expr
    made = joined(expr.op, expr.parts)
    return expr if made == expr else made


def _member(expr: Expr, lists: frozenset[str]) -> Among | None:
    """A comparison as one with a list of values; `==` is "in"."""
    if isinstance(expr, Among) and not expr.negated and expr.op in lists:
        return (
            expr if all(isinstance(one, Literal) and one.value is not None for one in expr.values) else None
        )
    if isinstance(expr, Binary) and expr.op == "==":
        left, right = expr.left, expr.right
        if isinstance(left, Literal):
            left, right = right, left
        plain = isinstance(right, Literal) and right.value is not None and not isinstance(left, Literal)
        return Among("in", left, (right,)) if plain else None
    return None


def _negated(expr: Expr, lists: frozenset[str]) -> Among | None:
    if isinstance(expr, Negation):
        return _member(expr.inner, lists)
    if isinstance(expr, Among) and expr.negated:
        return _member(replace(expr, negated=False), lists)
    return _member(replace(expr, op="=="), lists) if isinstance(expr, Binary) and expr.op == "!=" else None


def lists_joined(expr: Expr, lists: frozenset[str]) -> Expr:
    """One of several values of one field as a list, and none of them as a negated one."""
    if not isinstance(expr, Logic):
        return expr
    read = _member if expr.op == "or" else _negated
    groups: dict[tuple[str, Expr], list[tuple[int, Among]]] = {}
    for at, part in enumerate(expr.parts):
        found = read(part, lists)
        if found is not None:
            groups.setdefault((found.op, found.left), []).append((at, found))
    several = [members for members in groups.values() if len(members) > 1]
    if not several:
        return expr
    parts: dict[int, Expr] = dict(enumerate(expr.parts))
    for members in several:
        values = tuple(dict.fromkeys(value for _, one in members for value in one.values))
        made = replace(members[0][1], values=values, listed=True)
        for at, _ in members:
            del parts[at]
        parts[members[0][0]] = made if expr.op == "or" else _none_of(made)
    return joined(expr.op, [parts[at] for at in sorted(parts)])


def _none_of(among: Among) -> Expr:
    return replace(among, negated=True) if among.op == "in" else Negation(among)
