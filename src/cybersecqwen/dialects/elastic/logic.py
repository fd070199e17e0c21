"""Between conditions with three values and those of Sigma with two.

In both languages a comparison with a field that a record lacks is null, `not null` is null, and only what is
true is found. In Sigma's terms a test on a missing field is false, and its negation true. So what fails says
in Sigma's terms that the field is there; and a negation of Sigma's asks for the missing field as well.

https://www.elastic.co/docs/reference/query-languages/esql/esql-null-values
https://www.elastic.co/docs/reference/query-languages/eql/eql-syntax
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test

from .expressions import Among, Binary, Expr, IsNull, Literal, Logic, Negation

ALWAYS: Expression = And(())
NEVER: Expression = Or(())
_MOST = 10_000
"""Parts of a condition, times the fields that it calls null, up to which what is said twice is looked for."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one comparison asks in Sigma's terms."""

    holds: Expression
    fields: tuple[str, ...] = ()
    """Those without which it is null."""


Read = Callable[[Expr], Meaning]


def read_condition(expr: Expr, read: Read) -> Expression:
    """When a condition is true; `read` says what its comparisons mean."""
    return _true(expr, read)


def positive(expr: Expr) -> Expr:
    """`!=`, `not in` and `is not null` as the negation of what they are made from."""
    if isinstance(expr, Among) and expr.negated:
        return Negation(replace(expr, negated=False))
    if isinstance(expr, IsNull) and expr.negated:
        return Negation(replace(expr, negated=False))
    return Negation(replace(expr, op="==")) if isinstance(expr, Binary) and expr.op == "!=" else expr


def _true(expr: Expr, read: Read) -> Expression:
    expr = positive(expr)
    if isinstance(expr, Logic):
        parts = [_true(part, read) for part in expr.parts]
        return all_of(parts) if expr.op == "and" else any_of(parts)
    if isinstance(expr, Negation):
        return _false(expr.inner, read)
    if isinstance(expr, Literal) and (expr.value is None or isinstance(expr.value, bool)):
        return ALWAYS if expr.value else NEVER
    return read(expr).holds


def _false(expr: Expr, read: Read) -> Expression:
    expr = positive(expr)
    if isinstance(expr, Logic):
        parts = [_false(part, read) for part in expr.parts]
        return any_of(parts) if expr.op == "and" else all_of(parts)
    if isinstance(expr, Negation):
        return _true(expr.inner, read)
    if isinstance(expr, Literal) and (expr.value is None or isinstance(expr.value, bool)):
        return ALWAYS if expr.value is False else NEVER
    meaning = read(expr)
    return refuted(meaning)


def refuted(meaning: Meaning) -> Expression:
    """When a comparison is false: its fields are there, and it does not hold."""
    present: list[Expression] = [Test(name, Op.PRESENT) for name in dict.fromkeys(meaning.fields)]
    return all_of([*present, negation(meaning.holds)])


def negation(expression: Expression) -> Expression:
    """The contrary in Sigma's terms; what is missing and what is there need no Not."""
    if isinstance(expression, Not):
        return expression.inner
    if expression in (ALWAYS, NEVER):
        return NEVER if expression == ALWAYS else ALWAYS
    if isinstance(expression, Test) and expression.op is Op.NULL:
        return Test(expression.field, Op.PRESENT)
    if isinstance(expression, Test) and expression.op is Op.PRESENT and expression.field:
        return Test(expression.field, Op.NULL)
    return Not(expression)


def without(expression: Expression, name: str) -> bool | None:
    """Whether it holds for a record that lacks a field; None where that depends on others."""
    if isinstance(expression, Test):
        if expression.field == name:
            return expression.op is Op.NULL
        return False if expression.op is Op.SAME_AS and expression.values[0] == name else None
    if isinstance(expression, Not):
        inner = without(expression.inner, name)
        return None if inner is None else not inner
    found = [without(part, name) for part in expression.parts]
    decided = isinstance(expression, Or)
    if decided in found:
        return decided
    return None if None in found or not found else not decided


def all_of(parts: Iterable[Expression]) -> Expression:
    """All of them, without what is said twice."""
    return _joined(And, Op.PRESENT, list(parts))


def any_of(parts: Iterable[Expression]) -> Expression:
    """One of them, without what is said twice."""
    return _joined(Or, Op.NULL, list(parts))


def _joined(kind: type[And] | type[Or], op: Op, parts: list[Expression]) -> Expression:
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else [part])
    found = list(dict.fromkeys(flat))
    neutral, final = (NEVER, ALWAYS) if kind is Or else (ALWAYS, NEVER)
    found = [part for part in found if part != neutral]
    if final in found:
        return final
    names = [part.field for part in found if isinstance(part, Test) and part.op is op and part.field]
    if len(names) * len(found) <= _MOST:
        found = [_less(kind, op, names, part) for part in found]
        # "f is null" says nothing beside what holds without f. That a field is there is kept beside what
        # implies it: whoever wrote both meant both.
        said = {
            Test(name, op)
            for name in names
            if kind is Or and any(part != Test(name, op) and without(part, name) for part in found)
        }
        found = [part for part in dict.fromkeys(found) if part not in said]
    return found[0] if len(found) == 1 else kind(tuple(found))


def _less(kind: type[And] | type[Or], op: Op, names: Sequence[str], part: Expression) -> Expression:
    """Beside "f is null or", "f is there and" says nothing; and the other way round."""
    inner: type[And] | type[Or] = And if kind is Or else Or
    if not isinstance(part, inner):
        return part
    opposite = {Test(name, Op.PRESENT if op is Op.NULL else Op.NULL) for name in names}
    rest = tuple(one for one in part.parts if one not in opposite)
    return rest[0] if len(rest) == 1 else inner(rest)


@dataclass(frozen=True, slots=True)
class Words:
    """How a language says a test."""

    test: Callable[[Test], Expr]
    """A test that holds."""
    missing: Callable[[str], Expr]
    """That a field is missing."""


def write_condition(expression: Expression, words: Words) -> Expr:
    """A condition that is true where the expression holds. Raises UnsayableError by way of `words`."""
    if isinstance(expression, Not):
        return _refuting(expression.inner, words)
    if isinstance(expression, Test):
        return words.test(expression)
    if isinstance(expression, Or):
        return _logic("or", [write_condition(part, words) for part in expression.parts])
    return _every(expression.parts, words)


def _refuting(inner: Expression, words: Words) -> Expr:
    if isinstance(inner, Not):
        return write_condition(inner.inner, words)
    if isinstance(inner, Test):
        return _negated(inner, words)
    if isinstance(inner, Or):
        return _every([Not(part) for part in inner.parts], words)
    return _logic("or", [_refuting(part, words) for part in inner.parts])


def fields_of(test: Test) -> tuple[str, ...]:
    """The fields that a test looks at."""
    return (test.field, test.values[0]) if test.op is Op.SAME_AS else (test.field,)


def _negated(test: Test, words: Words) -> Expr:
    if test.op in (Op.NULL, Op.PRESENT):
        return words.test(Test(test.field, Op.PRESENT if test.op is Op.NULL else Op.NULL))
    return _logic("or", [*map(words.missing, fields_of(test)), Negation(words.test(test))])


def _every(parts: Sequence[Expression], words: Words) -> Expr:
    """All parts; a negation beside "the field is there" need not ask for the missing field."""
    parts = _none_of_each(parts)
    tests = [negation(part.inner) if isinstance(part, Not) else part for part in parts]
    present = {test.field for test in tests if isinstance(test, Test) and test.op is Op.PRESENT}
    out: list[Expr] = []
    for part in parts:
        inner = part.inner if isinstance(part, Not) else None
        if isinstance(inner, Test) and inner.field in present and fields_of(inner) == (inner.field,):
            plain = inner.op not in (Op.NULL, Op.PRESENT)
            out.append(Negation(words.test(inner)) if plain else write_condition(part, words))
        else:
            out.append(write_condition(part, words))
    return _logic("and", out)


def _none_of_each(parts: Sequence[Expression]) -> list[Expression]:
    """Neither one nor another value of a field as none of both."""
    joined: dict[Test, Test] = {}
    out: list[Expression] = []
    for part in parts:
        inner = part.inner if isinstance(part, Not) else None
        if not isinstance(inner, Test) or not inner.values or inner.op is Op.SAME_AS:
            out.append(part)
            continue
        kind = replace(inner, values=())
        if kind not in joined:
            out.append(Not(kind))
        before = joined[kind].values if kind in joined else ()
        joined[kind] = replace(inner, values=tuple(dict.fromkeys((*before, *inner.values))))
    return [
        Not(joined[part.inner])
        if isinstance(part, Not) and isinstance(part.inner, Test) and part.inner in joined
        else part
        for part in out
    ]


def _logic(op: str, parts: Sequence[Expr]) -> Expr:
    if not parts:
        return Literal(op == "and")
    flat: list[Expr] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Logic) and part.op == op else [part])
    once = tuple(dict.fromkeys(flat))
    return once[0] if len(once) == 1 else Logic(op, once)


def any_test(tests: Iterable[Expression]) -> Expression:
    """One of these; tests of one kind as one test with several values."""
    joined: dict[tuple[str, Op, bool], list[str]] = {}
    others: list[Expression] = []
    for test in tests:
        if isinstance(test, Test) and test.values:
            joined.setdefault((test.field, test.op, test.cased), []).extend(test.values)
        else:
            others.append(test)
    made = [Test(name, op, tuple(values), cased) for (name, op, cased), values in joined.items()]
    return any_of([*made, *others])
