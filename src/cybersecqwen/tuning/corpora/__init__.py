"""Corpora by name: what there is to learn, each in a file of its own.

A new one is a function as `interface.Corpus` says, and a line in `CORPORA`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from cybersecqwen.errors import UnknownNameError

from .interface import Corpus, Sources

_PLACES: Mapping[str, str] = {
    "weaknesses": "weaknesses:weaknesses",
    "distilled": "distilled:distilled",
    "severities": "weaknesses:severities",
    "reading": "choices:reading",
    "from-memory": "choices:from_memory",
    "spelled": "choices:spelled",
    "roles": "roles:roles",
    "intents": "intents:intents",
    "narratives": "narratives:narratives",
    "refusals": "refusals:refusals",
    "absent": "refusals:absent",
    "judgements": "code:judgements",
    "patches": "code:patches",
    "situations": "steps:situations",
    "criteria": "steps:criteria",
    "rewordings": "steps:rewordings",
    "templates": "lines:templates",
    "planted": "planted:planted",
}
CORPORA = tuple(_PLACES)
"""Names of all corpora."""


def corpus(name: str) -> Corpus:
    """The corpus of that name; raises UnknownNameError."""
    if name not in _PLACES:
        raise UnknownNameError(f"There is no corpus {name!r}.", hint=f"Known are: {', '.join(CORPORA)}.")
    module, _, function = _PLACES[name].partition(":")
    made: Corpus = getattr(import_module(f".{module}", __name__), function)
    return made


__all__ = ["CORPORA", "Corpus", "Sources", "corpus"]
