"""Sentences of our own about what reports hold: all that a language model may repeat about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from cybersecqwen.records.intel import End, Intelligence, Relation, Tier

from .interface import Facts

_MOST = 60
_VERBS = {
    "uses": "uses",
    "targets": "targets",
    "exploits": "exploits",
    "delivers": "delivers",
    "drops": "drops",
    "downloads": "downloads",
    "communicates-with": "communicates with",
    "attributed-to": "is attributed to",
    "hosts": "hosts",
    "variant-of": "is a variant of",
}
_SAID = frozenset({"group", "campaign", "software", "technique", "vulnerability", "sector", "country"})
"""Ends that may be named: the store's names, and words of our own. What a report made up may not."""

_WITHOUT_PLACE = ("who", "what to do")
"""Questions whose answers are told without a place; of the others that says that nothing was found."""


def facts_of(intel: Intelligence) -> Iterator[str]:
    """True sentences, most important first: judgements, relations, the statements of the assessment."""
    yield from islice(_facts(intel), _MOST)


def _facts(intel: Intelligence) -> Iterator[str]:
    for judgement in intel.judgements:
        yield f"{judgement.text} ({judgement.likelihood}, {judgement.confidence.value} confidence)."
    names = {one.id: one.name for one in intel.techniques}
    for relation in intel.relations:
        if relation.tier is not Tier.LOW and relation.verb in _VERBS and _both_known(relation):
            verb = _VERBS[relation.verb]
            yield f"{_end(relation.source, names)} {verb} {_end(relation.target, names)}."
    for statement in intel.statements:
        if statement.places or statement.question in _WITHOUT_PLACE:
            yield statement.text


def _both_known(relation: Relation) -> bool:
    return all(
        one.type in _SAID and (one.id or one.type in ("sector", "country"))
        for one in (relation.source, relation.target)
    )


def _end(one: End, names: Mapping[str, str]) -> str:
    name = names.get(one.id, one.value)
    return f"{name} ({one.id})" if one.id and one.id != name else name


def settled(intel: Intelligence, facts: Facts) -> tuple[Intelligence, tuple[str, ...]]:
    """The records with identifiers that the store knows, and those that were struck out.

    A CVE that stands in the report stays, whether the store knows it or not.
    """
    struck: list[str] = []

    def known(id: str, type: str) -> bool:
        if not id or type == "vulnerability" or facts.resolve(id).state in ("known", "deprecated"):
            return True
        struck.append(id)
        return False

    techniques = tuple(one for one in intel.techniques if known(one.id, "technique"))
    names = tuple(one for one in intel.names if known(one.id, one.type))
    bad = frozenset(struck)
    relations = tuple(one for one in intel.relations if one.source.id not in bad and one.target.id not in bad)
    kept = replace(intel, techniques=techniques, names=names, relations=relations)
    return kept, tuple(dict.fromkeys(struck))
