"""The longest ASCII literal that stands in every text that an expression matches."""

from __future__ import annotations

import re
import warnings
from typing import Any

_PARSER: Any = getattr(re, "_parser", None)
"""The standard library's own reader of expressions (`sre_parse` before 3.11), used to read, not to match."""

_SHORTEST = 2


def required_literal(expression: str) -> str:
    """The literal in lower case, or "" where none of at least two characters can be told.

    Only what is certain counts: the parts of a sequence, groups and repetitions of at least one. What
    the standard library cannot read (RE2 has syntax of its own) has none.
    """
    if _PARSER is None:
        return ""
    try:
        with warnings.catch_warnings():
            # What it warns of, such as [[:alpha:]], means something else to RE2.
            warnings.simplefilter("error")
            parsed = _PARSER.parse(expression)
    except (re.error, RecursionError, OverflowError, ValueError, TypeError, Warning):
        return ""
    # Folding case, RE2 takes the long s for an s, which no text that is put in lower case has: with a flag
    # i anywhere, an s is not certain.
    unsure = "s" if re.search(r"\(\?[a-z]*i", expression) else ""
    best, run = _longest(parsed, unsure)
    literal = max((best, run), key=len)
    return literal if len(literal) >= _SHORTEST else ""


def _longest(items: Any, unsure: str) -> tuple[str, str]:
    """(longest finished run, run that reaches the end) of a sequence."""
    best, run = "", ""
    for op, argument in items:
        name = str(op)
        if name == "LITERAL" and argument < 128 and (c := chr(argument).lower()) != unsure:
            run += c
            continue
        if name == "SUBPATTERN":
            inner_best, inner_run = _longest(argument[3], unsure)
            # A group begins afresh: whether its run joins the one before it is not followed up.
            best = max((best, run, inner_best), key=len)
            run = inner_run
            if run:
                best, run = max((best, run), key=len), ""
            continue
        best, run = max((best, run), key=len), ""
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and argument[0] >= 1:
            inner_best, inner_run = _longest(argument[2], unsure)
            best = max((best, inner_best, inner_run), key=len)
    return best, run
