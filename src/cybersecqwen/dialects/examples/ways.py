"""The ways in which an expression can hold: for each what must hold, and what must not, of which field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from random import Random

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.walking import tests_of

Path = tuple[int, ...]
"""Which part of which part …; the inner of a negation is its part 0."""


@dataclass(frozen=True, slots=True)
class Need:
    """A test, and whether it must hold."""

    test: Test
    """Of one value where it must hold; of all where it must not."""
    holds: bool
    path: Path = ()
    """Where it stands in the expression."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place of an expression that a way is to lead through."""

    path: Path
    value: int | None = None
    """Number of the value of the test there; None for any."""


def targets(expression: Expression) -> Iterator[Target]:
    """Every value of every test that may hold, then every test that may have to fail."""
    negative: list[Target] = []
    stack: list[tuple[Expression, Path, bool]] = [(expression, (), True)]
    while stack:
        one, path, wanted = stack.pop()
        if isinstance(one, Test):
            if not wanted:
                negative.append(Target(path))
            elif one.op is Op.SAME_AS or not one.values:
                yield Target(path)
            else:
                yield from (Target(path, number) for number in range(len(one.values)))
        elif isinstance(one, Not):
            stack.append((one.inner, (*path, 0), not wanted))
        else:
            stack += [(part, (*path, at), wanted) for at, part in reversed(list(enumerate(one.parts)))]
    yield from negative


def way(expression: Expression, rng: Random, target: Target | None = None) -> list[Need] | None:
    """A way that leads through the target, by chance where there is a choice; None where there is none.

    An `Or` without parts never holds.
    """
    needs: list[Need] = []
    stack: list[tuple[Expression, Path, bool]] = [(expression, (), True)]
    while stack:
        one, path, wanted = stack.pop()
        if isinstance(one, Test):
            number = target.value if target is not None and target.path == path else None
            needs.append(Need(_chosen(one, number, rng) if wanted else one, wanted, path))
        elif isinstance(one, Not):
            stack.append((one.inner, (*path, 0), not wanted))
        elif isinstance(one, And) is wanted:
            stack += [(part, (*path, at), wanted) for at, part in reversed(list(enumerate(one.parts)))]
        elif not one.parts:
            return None
        else:
            leads = target is not None and len(target.path) > len(path) and target.path[: len(path)] == path
            at = target.path[len(path)] if leads and target is not None else rng.randrange(len(one.parts))
            stack.append((one.parts[at], (*path, at), wanted))
    return needs


def _chosen(test: Test, number: int | None, rng: Random) -> Test:
    if test.op is Op.SAME_AS or len(test.values) < 2:
        return test
    return replace(test, values=(test.values[rng.randrange(len(test.values)) if number is None else number],))


def all_ways(expression: Expression, most: int, wanted: bool = True) -> list[tuple[Need, ...]] | None:
    """All ways, with all values of a test together; None where there are more than `most`."""
    if isinstance(expression, Test):
        return [(Need(expression, wanted),)]
    if isinstance(expression, Not):
        return all_ways(expression.inner, most, not wanted)
    inner = [all_ways(part, most, wanted) for part in expression.parts]
    if any(one is None for one in inner):
        return None
    parts = [one for one in inner if one is not None]
    if isinstance(expression, Or) is wanted:
        joined = [one for part in parts for one in part]
        return joined if len(joined) <= most else None
    total = 1
    for part in parts:
        total *= len(part)
        if total > most:
            return None
    return [tuple(need for one in chosen for need in one) for chosen in product(*parts)]


def part_at(expression: Expression, path: Path) -> Expression:
    """The part of an expression to which a path leads."""
    for at in path:
        expression = expression.inner if isinstance(expression, Not) else _parts(expression)[at]
    return expression


def only(expression: Expression, target: Target) -> Expression:
    """The expression without the choices that a target rules out."""
    return _only(expression, target.path, target.value, True)


def _only(one: Expression, path: Path, value: int | None, wanted: bool) -> Expression:
    if isinstance(one, Test):
        return one if value is None else replace(one, values=(one.values[value],))
    if isinstance(one, Not):
        return Not(_only(one.inner, path[1:], value, not wanted))
    chosen = _only(one.parts[path[0]], path[1:], value, wanted)
    if isinstance(one, Or) is wanted:
        return chosen
    return type(one)((*one.parts[: path[0]], chosen, *one.parts[path[0] + 1 :]))


def _parts(expression: Expression) -> Sequence[Expression]:
    return expression.parts if isinstance(expression, And | Or) else ()


def fields_of(expression: Expression) -> dict[str, None]:
    """The fields that are asked about, those compared with others included; "" for the whole text."""
    found: dict[str, None] = {}
    for test in tests_of(expression):
        found[test.field] = None
        if test.op is Op.SAME_AS:
            found[test.values[0]] = None
    return found
