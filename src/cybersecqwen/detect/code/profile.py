"""What the grammars call the parts of a program; the data stands in `profiles.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """Kinds of nodes of one language, by the part they play."""

    grammar: str
    """What ast-grep calls the language."""
    calls: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    assignments: frozenset[str] = frozenset()
    strings: frozenset[str] = frozenset()
    literals: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()
    """Expressions with two sides and a sign between them."""
    join_signs: frozenset[str] = frozenset()
    """The signs that put texts together."""
    holes: frozenset[str] = frozenset()
    """What stands in a text for a value."""
    wrappers: frozenset[str] = frozenset()
    """What has the value of the one thing in it."""
    choices: frozenset[str] = frozenset()
    """What has the value of one of several things in it."""
    names: frozenset[str] = frozenset()
    declarations: frozenset[str] = frozenset()
    """What gives a name a type."""
    keywords: frozenset[str] = frozenset()
    """Arguments with a name."""
    capitals: frozenset[str] = frozenset()
    """Names, alone or behind others, that are constants of other files where they are in capitals."""
    statements: frozenset[str] = frozenset()
    """What does the work of a call without looking like one; the word that it begins with is its name."""
    comments: frozenset[str] = frozenset()
    formatters: frozenset[str] = frozenset()
    """Functions and methods that give a text made of their arguments."""


@cache
def profiles() -> dict[str, Profile]:
    """All, by language."""
    read: dict[str, dict[str, Any]] = tomllib.loads(
        files(__package__).joinpath("profiles.toml").read_text(encoding="utf-8")
    )
    made = {}
    for name, given in read.items():
        whole = {**read.get(given.get("like", ""), {}), **given}
        whole.pop("like", None)
        unknown = set(whole) - {one.name for one in fields(Profile)}
        assert not unknown, f"profiles.toml: {name} has {unknown}"
        made[name] = Profile(
            grammar=whole.pop("grammar"), **{part: frozenset(kinds) for part, kinds in whole.items()}
        )
    return made
