"""Dependency specifiers of Python: `name[extra] >=1,<2 ; marker` or `name @ address`.

Own reader of what PEP 508 and PEP 440 allow, because only the name and the range are of interest:
https://packaging.python.org/en/latest/specifications/dependency-specifiers/.
"""

from __future__ import annotations

import re
from typing import NamedTuple

CHARS = 20_000
"""Longest specifier that is read, markers included."""

_NAME = re.compile(r"\s*+([A-Za-z0-9][A-Za-z0-9._-]*+)\s*+(?:\[([^\[\]]*+)\])?\s*+")
_CLAUSE = re.compile(r"\s*+(===|~=|==|!=|<=|>=|<|>)\s*+([A-Za-z0-9_.*+!-]++)\s*+")
_WORDS = re.compile(r"[-_.]")
_DEV_GROUPS = (
    "ci check checks cov coverage dev develop development devel doc docs documentation fmt "
    "format lint linting lints linters mypy nox precommit profile test testing tests tox type "
    "types typecheck typing"
)
_DEV = frozenset(_DEV_GROUPS.split())


class Specifier(NamedTuple):
    """One dependency specifier."""

    name: str
    wanted: str
    """The range, clauses joined by commas; "" for any version."""
    version: str
    """Where the range is one exact version: that one."""
    address: str
    """Behind the @: where the package comes from instead of an index; "" for most."""


def specifier(text: str) -> Specifier | None:
    """What a dependency specifier says; None where it is none."""
    if len(text) > CHARS:
        return None
    head = _NAME.match(text)
    if head is None:
        return None
    rest = text[head.end() :]
    if rest.startswith("@"):
        address = rest[1:].strip().partition(" ")[0]
        return Specifier(head[1], "", "", address) if address else None
    clauses, marker, _ = rest.partition(";")
    del marker
    clauses = clauses.strip()
    if clauses.startswith("(") and clauses.endswith(")"):
        clauses = clauses[1:-1]
    found = ranges(clauses)
    return None if found is None else Specifier(head[1], found, exact_of(found), "")


def ranges(clauses: str) -> str | None:
    """Version clauses as PEP 440 has them, without spaces; None where they are none or too long."""
    if len(clauses) > CHARS:
        return None
    parts: list[str] = []
    for clause in clauses.split(",") if clauses.strip() else ():
        if not clause.strip() and parts:  # a comma at the end is allowed
            continue
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            return None
        parts.append(match[1] + match[2])
    return ",".join(parts)


def exact_of(wanted: str) -> str:
    """The version of a range that only one fits; "" for all others."""
    if "," in wanted or not wanted.startswith("==") or "*" in wanted:
        return ""
    return wanted.lstrip("=")


def for_developing(group: str) -> bool:
    """Whether the name of a group, an extra or a file says that it is only for developing."""
    return not _DEV.isdisjoint(_WORDS.split(group.lower()[:200]))
