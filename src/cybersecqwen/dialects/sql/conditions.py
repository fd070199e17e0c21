"""From an expression to a condition of WHERE or HAVING."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from cybersecqwen.detect.sigma.model import And, Expression, Not, Op, Or, Test
from cybersecqwen.detect.sigma.parse import text_of
from cybersecqwen.detect.sigma.values import number_of
from cybersecqwen.dialects import globs
from cybersecqwen.errors import LimitError, UnsayableError

from . import quoting
from .words import Words

_DEEPEST = 150
_MANY = 400
"""Parts of a chain beyond which it is put in brackets: engines bound how deep an expression is."""
_GROUP = 100
_NUMERIC = frozenset((Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST))


Conjunct = tuple[str, bool]
"""(condition, whether it is a chain of OR, which needs brackets beside others)"""


def conjuncts(
    expression: Expression, words: Words, numbers: Mapping[str, str] | None = None
) -> list[Conjunct]:
    """What must hold, each by itself; `numbers` are columns that are numbers, and what computes them.

    Raises UnsayableError for what SQL has no words for, LimitError for what nests too deep.
    """
    writer = _Writer(words, numbers or {})
    parts = expression.parts if isinstance(expression, And) and expression.parts else (expression,)
    return [(writer.whole(part, 0), isinstance(part, Or) or _several(part)) for part in parts]


class _Writer:
    def __init__(self, words: Words, numbers: Mapping[str, str]) -> None:
        self._words = words
        self._numbers = numbers

    def whole(self, expression: Expression, depth: int) -> str:
        if depth > _DEEPEST:
            raise LimitError(f"The expression nests deeper than {_DEEPEST} levels.")
        if isinstance(expression, Test):
            return self._test(expression)
        if isinstance(expression, Not):
            return self._negated(expression.inner, depth)
        word = "AND" if isinstance(expression, And) else "OR"
        if not expression.parts:
            return "TRUE" if word == "AND" else "FALSE"
        if word == "AND":
            return joined("AND", [self._part(part, depth) for part in expression.parts])
        return joined("OR", [self.whole(part, depth + 1) for part in expression.parts])

    def _part(self, part: Expression, depth: int) -> str:
        text = self.whole(part, depth + 1)
        return f"({text})" if isinstance(part, Or) or _several(part) else text

    def _negated(self, inner: Expression, depth: int) -> str:
        """IS NOT TRUE: what is NULL does not hold, and its contrary does."""
        if isinstance(inner, Test) and inner.field and inner.op in (Op.NULL, Op.PRESENT):
            contrary = Op.PRESENT if inner.op is Op.NULL else Op.NULL
            return self._test(Test(inner.field, contrary))
        return f"({self.whole(inner, depth + 1)}) IS NOT TRUE"

    def _test(self, test: Test) -> str:
        if not test.field:
            raise UnsayableError(
                "SQL asks columns, and has no words for text anywhere in a record.",
                what="keywords",
                hint="Name the columns that hold the text.",
            )
        if test.op is Op.NULL:
            return f"{quoting.name(test.field)} IS NULL"
        if test.op is Op.PRESENT:
            return f"{quoting.name(test.field)} IS NOT NULL"
        if test.part:
            raise UnsayableError(
                "Times stand in columns in many forms, whose parts SQL cannot tell.", what="parts of a time"
            )
        if test.op is Op.SAME_AS:
            return self._same(test)
        return joined("OR", self._each(test))

    def _each(self, test: Test) -> list[str]:
        words, name = self._words, test.field
        if test.op is Op.EQUALS:
            if name in self._numbers:
                return [f"{self._numbers[name]} IN ({', '.join(map(_exact, test.values))})"]
            return [words.equals(name, test.values, cased=test.cased)]
        if test.op is Op.DIFFERS:
            return [f"{words.number(name)} <> {quoting.number(value)}" for value in test.values]
        if test.op in _NUMERIC:
            return [self._number(name, test.op, value) for value in test.values]
        if test.op is Op.REGEX:
            return [words.matching(name, value) for value in test.values]
        if test.op is Op.CIDR:
            return [words.within(name, value) for value in test.values]
        if any(globs.ANY in value or globs.ONE in value for value in test.values):
            raise UnsayableError("A value has a character that stands for wildcards.", what="such characters")
        return [words.pattern(name, wanted, cased=test.cased) for wanted in globs.wildcards_of(test)]

    def _number(self, name: str, op: Op, value: str) -> str:
        if name in self._numbers:
            sign = {Op.LESS: "<", Op.AT_MOST: "<=", Op.GREATER: ">", Op.AT_LEAST: ">="}[op]
            return f"{self._numbers[name]} {sign} {quoting.number(value)}"
        return self._words.compared(name, op, value)

    def _same(self, test: Test) -> str:
        other, op = test.values
        read = self._words.text if test.cased else self._words.folded
        return self._words.same(read(test.field), read(other), Op(op))


def _several(part: Expression) -> bool:
    """Whether a test becomes a chain of OR."""
    return isinstance(part, Test) and len(part.values) > 1 and part.op not in (Op.EQUALS, Op.SAME_AS)


def _exact(value: str) -> str:
    """The number that a text is; a number is equal to nothing else."""
    number = number_of(value)
    if number is None or text_of(number) != value:
        raise UnsayableError(f"A number is compared with the text {value[:40]!r}.", what="numbers as text")
    return quoting.number(value)


def joined(word: str, parts: Sequence[str]) -> str:
    """A chain of one connector, in brackets by the hundred where it is long."""
    if len(parts) <= _MANY:
        return f" {word} ".join(parts)
    groups = ["(" + f" {word} ".join(parts[at : at + _GROUP]) + ")" for at in range(0, len(parts), _GROUP)]
    return (
        reduce(lambda one, other: f"{one} {word} {other}", groups)
        if len(groups) <= _MANY
        else joined(word, groups)
    )
