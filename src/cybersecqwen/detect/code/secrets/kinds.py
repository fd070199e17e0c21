"""The formats of `kinds.toml`, and which of them may stand in a text."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from re import Pattern
from typing import Any

import re2

from cybersecqwen.records import Severity

from .checks import CHECKS, Check


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A format of secrets."""

    id: str
    title: str
    words: tuple[str, ...]
    pattern: Pattern[bytes]
    check: Check | None
    near: Pattern[bytes] | None
    severity: Severity
    cwe: str
    gives: str
    revoke: str
    guessable: bool
    apart: bool
    """Letters and digits right beside it make it another thing."""


def compiled(pattern: str) -> Pattern[bytes]:
    """An expression over bytes that are a character each, so that offsets are those of the text."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    made: Pattern[bytes] = re2.compile(pattern.encode("ascii"), options)
    return made


def _text(name: str = "kinds.toml") -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def version() -> str:
    """A hash over the formats: what was found by others before is looked for anew."""
    return hashlib.sha256((_text() + _text("words.toml")).encode()).hexdigest()[:12]


@cache
def kinds() -> tuple[Kind, ...]:
    """All formats; of two that overlap the first is told."""
    return tuple(
        Kind(
            id=one["id"],
            title=one["title"],
            words=tuple(one["words"]),
            pattern=compiled(one["pattern"]),
            check=CHECKS[one["check"]] if "check" in one else None,
            near=compiled(one["near"]) if "near" in one else None,
            severity=Severity[one["severity"].upper()],
            cwe=f"CWE-{one.get('cwe', '798')}",
            gives=one["gives"],
            revoke=one["revoke"],
            guessable=one.get("guessable", False),
            apart=one.get("apart", True),
        )
        for one in tomllib.loads(_text())["kind"]
    )


@cache
def _words() -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    made = re2.Set.SearchSet(options)
    for kind in kinds():
        made.Add("|".join(map(re2.escape, kind.words)))
    made.Compile()
    return made


def kinds_in(data: bytes) -> list[Kind]:
    """The formats of which a word stands in a text."""
    found = kinds()
    return [found[number] for number in sorted(_words().Match(data) or ())]
