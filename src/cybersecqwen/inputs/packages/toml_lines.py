"""Lock files in TOML as the package managers write them, read line by line.

They write one layout: `[[package]]` headers, one key a line at its start, arrays over several lines. Reading
that layout takes less time than a whole TOML parser, tells the line of everything and goes on behind
damage. What is TOML but not in that layout is reported, not passed over in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_HEADER = re.compile(r"(\[{1,2})\s*+([A-Za-z0-9_.\"'@/ -]{1,400}?)(\]{1,2})\s*+(?:#.*)?")
_KEY = re.compile(r"(?:\"([^\"\\]{1,400})\"|'([^']{1,400})'|([A-Za-z0-9_-]{1,400}))\s*+=\s*+(.*)")
# A string that does not end is one up to the end: else each quote in it would begin a search of its own.
_STRING = re.compile(r"\"((?:[^\"\\]++|\\.)*+)(\"?)|'([^']*+)('?)", re.DOTALL)
_LONG = ('"""', "'''")
VALUE_CHARS = 1 << 20
"""Characters kept of one value."""


@dataclass(slots=True)
class Table:
    """One table with its keys as they are written."""

    header: str
    """`package`, `package.source`; "" for what stands before the first header."""
    line: int
    values: dict[str, str] = field(default_factory=dict)
    """Raw values; arrays with their lines joined by a space. Only of the keys that were asked for, all
    where none were."""
    lines: dict[str, int] = field(default_factory=dict)
    """The line of each key."""
    broken: list[int] = field(default_factory=list)
    """Lines in it that are not as a package manager writes them."""

    def string(self, key: str) -> str:
        """The value of a key that is a string, escapes as they are written; "" where it is none."""
        match = _STRING.match(self.values.get(key, ""))
        return "" if match is None else _ended(match)

    def strings(self, key: str) -> list[str]:
        """All strings in the value of a key that are not empty, in order."""
        return [text for match in _STRING.finditer(self.values.get(key, "")) if (text := _ended(match))]


def _ended(match: re.Match[str]) -> str:
    """What stands in a string; "" where it does not end."""
    if match[2]:
        return match[1]
    return match[3] if match[4] else ""


def tables(lines: list[str], wanted: frozenset[str] = frozenset()) -> Iterator[Table]:
    """The tables of the file, in order, those without keys included."""
    table, at, last = Table("", 1), 0, len(lines)
    while at < last:
        line = lines[at]
        at += 1
        if not line or line[0] == "#" or not line.strip():
            continue
        if line[0] == "[" and (match := _HEADER.fullmatch(line)) and len(match[1]) == len(match[3]):
            yield table
            table = Table(match[2].replace(" ", "").replace('"', "").replace("'", ""), at)
            continue
        key = _KEY.fullmatch(line)
        if key is None:
            table.broken.append(at)
            continue
        name = key[1] or key[2] or key[3]
        keep = not wanted or name in wanted
        start = at
        value, at = _value(lines, key[4], at, keep)
        if keep:
            table.values[name] = value
            table.lines[name] = start
    yield table


def _value(lines: list[str], first: str, at: int, keep: bool) -> tuple[str, int]:
    """(the whole value, index of the line behind it)."""
    if first.startswith(_LONG):
        quote = first[:3]
        if quote in first[3:]:
            return first, at
        while at < len(lines):
            at += 1
            if quote in lines[at - 1]:
                break
        return "", at
    opening = _unquoted(first)
    depth = opening.count("[") - opening.count("]")
    if depth <= 0:
        return first, at
    parts, size = [first], len(first)
    while at < len(lines) and depth > 0:
        line = lines[at]
        if line and line[0] == "[" and _HEADER.fullmatch(line):
            break  # the array was never closed: the next table is not part of it
        at += 1
        if "[" in line or "]" in line:
            bare = _unquoted(line)
            depth += bare.count("[") - bare.count("]")
        size += len(line)
        if keep and size <= VALUE_CHARS:
            parts.append(line)
    return " ".join(parts), at


def _unquoted(text: str) -> str:
    return _STRING.sub("", text) if '"' in text or "'" in text else text
