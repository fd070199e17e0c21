"""One form for expressions that say the same: what was read back can be compared with what was meant."""

from __future__ import annotations

from collections.abc import Iterable

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test


def normal(expression: Expression) -> Expression:
    """Flat, no double negation, negations beside the tests, values of equal tests joined, parts in order."""
    return _normal(expression, negated=False)


def equivalent(one: Expression | None, other: Expression | None) -> bool:
    """Whether both have the same normal form: True where they say the same, False where they may not."""
    if one is None or other is None:
        return one is other
    return normal(one) == normal(other)


def _normal(expression: Expression, *, negated: bool) -> Expression:
    if isinstance(expression, Not):
        return _normal(expression.inner, negated=not negated)
    if isinstance(expression, Test):
        return _negated_test(expression) if negated else _single(expression)
    every = isinstance(expression, And) is not negated
    parts = [_normal(part, negated=negated) for part in expression.parts]
    return _all(parts) if every else _any(parts)


def _single(test: Test) -> Expression:
    values = tuple(sorted(dict.fromkeys(test.values))) if test.op is not Op.SAME_AS else test.values
    return Test(test.field, test.op, values, test.cased, test.part)


def _negated_test(test: Test) -> Expression:
    """What is missing is null, and what is there is not: neither needs a negation."""
    if test.op is Op.NULL:
        return Test(test.field, Op.PRESENT)
    if test.op is Op.PRESENT and test.field:
        return Test(test.field, Op.NULL)
    if test.op is Op.SAME_AS or len(test.values) < 2:
        return Not(_single(test))
    # Not one of several: none of each.
    return _all([Not(Test(test.field, test.op, (value,), test.cased, test.part)) for value in test.values])


def _flat(kind: type[And] | type[Or], parts: Iterable[Expression]) -> list[Expression]:
    found: list[Expression] = []
    for part in parts:
        found.extend(part.parts if isinstance(part, kind) else [part])
    return found


def _all(parts: Iterable[Expression]) -> Expression:
    unique = sorted(dict.fromkeys(_flat(And, parts)), key=repr)
    return unique[0] if len(unique) == 1 else And(tuple(unique))


def _any(parts: Iterable[Expression]) -> Expression:
    joined: dict[tuple[str, Op, bool, str], list[str]] = {}
    others: list[Expression] = []
    for part in _flat(Or, parts):
        if isinstance(part, Test) and part.values and part.op is not Op.SAME_AS:
            joined.setdefault((part.field, part.op, part.cased, part.part), []).extend(part.values)
        else:
            others.append(part)
    tests = [
        _single(Test(name, op, tuple(values), cased, part))
        for (name, op, cased, part), values in joined.items()
    ]
    unique = sorted(dict.fromkeys([*tests, *others]), key=repr)
    return unique[0] if len(unique) == 1 else Or(tuple(unique))
