"""One form for expressions that say the same: what was read back can be compared with what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test

_STARS = re.compile(r"(?:\.\*){2,}")
"""In the pattern of a test of `Op.GLOB`: several stars in a row, which say what one says."""
_CODES = re.compile(r"\(\?s\)|\\x[0-9a-fA-F]{2}")
"""Letters in such a pattern that are none of the text."""


def normal(expression: Expression) -> Expression:
    """Flat, no double negation, negations beside the tests, values of equal tests joined, parts in order."""
    return _normal(expression, negated=False)


def equivalent(one: Expression | None, other: Expression | None) -> bool:
    """Whether both say the same: True where that is shown, False where it is not.

    It is shown by the same normal form, regular expressions being the same where they find the same texts.
    """
    if one is None or other is None:
        return one is other
    first, second = normal(one), normal(other)
    if first == second:
        return True
    known = list(_patterns(first))
    if not known and next(_patterns(second), None) is None:
        return False
    first, second = normal(_simple(first)), normal(_simple(_spelt(second, known)))
    return first == second


def _patterns(expression: Expression) -> Iterator[tuple[str, str]]:
    """(field, expression) of every test by regular expression."""
    if isinstance(expression, Test):
        if expression.op is Op.REGEX:
            yield from ((expression.field, value) for value in expression.values)
    elif isinstance(expression, Not):
        yield from _patterns(expression.inner)
    else:
        for part in expression.parts:
            yield from _patterns(part)


def _simple(expression: Expression) -> Expression:
    """The expression with text for the regular expressions that are nothing but text."""
    if isinstance(expression, Not):
        return Not(_simple(expression.inner))
    if isinstance(expression, And | Or):
        return type(expression)(tuple(_simple(part) for part in expression.parts))
    if expression.op is not Op.REGEX:
        return expression
    from .patterns import simplest

    return simplest(expression)


def _spelt(expression: Expression, known: list[tuple[str, str]]) -> Expression:
    """The expression with its regular expressions spelt like those known that find the same."""
    if isinstance(expression, Not):
        return Not(_spelt(expression.inner, known))
    if isinstance(expression, And | Or):
        return type(expression)(tuple(_spelt(part, known) for part in expression.parts))
    if expression.op is not Op.REGEX:
        return expression
    from .patterns.equivalence import find_same

    values = tuple(
        next((text for name, text in known if name == expression.field and find_same(text, value)), value)
        for value in expression.values
    )
    return Test(expression.field, Op.REGEX, values, cased=True)


def _normal(expression: Expression, *, negated: bool) -> Expression:
    if isinstance(expression, Not):
        return _normal(expression.inner, negated=not negated)
    if isinstance(expression, Test):
        return _negated_test(expression) if negated else _single(expression)
    every = isinstance(expression, And) is not negated
    parts = [_normal(part, negated=negated) for part in expression.parts]
    return _all(parts) if every else _any(parts)


def _single(test: Test) -> Expression:
    parts = _split(test)
    return parts[0] if len(parts) == 1 else Or(tuple(sorted(parts, key=repr)))


def _split(test: Test) -> list[Test]:
    """The test with its values in order; where case matters to some of them alone, a test for those."""
    if test.op is Op.SAME_AS or not test.values:
        return [test]
    values = [_STARS.sub(".*", value) for value in test.values] if test.op is Op.GLOB else list(test.values)
    found: dict[bool, list[str]] = {}
    for value in values:
        found.setdefault(_cased(test, value), []).append(value)
    return [
        Test(test.field, test.op, tuple(sorted(dict.fromkeys(some))), cased, test.part)
        for cased, some in found.items()
    ]


def _cased(test: Test, value: str) -> bool:
    """Whether case matters to a value: not to text without letters."""
    if not test.cased or test.op is Op.REGEX:
        return test.cased
    text = _CODES.sub("", value) if test.op is Op.GLOB else value
    return text.lower() != text.upper()


def _negated_test(test: Test) -> Expression:
    """What is missing is null, and what is there is not: neither needs a negation."""
    if test.op is Op.NULL:
        return Test(test.field, Op.PRESENT)
    if test.op is Op.PRESENT and test.field:
        return Test(test.field, Op.NULL)
    if test.op is Op.SAME_AS or len(test.values) < 2:
        return Not(_single(test))
    # Not one of several: none of each.
    return _all(
        [Not(_single(Test(test.field, test.op, (value,), test.cased, test.part))) for value in test.values]
    )


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
            for one in _split(part):
                joined.setdefault((one.field, one.op, one.cased, one.part), []).extend(one.values)
        else:
            others.append(part)
    tests = [
        Test(name, op, tuple(sorted(dict.fromkeys(values))), cased, part)
        for (name, op, cased, part), values in joined.items()
    ]
    unique = sorted(dict.fromkeys([*tests, *others]), key=repr)
    return unique[0] if len(unique) == 1 else Or(tuple(unique))
