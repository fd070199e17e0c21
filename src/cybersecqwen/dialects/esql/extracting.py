"""DISSECT and GROK: which columns they make of a text, and with what values.

https://www.elastic.co/docs/reference/query-languages/esql/esql-process-data-with-dissect-grok
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import re2

from cybersecqwen.detect.sigma.plain import Pattern
from cybersecqwen.dialects.elastic.evaluation import unsayable

_KEY = re.compile(r"%\{([+?*&]?)([^}]{0,200}?)(?:/\d+)?(->)?\}")
_GROK = re.compile(r"%\{([A-Z0-9_]{1,60})(?::([^:}]{1,200}))?(?::(int|long|float|double|boolean))?\}")
_NAMED = re.compile(r"\(\?<([^>]{1,200})>")
_PIECES = {
    "WORD": r"\b\w+\b",
    "NOTSPACE": r"\S+",
    "SPACE": r"\s*",
    "DATA": r".*?",
    "GREEDYDATA": r".*",
    "INT": r"[+-]?[0-9]+",
    "POSINT": r"[1-9][0-9]*",
    "NUMBER": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "IP": r"(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)",
    "IPV4": r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}",
    "HOSTNAME": r"\b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*\.?\b",
    "USER": r"[a-zA-Z0-9._-]+",
    "USERNAME": r"[a-zA-Z0-9._-]+",
    "QUOTEDSTRING": r"\"(?:[^\"\\]|\\.)*\"",
    "TIMESTAMP_ISO8601": r"\d{4}-\d\d-\d\d[T ]\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?",
}
"""The usual patterns of grok by their names, in RE2's words, as their meaning is described by
https://www.elastic.co/docs/reference/enrich-processor/grok-processor."""
_MOST_KEYS = 200

Extract = Callable[[str], Mapping[str, str | float | int] | None]
"""Gives the columns of a text; None where it does not match."""


def dissect_keys(pattern: str) -> list[str]:
    """The columns that a pattern of DISSECT makes."""
    return list(dict.fromkeys(name for sign, name, _ in _KEY.findall(pattern) if name and sign in ("", "+")))


def grok_keys(pattern: str) -> list[str]:
    """The columns that a pattern of GROK makes."""
    found = [name for _, name, _ in _GROK.findall(pattern) if name]
    return list(dict.fromkeys([*found, *_NAMED.findall(pattern)]))


@dataclass(frozen=True, slots=True)
class _Piece:
    sign: str
    name: str
    padded: bool
    behind: str
    """What stands between this key and the next."""


def dissect(pattern: str, separator: str | None) -> Extract:
    """What cuts a text as a pattern of DISSECT says. Raises UnsayableError for what cannot be run here."""
    keys = list(_KEY.finditer(pattern))
    if not keys or len(keys) > _MOST_KEYS:
        raise unsayable("such a pattern of DISSECT")
    if any(one[1] in ("*", "&") for one in keys):
        raise unsayable("names of columns that come from the text")
    before = pattern[: keys[0].start()]
    ends = [*(one.start() for one in keys[1:]), len(pattern)]
    pieces = [
        _Piece(one[1], one[2], bool(one[3]), pattern[one.end() : end])
        for one, end in zip(keys, ends, strict=True)
    ]
    return lambda text: _cut(text, before, pieces, separator or "")


def _cut(text: str, before: str, pieces: list[_Piece], separator: str) -> Mapping[str, str] | None:
    if not text.startswith(before):
        return None
    at = len(before)
    out: dict[str, str] = {}
    for piece in pieces:
        end = text.find(piece.behind, at) if piece.behind else len(text)
        if end < 0:
            return None
        value, at = text[at:end], end + len(piece.behind)
        while piece.padded and piece.behind and text.startswith(piece.behind, at):
            at += len(piece.behind)
        if piece.name and piece.sign != "?":
            joined = piece.sign == "+" and piece.name in out
            out[piece.name] = out[piece.name] + separator + value if joined else value
    return out


def grok(pattern: str) -> Extract:
    """What takes columns from a text by a pattern of GROK. Raises UnsayableError for what cannot be run."""
    names: list[tuple[str, str]] = []

    def piece(found: re.Match[str]) -> str:
        known = _PIECES.get(found[1])
        if known is None:
            raise unsayable(f"the grok pattern {found[1]}")
        if not found[2]:
            return f"(?:{known})"
        names.append((found[2], found[3] or ""))
        return f"(?P<k{len(names)}>{known})"

    source = _GROK.sub(piece, pattern)

    def own(found: re.Match[str]) -> str:
        names.append((found[1], ""))
        return f"(?P<k{len(names)}>"

    source = _NAMED.sub(own, source)
    if not names or len(names) > _MOST_KEYS:
        raise unsayable("such a pattern of GROK")
    try:
        compiled = Pattern(source)
    except re2.error:
        raise unsayable("such a pattern of GROK") from None
    return lambda text: _taken(compiled, names, text)


def _taken(compiled: Pattern, names: list[tuple[str, str]], text: str) -> Mapping[str, str | float] | None:
    found = compiled.search(text)
    if found is None:
        return None
    out: dict[str, str | float] = {}
    for number, (name, kind) in enumerate(names, 1):
        value = found.group(f"k{number}")
        if value is not None:
            out[name] = _typed(value, kind)
    return out


def _typed(value: str, kind: str) -> str | float:
    try:
        if kind in ("int", "long"):
            return int(value) if len(value) < 20 else value
        return float(value) if kind in ("float", "double") else value
    except ValueError:
        return value
