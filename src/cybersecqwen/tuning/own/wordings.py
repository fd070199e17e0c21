"""How analysts ask for the value of a field: templates for what is known, and for any description."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from random import Random
from typing import Any

from cybersecqwen.tuning.corpora.names import account, digest, domain, host, program, word

_DATA: Mapping[str, Any] = tomllib.loads(
    files(__package__).joinpath("wordings.toml").read_text(encoding="utf-8")
)
_OPERATORS = ("equals", "contains", "startswith", "endswith")

Form = tuple[str, str]
"""Words with {v} for the value, in general ones {d} for the description; and the operator that they say."""


def _forms(table: Mapping[str, Any]) -> tuple[Form, ...]:
    return tuple((form, operator) for operator in _OPERATORS for form in table.get(operator, ()))


FORMS: Mapping[str, tuple[str, Sequence[Form]]] = {
    concept: (table["value"], _forms(table)) for concept, table in _DATA["concept"].items()
}
"""Concept of the lexicon to the kind of its values, and to forms."""
GENERAL = _forms(_DATA["general"])
"""Forms that the description of a text goes into."""
EXACT = tuple(form for form in GENERAL if form[1] == "equals")
"""Those for numbers, which have no parts."""
BOOLEAN = _forms(_DATA["boolean"])
"""Those for truth values."""
HEADS: Sequence[str] = _DATA["heads"]
"""What a question begins with."""
TAILS: Sequence[str] = _DATA["tails"]
"""What it ends in."""
SHORT: Mapping[str, str] = _DATA["short"]
"""Parts of names that are cut short, and what they stand for."""
_VALUES: Mapping[str, Sequence[str]] = _DATA["values"]


def _number(chance: Random) -> str:
    return str(chance.choice((chance.randint(1, 1024), chance.randint(1025, 65535))))


VALUES: Mapping[str, Callable[[Random], str]] = {
    "program": program,
    "account": account,
    "host": host,
    "domain": domain,
    "word": word,
    "number": _number,
    "address": lambda chance: f"{chance.choice(_VALUES['net'])}.{chance.randint(1, 254)}",
    "file": lambda chance: f"{word(chance)}{chance.choice(_VALUES['ending'])}",
    "switch": lambda chance: chance.choice(_VALUES["switch"]),
    "key": lambda chance: chance.choice(_VALUES["key"]),
    "action": lambda chance: chance.choice(_VALUES["action"]),
    "country": lambda chance: chance.choice(_VALUES["country"]),
    "bool": lambda chance: chance.choice(_VALUES["bool"]),
    "sha256": lambda chance: digest(chance, 64),
    "sha1": lambda chance: digest(chance, 40),
    "md5": lambda chance: digest(chance, 32),
}
"""Kind of a value to a made-up one: one word, with addresses and names that belong to nobody."""
