"""The verbs of `verbs.toml`: how sentences put them, and between which ends STIX 2.1 allows them."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple


class Allowed(NamedTuple):
    """A relationship type that the specification lists between two ends."""

    verb: str
    turned: bool
    """Whether source and target change places."""
    section: str
    """Of the specification."""


class Lexicon(NamedTuple):
    """Verb forms in lower case to the relationship types that they state."""

    active: dict[str, str]
    passive: dict[str, str]
    nouns: dict[str, str]

    def alternatives(self, part: str) -> str:
        """A pattern for any form, the longest first."""
        forms = sorted(getattr(self, part), key=len, reverse=True)
        return "|".join(re.escape(form).replace(r"\ ", r"\s") for form in forms)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """All forms; "exploited" is one of `exploits` only, the first verb that has a form keeps it."""
    found = Lexicon({}, {}, {})
    for verb, forms in _data()["verbs"].items():
        for part in Lexicon._fields:
            for form in forms[part]:
                getattr(found, part).setdefault(form, verb)
    return found


@lru_cache(maxsize=4096)
def allowed(source: str, said: str, target: str) -> Allowed | None:
    """The relationship type for what a sentence says between two ends; None where STIX 2.1 has none.

    Args:
        source: Type of STIX of what does it, or "address" for a host name, IP address or URL.
        said: Verb of the lexicon.
        target: Type of STIX of what it is done to, or "address", "file".
    """
    turned = False
    for row in _data()["instead"]:
        if row["said"] == said and source in row["source"] and target in row["target"]:
            said, turned = row["verb"], row.get("turned", False)
            break
    if turned:
        source, target = target, source
    for row in _data()["allowed"]:
        if row["verb"] == said and source in row["source"] and target in row["target"]:
            return Allowed(said, turned, row["section"])
    return None


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("verbs.toml").read_text("utf-8"))
