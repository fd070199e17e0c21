"""Patterns of SQL as text with wildcards."""

from __future__ import annotations

import re

from cybersecqwen.dialects.globs import ANY, ONE
from cybersecqwen.errors import UnsayableError


def of_like(pattern: str, escape: str | None) -> str:
    """Text with wildcards for a pattern of LIKE."""
    out, at = [], 0
    while at < len(pattern):
        c = pattern[at]
        if escape and c == escape and at + 1 < len(pattern):
            at += 1
            out.append(pattern[at])
        else:
            out.append(ANY if c == "%" else ONE if c == "_" else c)
        at += 1
    return "".join(out)


_GLOB = re.compile(r"\[([^\]\[!^])\]|\[(\[)\]|(\*)|(\?)|([^\[])", re.DOTALL)


def of_glob(pattern: str) -> str:
    """Text with wildcards for a pattern of GLOB; sets of several characters have no words."""
    out, at = [], 0
    while at < len(pattern):
        found = _GLOB.match(pattern, at)
        if found is None:
            raise UnsayableError("A pattern has a set of characters.", what="sets of characters")
        one, bracket, any_, single, plain = found.groups()
        out.append(ANY if any_ else ONE if single else one or bracket or plain)
        at = found.end()
    return "".join(out)
