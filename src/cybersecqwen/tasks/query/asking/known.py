"""Which fields the records of a logsource have, and the asker's own."""

from __future__ import annotations

from functools import lru_cache

from cybersecqwen.detect.sigma.model import Logsource
from cybersecqwen.dialects.fields.schemas import schema
from cybersecqwen.dialects.fields.taxonomy import taxonomy

from .places import Place


def known_fields(place: Place) -> frozenset[str]:
    """The fields that records of a logsource have, in Sigma's names."""
    entry = place.lexicon.sources.get(place.key)
    known = {role.partition("|")[0] for role in entry.roles.values()} if entry else set()
    known |= set(place.library.fields.get(place.logsource, ()))
    return frozenset(known | _of_sigma(place.logsource)) - {""}


@lru_cache(maxsize=200)
def _of_sigma(source: Logsource) -> frozenset[str]:
    """The fields that rules of the public set test in a logsource."""
    found = schema("sigma").table(name) if (name := table_of(source)) else None
    return frozenset(found.fields) if found is not None else frozenset()


@lru_cache(maxsize=200)
def table_of(source: Logsource) -> str:
    """The table of the schema of Sigma that holds a logsource; "" for none."""
    homes = (home for home in taxonomy("sigma").homes if source in home.logsources)
    return next((home.tables[0] for home in homes if home.tables), "")


def own_field(words: str, place: Place) -> str:
    """The field of the asker's own schema that words name, in any case; "" for none."""
    if place.own is None:
        return ""
    names = {name.lower(): name for name in place.own.names()}
    return next((names[word] for word in words.lower().split() if word in names), "")
