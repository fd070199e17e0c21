"""Evaluation of one record, as the specification reads and without any of the engine's tricks.

It explains hits (which values of which fields made a rule fire) and is what the tests hold the
batch engine (`batch.py`) against.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import re2

from .model import And, Expression, Not, Op, Or, Test
from .values import address_of, compared, number_of, part_of, texts_of

Get = Callable[[str], Any]
"""Gives the value of a field of the record, None where it has none; "" asks for its whole text."""


def matches(expression: Expression, get: Get) -> bool:
    """Whether the expression holds for a record."""
    if isinstance(expression, Test):
        return holds(expression, get(expression.field), get)
    if isinstance(expression, Not):
        return not matches(expression.inner, get)
    if isinstance(expression, And):
        return all(matches(part, get) for part in expression.parts)
    return any(matches(part, get) for part in expression.parts)


def holds(test: Test, value: Any, get: Get) -> bool:
    """Whether a test holds for a value of its field."""
    if test.op is Op.NULL:
        return value is None
    if test.op is Op.PRESENT:
        return value is not None
    if test.op is Op.SAME_AS:
        other, op = test.values
        return any(
            _compare(Op(op), _folded(text, test), _folded(with_, test))
            for text in texts_of(value)
            for with_ in texts_of(get(other))
        )
    return any(_one(test, text, wanted) for text in texts_of(value) for wanted in test.values)


def reasons(expression: Expression, get: Get) -> Iterator[tuple[str, str]]:
    """(field, text) of every test that made the expression hold; nothing from what is negated."""
    if isinstance(expression, Test):
        value = get(expression.field)
        if expression.op is Op.PRESENT and expression.field and value is not None:
            yield from ((expression.field, text) for text in texts_of(value)[:1])
        elif expression.values and holds(expression, value, get):
            # Of a whole text the line, which is the value, that has the keyword.
            for text in texts_of(value) if expression.field else str(value).split("\n"):
                if expression.op is Op.SAME_AS or any(
                    _one(expression, text, wanted) for wanted in expression.values
                ):
                    yield expression.field, text
                    break
    elif isinstance(expression, And | Or):
        for part in expression.parts:
            if matches(part, get):
                yield from reasons(part, get)


def _folded(text: str, test: Test) -> str:
    return text if test.cased else text.lower()


def _one(test: Test, text: str, wanted: str) -> bool:
    if test.part or test.op in (Op.LESS, Op.AT_MOST, Op.GREATER, Op.AT_LEAST):
        number = part_of(text, test.part) if test.part else number_of(text)
        bound = number_of(wanted)  # other languages compare with any text: none is less than that
        return number is not None and bound is not None and compared(test.op, number, bound)
    if test.op is Op.CIDR:
        address = address_of(text)
        return address is not None and address in _network(wanted)
    if test.op is Op.REGEX:
        return pattern(wanted).search(text) is not None
    if test.op is Op.GLOB:
        return pattern(wanted).fullmatch(_folded(text, test)) is not None
    return _compare(test.op, _folded(text, test), wanted)


def _compare(op: Op, text: str, wanted: str) -> bool:
    if op is Op.CONTAINS:
        return wanted in text
    if op is Op.STARTS:
        return text.startswith(wanted)
    if op is Op.ENDS:
        return text.endswith(wanted)
    return text == wanted


_SURROGATE = re.compile("[\ud800-\udfff]")
_REPEATED = re.compile(r"(\)?)\{[0-9]{0,6},?([0-9]{1,6})?\}")
_MOST_OPTIONAL, _NESTED = 30_000, 30
"""Optional parts of an expression that is compiled, a repetition counting as often as it may occur: the time
that RE2 takes grows with their square. What repetitions of a group count as, since others may be in it."""


def too_large(expression: str) -> bool:
    """Whether compiling an expression would take long."""
    optional = expression.count("?")
    if "{" in expression:
        for closed, most in _REPEATED.findall(expression):
            optional += min(int(most or 1), 1_000) * (_NESTED if closed else 1)
    return optional > _MOST_OPTIONAL


class Pattern:
    """A compiled expression that takes any text; RE2 wants UTF-8, so lone surrogates become U+FFFD."""

    def __init__(self, text: str) -> None:
        if too_large(text):
            raise re2.error("the expression has too many optional parts")
        options = re2.Options()
        options.log_errors = False
        self._compiled = re2.compile(_SURROGATE.sub("\ufffd", text), options)

    def search(self, text: str) -> Any:
        """Somewhere in the text."""
        try:
            return self._compiled.search(text)
        except UnicodeEncodeError:
            return self._compiled.search(_SURROGATE.sub("\ufffd", text))

    def fullmatch(self, text: str) -> Any:
        """The whole text."""
        try:
            return self._compiled.fullmatch(text)
        except UnicodeEncodeError:
            return self._compiled.fullmatch(_SURROGATE.sub("\ufffd", text))


@lru_cache(maxsize=10_000)
def pattern(text: str) -> Pattern:
    """The compiled expression, remembered."""
    return Pattern(text)


@lru_cache(maxsize=10_000)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text)
