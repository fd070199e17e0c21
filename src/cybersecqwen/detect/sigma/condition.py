"""The condition of a rule: names, counts of names, and, or, not, parentheses.

Grammar (specification 2.0, "Condition"), with the usual binding: not before and before or.

    either   = both ("or" both)*
    both     = one ("and" one)*
    one      = "not" one | "(" either ")" | ("1" | "any" | "all" | N) "of" (NAME-PATTERN | "them") | NAME
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations

from cybersecqwen.errors import RuleError

from .model import And, Expression, Not, Or

_WORD = re.compile(r"\s*(?:([()|])|([^\s()|]+))")
_MOST_WORDS = 2_000
_DEEPEST = 100
_MOST_CHOICES = 2_000  # expressions that "N of" may become
_MOST_PARTS = 200_000


class Budget:
    """How large the conditions of one rule may still become: each mention of a name draws on it."""

    def __init__(self) -> None:
        self._left = _MOST_PARTS

    def spend(self, parts: int) -> None:
        """Raises RuleError where nothing is left."""
        self._left -= parts
        if self._left < 0:
            raise RuleError("The condition stands for more than can be evaluated.")


def parse_condition(text: str, selections: Mapping[str, Expression], budget: Budget) -> Expression:
    """The condition over the named selections; raises RuleError for what cannot be read."""
    return _Reader(text, selections, budget).whole()


class _Reader:
    def __init__(self, text: str, selections: Mapping[str, Expression], budget: Budget) -> None:
        budget.spend(1 + len(text) // 100)
        found = _WORD.findall(text)
        self._words = [mark or word for mark, word in found]
        self._selections = selections
        self._at = 0
        self._budget = budget
        if len(self._words) > _MOST_WORDS:
            raise RuleError(f"The condition has more than {_MOST_WORDS:,} words.")

    def whole(self) -> Expression:
        if not self._words:
            raise RuleError("The condition is empty.")
        if "|" in self._words:
            raise RuleError(
                "The condition counts behind a bar, which the specification has dropped.",
                hint="Write the count as a correlation rule.",
            )
        found = self._either(0)
        if self._at < len(self._words):
            raise RuleError(f"The condition cannot be read at {self._words[self._at]!r}.")
        return found

    def _peek(self) -> str:
        return self._words[self._at] if self._at < len(self._words) else ""

    def _either(self, depth: int) -> Expression:
        parts = [self._both(depth)]
        while self._peek().lower() == "or":
            self._at += 1
            parts.append(self._both(depth))
        return any_of(parts)

    def _both(self, depth: int) -> Expression:
        parts = [self._one(depth)]
        while self._peek().lower() == "and":
            self._at += 1
            parts.append(self._one(depth))
        return all_of(parts)

    def _one(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise RuleError(f"The condition nests deeper than {_DEEPEST} levels.")
        word = self._peek()
        self._at += 1
        if not word or word.lower() in ("and", "or", ")"):
            raise RuleError(f"The condition ends where a name is due, at {word or 'its end'!r}.")
        if word.lower() == "not":
            return Not(self._one(depth + 1))
        if word == "(":
            inner = self._either(depth + 1)
            if self._peek() != ")":
                raise RuleError("The condition has a parenthesis that is not closed.")
            self._at += 1
            return inner
        if self._peek().lower() == "of":
            self._at += 1
            pattern = self._peek()
            self._at += 1
            return self._of(word.lower(), pattern)
        if word not in self._selections:
            raise RuleError(f"The condition names {word!r}, which the detection does not have.")
        return self._named(word)

    def _named(self, name: str) -> Expression:
        found = self._selections[name]
        self._budget.spend(_size(found))
        return found

    def _of(self, count: str, pattern: str) -> Expression:
        if pattern.lower() == "them":
            pattern = "*"
        # Names that begin with an underscore are meant only by patterns that do so as well.
        hidden = pattern.startswith("_")
        names = [n for n in self._selections if _fits(n, pattern) and (hidden or not n.startswith("_"))]
        if not names:
            raise RuleError(f"The condition asks for {pattern!r}, which no part of the detection is called.")
        chosen = [self._named(name) for name in names]
        if count in ("1", "any"):
            return any_of(chosen)
        if count == "all":
            return all_of(chosen)
        if not (count.isascii() and count.isdigit()) or not 0 < int(count[:4]) <= len(chosen):
            raise RuleError(f"The condition asks for {count!r} of {len(chosen)} parts.")
        return any_of(self._choices(chosen, int(count)))

    def _choices(self, chosen: list[Expression], count: int) -> list[Expression]:
        sets: list[Expression] = []
        for some in combinations(chosen, count):
            self._budget.spend(sum(map(_size, some)))
            sets.append(all_of(list(some)))
            if len(sets) > _MOST_CHOICES:
                raise RuleError(f"The condition stands for more than {_MOST_CHOICES:,} combinations.")
        return sets


def _size(expression: Expression) -> int:
    """Parts that joining the expression with others may copy."""
    return 1 + (len(expression.parts) if isinstance(expression, And | Or) else 0)


def _fits(name: str, pattern: str) -> bool:
    """Whether a name fits a pattern with `*`; linear, because pieces are looked for in order."""
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    last = rest.pop()
    if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
        return False
    at, end = len(first), len(name) - len(last)
    for piece in rest:
        found = name.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def all_of(parts: list[Expression]) -> Expression:
    """True where all are; one part stands for itself, nested ones are drawn in."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(parts: list[Expression]) -> Expression:
    """True where any is; one part stands for itself, nested ones are drawn in."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))
