"""What strangers can send and what makes it harmless, by language; the data stands in `model.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from re import Pattern
from typing import Any

import re2

KINDS: Mapping[str, str] = {
    "CWE-78": "command",
    "CWE-77": "command",
    "CWE-88": "command",
    "CWE-89": "sql",
    "CWE-943": "sql",
    "CWE-79": "html",
    "CWE-80": "html",
    "CWE-22": "path",
    "CWE-73": "path",
    "CWE-98": "path",
    "CWE-918": "url",
    "CWE-601": "redirect",
    "CWE-94": "code",
    "CWE-95": "code",
    "CWE-502": "object",
    "CWE-90": "ldap",
    "CWE-643": "xpath",
    "CWE-117": "log",
    "CWE-1333": "regex",
    "CWE-1336": "template",
    "CWE-113": "header",
    "CWE-470": "code",
}
"""Weakness → the kind of harm that a value from outside can do there."""


SURE = "sure"
"""In the place of a kind of harm: conditions that let members of a list and numbers on, nothing else."""


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What conditions of one language tell of a value; patterns by kind of harm, NAME for its name."""

    tells: Mapping[str, tuple[str, ...]]
    """Where such a condition holds, the value is a known one."""
    against: Mapping[str, tuple[str, ...]]
    """Where it does not hold."""
    either: Mapping[str, tuple[str, ...]]
    """One of both, and the pattern does not say which."""
    leaves: frozenset[str]
    """Functions that never come back."""
    strangers: Pattern[str] | None
    """What comes in with a request: to stand in a list of theirs lets any value on."""

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of harm that have patterns of their own."""
        return frozenset((SURE, *self.tells, *self.against, *self.either))

    def of(self, kind: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """(tells, against, either) for a kind of harm, or what is `SURE` of any."""
        kinds = (SURE,) if kind == SURE else (SURE, "any", kind)
        made = [
            tuple(pattern for one in kinds for pattern in some.get(one, ()))
            for some in (self.tells, self.against, self.either)
        ]
        return made[0], made[1], made[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """What is known of one language; without sources values are not followed in it."""

    sources: Mapping[str, str]
    """Dotted name → what a reader is told."""
    called: Mapping[str, str]
    entries: Pattern[str] | None
    entry_numbers: tuple[str, ...]
    """Patterns for the place of a parameter in an address that takes numbers alone, NAME for its name."""
    local: frozenset[str]
    """Sources that belong to whoever runs the program."""
    local_kinds: frozenset[str]
    carriers: frozenset[str]
    harmless: frozenset[str]
    harmless_for: Mapping[str, frozenset[str]]
    types: frozenset[str]
    """Types whose values can do no harm: numbers, dates, UUIDs."""
    verbs: frozenset[str]
    """Letters of formats for numbers alone."""
    checks: Checks

    def may_come_in(self, text: str) -> bool:
        """Whether a file may have a source: one that is named there has every part of its name there."""
        names = (*self.sources, *self.called)
        if any(all(part in text for part in reversed(name.split("."))) for name in names):
            return True
        return self.entries is not None and self.entries.search(text) is not None

    def ends(self, name: str, kind: str) -> bool:
        """Whether a function or method of this name leaves nothing of a kind of harm."""
        last = name.rsplit(".", 1)[-1]
        some = self.harmless | self.harmless_for.get(kind, frozenset())
        return name in some or last in some

    def carries(self, name: str) -> bool:
        """Whether a function gives on what it is given: what ends one kind of harm gives on all others."""
        last = name.rsplit(".", 1)[-1]
        return name in self.carriers or any(
            name in some or last in some for some in self.harmless_for.values()
        )


@cache
def model_of(language: str) -> Model | None:
    """The model of a language, None where nothing is known of it."""
    read: dict[str, dict[str, Any]] = tomllib.loads(
        files(__package__).joinpath("model.toml").read_text(encoding="utf-8")
    )
    given = read.get({"typescript": "javascript", "tsx": "javascript"}.get(language, language))
    if given is None:
        return None
    entries = given.get("entries")
    return Model(
        sources=given.get("sources", {}),
        called=given.get("called", {}),
        entries=re2.compile(entries) if entries else None,
        entry_numbers=tuple(given.get("entry_numbers", ())),
        local=frozenset(given.get("local", ())),
        local_kinds=frozenset(given.get("local_kinds", ())),
        carriers=frozenset(given.get("carriers", ())),
        harmless=frozenset(given["harmless"]),
        harmless_for={kind: frozenset(names) for kind, names in given.get("harmless_for", {}).items()},
        types=frozenset(given.get("types", ())),
        verbs=frozenset(given.get("verbs", "")),
        checks=_checks(given),
    )


def _checks(given: Mapping[str, Any]) -> Checks:
    def patterns(name: str) -> Mapping[str, tuple[str, ...]]:
        return {kind: tuple(some) for kind, some in given.get(name, {}).items()}

    return Checks(
        tells=patterns("guards"),
        against=patterns("guards_against"),
        either=patterns("guards_either"),
        leaves=frozenset(given.get("leaves", ())),
        strangers=_strangers(given),
    )


def _strangers(given: Mapping[str, Any]) -> Pattern[str] | None:
    """Names of sources as a whole; a pattern of its own in languages in which values are not followed."""
    names = "|".join(map(re.escape, given.get("sources", ())))
    written = rf"(?:\A|[^\w$])(?:{names})(?:[^\w$]|\z)" if names else given.get("strangers", "")
    return re2.compile(written) if written else None
