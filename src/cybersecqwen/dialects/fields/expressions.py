"""Tests and expressions as mappings need them: joined, renamed, simplified, or refused."""

from __future__ import annotations

from collections.abc import Iterable

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.dialects.globs import wildcards_of

NEVER, ALWAYS = Or(()), And(())
"""What holds for no record, and for every."""


class Unfit(Exception):
    """A test cannot be said in the place of its field; the text says why, as a part of a sentence."""


def either(parts: Iterable[Expression]) -> Expression:
    """True where any is, with the values of tests that differ in them alone in one test."""
    groups: dict[tuple[str, Op, bool, str], dict[str, None]] = {}
    others: dict[Expression, None] = {}
    for part in parts:
        for one in part.parts if isinstance(part, Or) else (part,):
            if isinstance(one, Test) and one.values and one.op is not Op.SAME_AS:
                groups.setdefault((one.field, one.op, one.cased, one.part), {}).update(
                    dict.fromkeys(one.values)
                )
            else:
                others[one] = None
    made: list[Expression] = [
        Test(name, op, tuple(values), cased, part) for (name, op, cased, part), values in groups.items()
    ]
    made += others
    return made[0] if len(made) == 1 else Or(tuple(made))


def renamed(test: Test, name: str) -> Test:
    """The same test of another field."""
    return Test(name, test.op, test.values, test.cased, test.part)


def texts(test: Test) -> tuple[str, ...]:
    """The values of a test as text with wildcards. Raises Unfit for one that compares otherwise."""
    if test.part or not test.values or test.op is Op.SAME_AS:
        raise Unfit("to compare it with another field or by a part of a time")
    found = wildcards_of(test)
    if not found:
        raise Unfit(f"by {_OPS.get(test.op, test.op.value)}")
    return found


_OPS = {Op.REGEX: "a regular expression", Op.CIDR: "a network"}


def simplified(expression: Expression) -> Expression:
    """Without the parts that hold for every record or for none."""
    if isinstance(expression, Test):
        return expression
    if isinstance(expression, Not):
        inner = simplified(expression.inner)
        return ALWAYS if inner == NEVER else NEVER if inner == ALWAYS else Not(inner)
    kind, neutral, final = (And, ALWAYS, NEVER) if isinstance(expression, And) else (Or, NEVER, ALWAYS)
    parts = [one for part in expression.parts if (one := simplified(part)) != neutral]
    if final in parts:
        return final
    return parts[0] if len(parts) == 1 else kind(tuple(parts))
