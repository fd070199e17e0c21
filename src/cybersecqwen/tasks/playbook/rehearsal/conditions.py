"""Conditions evaluated with what was answered so far; None where that does not decide them.

The comparisons of STIX 2.1 patterns (https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html,
section 9) that a person's answers can decide: equal, larger, smaller, one of a set; with NOT, AND before
OR, and brackets. Everything else is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*+(?:
      (?P<text>'(?:[^'\\]++|\\.)*+'|"(?:[^"\\]++|\\.)*+")
    | (?P<compare>==|=|!=|<>|<=|>=|<|>)
    | (?P<sign>[(),\[\]])
    | (?P<word>[^\s'"()\[\],=<>!]++)
    )""",
    re.VERBOSE | re.DOTALL,
)
_LONGEST = 4_000
_DEEPEST = 30


class _Undecided(ValueError):
    """It cannot be told."""


def decided(condition: str, values: Mapping[str, str]) -> bool | None:
    """Whether a condition holds; None where a value is missing, or it is more than a comparison.

    Args:
        condition: As it stands in the step: "__approved__:value == 'yes'".
        values: Variables with their values.
    """
    if len(condition) > _LONGEST:
        return None
    try:
        reader = _Reader(_tokens(condition), values)
        result = reader.either()
    except _Undecided:
        return None
    return result if reader.at == len(reader.tokens) else None


def switched(expression: str, values: Mapping[str, str]) -> str | None:
    """The value that a switch looks at; None where it is not known."""
    return values.get(expression.strip().removesuffix(":value"))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        one = _TOKEN.match(text, at)
        if one is None:
            raise _Undecided
        kind = one.lastgroup or ""
        found.append(_Token(kind, one[kind]))
        at = one.end()
    return found


class _Reader:
    def __init__(self, tokens: list[_Token], values: Mapping[str, str]) -> None:
        self.tokens = tokens
        self.at = 0
        self._values = values
        self._depth = 0

    def either(self) -> bool:
        result = self._both()
        while self._word("OR"):
            other = self._both()  # read also where the result is known: the rest may be unreadable
            result = result or other
        return result

    def _both(self) -> bool:
        result = self._one()
        while self._word("AND"):
            other = self._one()
            result = result and other
        return result

    def _one(self) -> bool:
        if self._word("NOT"):
            return not self._bracketed()
        return self._bracketed()

    def _bracketed(self) -> bool:
        for opened, closed in (("(", ")"), ("[", "]")):
            if self._sign(opened):
                self._depth += 1
                if self._depth > _DEEPEST:
                    raise _Undecided
                result = self.either()
                self._depth -= 1
                if not self._sign(closed):
                    raise _Undecided
                return result
        return self._comparison()

    def _comparison(self) -> bool:
        left = self._value(variable=True)
        negated = self._word("NOT")
        if self._word("IN"):
            return (left in self._set()) != negated
        token = self._next()
        if token.kind != "compare" or (negated and token.text not in ("=", "==")):
            raise _Undecided
        result = _compared(left, token.text, self._value())
        return result != negated

    def _set(self) -> list[str]:
        if not self._sign("("):
            raise _Undecided
        found = [self._value()]
        while self._sign(","):
            found.append(self._value())
        if not self._sign(")"):
            raise _Undecided
        return found

    def _value(self, *, variable: bool = False) -> str:
        token = self._next()
        if token.kind == "text":
            if variable:
                raise _Undecided
            return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL)
        name = token.text.removesuffix(":value")
        if token.kind == "word" and name.startswith("__"):
            if name not in self._values:
                raise _Undecided
            return self._values[name]
        if token.kind != "word" or variable:
            raise _Undecided
        return token.text

    def _next(self) -> _Token:
        if self.at >= len(self.tokens):
            raise _Undecided
        self.at += 1
        return self.tokens[self.at - 1]

    def _word(self, word: str) -> bool:
        return self._take("word", word)

    def _sign(self, sign: str) -> bool:
        return self._take("sign", sign)

    def _take(self, kind: str, text: str) -> bool:
        if self.at < len(self.tokens):
            token = self.tokens[self.at]
            if token.kind == kind and token.text.upper() == text:
                self.at += 1
                return True
        return False


def _compared(left: str, sign: str, right: str) -> bool:
    if sign in ("=", "=="):
        return left == right
    if sign in ("!=", "<>"):
        return left != right
    one, other = _number(left), _number(right)
    if one is None or other is None:
        raise _Undecided
    return {"<": one < other, ">": one > other, "<=": one <= other, ">=": one >= other}[sign]


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if found == found else None  # NaN is larger and smaller than nothing
