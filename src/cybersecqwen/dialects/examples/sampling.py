"""Texts that a regular expression matches, made from its tree and checked with RE2.

The tree is that of the standard library, which only reads the expression here; whether a text matches is
said by RE2 alone (syntax: https://github.com/google/re2/wiki/Syntax).
"""

from __future__ import annotations

import re
import string
import warnings
from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import Any

import re2

from cybersecqwen.detect.sigma.plain import pattern

_PARSER: Any = getattr(re, "_parser", None)
_LONGEST = 4_000
"""Characters of an expression, and of a text made from it."""
_DEEPEST = 60
_TRIES = 8
_ALPHABET = string.ascii_letters + string.digits + " _-./\\:=\"'@,;()[]{}<>|&%$#!?*+~^`"
_WORD = string.ascii_letters + string.digits + "_"
_CATEGORIES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_SPACE": " \t",
    "CATEGORY_WORD": _WORD,
    "CATEGORY_NOT_DIGIT": string.ascii_letters + " ._-",
    "CATEGORY_NOT_SPACE": _WORD,
    "CATEGORY_NOT_WORD": " -./\\:",
}
_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "word": r"\w",
    "space": r"\s",
    "upper": "A-Z",
    "lower": "a-z",
    "xdigit": "0-9A-Fa-f",
    "punct": "!-/:-@",
    "print": " -~",
    "graph": "!-~",
    "blank": " \t",
    "cntrl": r"\x01-\x1f",
    "ascii": r"\x01-\x7f",
}


class _TooMuch(Exception):
    """The expression asks for more text, or nests deeper, than is made."""


def samples(expression: str, rng: Random, *, most: int = 1, fillers: Sequence[str] = ()) -> list[str]:
    """Up to `most` different texts in which the expression is found, by RE2.

    `fillers` are put, where there is room, in place of what may be anything. None are given for an
    expression that cannot be read, or for which no text was hit upon.
    """
    tree = _tree(expression)
    if tree is None or not takes(expression):
        return []
    matched, found = pattern(expression), dict[str, None]()
    for _ in range(_TRIES + most):
        try:
            text = _Writer(rng, list(fillers)).text(tree)
        except (_TooMuch, RecursionError):
            continue
        if matched.search(text) is not None:
            found[text] = None
        if len(found) >= most:
            break
    return list(found)


def takes(expression: str) -> bool:
    """Whether RE2 takes an expression."""
    try:
        pattern(expression)
    except re2.error:
        return False
    return True


@lru_cache(maxsize=1_000)
def _tree(expression: str) -> Any:
    """The parsed expression; None for what the standard library does not read."""
    if _PARSER is None or len(expression) > _LONGEST:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _PARSER.parse(_in_python(expression))
    except (re.error, RecursionError, OverflowError, ValueError, TypeError):
        return None


def _in_python(expression: str) -> str:
    r"""RE2's own syntax in the words of the standard library, near enough for a text to be tried.

    Flags are left out: they stand at any place, and a text in the case that is written satisfies them.
    """
    text = re.sub(r"\[:(\w{1,10}):\]", lambda found: _CLASSES.get(found[1], found[0]), expression)
    text = re.sub(r"\(\?[imsU]{1,4}(?:-[imsU]{1,4})?\)", "", text)
    text = re.sub(r"\(\?[imsU]{0,4}(?:-[imsU]{1,4})?:", "(?:", text)
    text = re.sub(r"\\x\{([0-9A-Fa-f]{1,8})\}", lambda found: rf"\U{int(found[1], 16):08x}", text)
    text = re.sub(r"\\p(?:\{\w{1,20}\}|\w)", "a", text)
    text = re.sub(r"\\Q(.*?)\\E", lambda found: re.escape(found[1]), text, flags=re.DOTALL)
    return text.replace(r"\z", r"\Z").replace("(?<", "(?P<")


class _Writer:
    """Writes one text."""

    def __init__(self, rng: Random, fillers: list[str]) -> None:
        self._rng = rng
        self._fillers = fillers
        self._left = _LONGEST

    def text(self, items: Any, depth: int = 0) -> str:
        """A text for a sequence of parts."""
        if depth > _DEEPEST:
            raise _TooMuch
        out = []
        for op, argument in items:
            write = _WRITERS.get(str(op))
            if write is not None:
                made = write(self, argument, depth)
                self._left -= len(made)
                if self._left < 0:
                    raise _TooMuch
                out.append(made)
        return "".join(out)

    def literal(self, code: int, _depth: int) -> str:
        return chr(code)

    def other(self, code: int, _depth: int) -> str:
        return self._rng.choice([c for c in _ALPHABET if ord(c) != code])

    def anything(self, _argument: Any, _depth: int) -> str:
        return self._rng.choice(_WORD)

    def member(self, items: Any, _depth: int) -> str:
        """A character of a class; what stands at its beginning may say that it is none of them."""
        negated = str(items[0][0]) == "NEGATE"
        members = "".join(map(_members, items))
        chosen = [c for c in _ALPHABET if c not in set(members)] if negated else members
        return self._rng.choice(chosen) if chosen else "é"

    def branch(self, argument: Any, depth: int) -> str:
        return self.text(self._rng.choice(argument[1]), depth + 1)

    def group(self, argument: Any, depth: int) -> str:
        return self.text(argument[-1], depth + 1)

    def repeat(self, argument: Any, depth: int) -> str:
        least, most, inner = int(argument[0]), int(argument[1]), argument[2]
        if self._fillers and most > 1_000 and len(inner) == 1 and str(inner[0][0]) == "ANY":
            return self._fillers.pop(0)
        if least > self._left:
            raise _TooMuch
        times = least + self._rng.randint(0, min(3, max(0, most - least)))
        return "".join(self.text(inner, depth + 1) for _ in range(times))


def _members(item: Any) -> str:
    op, argument = str(item[0]), item[1]
    if op == "LITERAL":
        return chr(argument)
    if op == "RANGE":
        first, last = argument
        return "".join(map(chr, range(first, min(last, first + 127) + 1)))
    return _CATEGORIES.get(str(argument), "") if op == "CATEGORY" else ""


_WRITERS: dict[str, Callable[[_Writer, Any, int], str]] = {
    "LITERAL": _Writer.literal,
    "NOT_LITERAL": _Writer.other,
    "ANY": _Writer.anything,
    "IN": _Writer.member,
    "BRANCH": _Writer.branch,
    "SUBPATTERN": _Writer.group,
    "ATOMIC_GROUP": lambda writer, argument, depth: writer.text(argument, depth + 1),
    "MAX_REPEAT": _Writer.repeat,
    "MIN_REPEAT": _Writer.repeat,
    "POSSESSIVE_REPEAT": _Writer.repeat,
}
"""Anchors write nothing: whether the text stands right is seen when it is tried."""
