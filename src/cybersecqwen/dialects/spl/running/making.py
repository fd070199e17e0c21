"""How functions of `eval` are made: from the getters of their arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from cybersecqwen.detect.sigma.plain import Pattern
from cybersecqwen.detect.sigma.plain import pattern as remembered
from cybersecqwen.dialects.spl.tree import Call, Text
from cybersecqwen.errors import UnsayableError

from .fields import Get


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What an expression may know besides the row."""

    now: float
    """Seconds since 1970 UTC that now() gives."""
    time_field: str = ""
    """Field that holds the time of a record, where it is not `_time`."""


Every = Callable[[str], Iterator[Any]]
"""All places in a text, as matches."""

Make = Callable[[list[Get], Asking, Call], Get]


def of_values(function: Callable[..., Any], least: int = 1, most: int = 1) -> Make:
    """A function of the values of its arguments; null where the first is null."""

    def make(args: list[Get], asking: Asking, call: Call) -> Get:
        if not least <= len(args) <= most:
            raise ValueError
        if len(args) == 1:
            only = args[0]

            def one(row: Any) -> Any:
                value = only(row)
                return None if value is None else function(value)

            return one

        def several(row: Any) -> Any:
            values = [arg(row) for arg in args]
            return None if values[0] is None else function(*values)

        return several

    return make


def pattern(text: str) -> Pattern:
    """A regular expression, compiled. Raises UnsayableError for one that is not of linear time."""
    try:
        return remembered(_named(text))
    except re2.error as error:
        raise UnsayableError(
            f"The expression {text[:60]!r} is not one of linear time, and is not run here.",
            what="regular expressions",
        ) from error


_SURROGATE = re.compile("[\ud800-\udfff]")


def _named(text: str) -> str:
    """Named groups as RE2 knew them first; a lone surrogate, which RE2 cannot take, as what it shows."""
    return (
        _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
        .replace("(?<", "(?P<")
        .replace("(?P<=", "(?<=")
        .replace("(?P<!", "(?<!")
    )


@lru_cache(maxsize=1_000)
def every(text: str) -> Every:
    """Every place where a regular expression is found. Raises UnsayableError as `pattern` does."""
    pattern(text)
    options = re2.Options()
    options.log_errors = False
    compiled = re2.compile(_named(text), options)
    return lambda value: compiled.finditer(value.encode("utf-8", "replace").decode())


def matching(args: list[Get], call: Call, place: int = 1) -> Callable[[Any], Pattern | None]:
    """The expression that an argument holds: compiled at once where it is written as text."""
    given = call.args[place]
    if isinstance(given, Text):
        fixed = pattern(given.value)
        return lambda _row: fixed

    def found(row: Any) -> Pattern | None:
        value = args[place](row)
        return pattern(value) if isinstance(value, str) else None

    return found
