"""Finds the entities that a text names: identifiers first, then names and aliases, longest first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cybersecqwen.knowledge import identifiers
from cybersecqwen.knowledge.words import words

if TYPE_CHECKING:
    from cybersecqwen.knowledge import Store
    from cybersecqwen.knowledge.interface import Resolution

_ID = re.compile(
    r"(?<![\w.\-])(?:CVE-\d{4}-\d{4,19}|CWE[-: ]?\d{1,6}|CAPEC[-: ]?\d{1,6}|D3-[A-Z0-9]{1,16}"
    r"|T\d{4}(?:[./]\d{3})?|(?:TA|DS|DC|DET|AN|[GSCMA])\d{4}|[A-Z]{2}-\d{1,2}(?:\(\d{1,2}\))?)(?![\w\-])",
    re.A | re.I,
)
_WORD = re.compile(r"[^\s,;:!?\"“”()\[\]{}]+")
_LONGEST = 9  # words of a name
_WORDS = 400  # of a text
# What single common words are seldom meant as.
_SHY = frozenset({"artifact", "weakness-category", "weakness-view", "analytic", "control", "asset"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Linked:
    """What a text names."""

    ids: tuple[str, ...]
    """Identifiers of entities in the order of their mention, each once; successors for revoked ones."""
    unknown: tuple[str, ...] = ()
    """Identifiers that have the form of one but are not in the store."""
    weights: Mapping[str, float]
    """How sure each mention is, 0 to 1, by identifier."""


def _short(name: str) -> list[str]:
    """What people call "… ('SQL Injection')": the quoted part; of "Cross-Site Scripting (XSS)" both parts."""
    quoted = re.findall(r"\('([^()']{3,60})'\)", name)
    if quoted:
        return quoted
    both = re.fullmatch(r"([^()]{6,80}) \(([^()]{2,20})\)", name)
    return [both[1], both[2]] if both and both[2].isupper() else []


class Linker:
    """Reads names with one store; made once per store, shared by threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names = dict(store.name_keys())
        for type in ("weakness", "attack-pattern", "technique"):
            for id, name in store.names(type).items():
                for short in _short(name):
                    key = identifiers.name_key(short)
                    self._names[key] = tuple(dict.fromkeys((*self._names.get(key, ()), id)))

    def link(self, text: str) -> Linked:
        """The entities that a text names."""
        weights: dict[str, float] = {}
        unknown: dict[str, None] = {}
        for match in _ID.finditer(text):
            self._identifier(match.group(), weights, unknown)
        self._named(_ID.sub(" ; ", text), weights)
        return Linked(ids=tuple(weights), unknown=tuple(unknown), weights=weights)

    def _identifier(self, written: str, weights: dict[str, float], unknown: dict[str, None]) -> None:
        family, _ = identifiers.parse(written)
        found: Resolution = self._store.resolve(written)
        if found.entity is not None:
            weights.setdefault(found.successor or found.entity.id, 1.0)
        elif family and (family != "control" or written[:2].isupper()):
            unknown[found.id] = None

    def _named(self, text: str, weights: dict[str, float]) -> None:
        tokens = [m.group().strip(".'’`*") for m in _WORD.finditer(text)][:_WORDS]
        keys = [identifiers.name_key(re.sub(r"['’]s$", "", token)) for token in tokens]
        start = 0
        while start < len(tokens):
            taken = 1
            for size in range(min(_LONGEST, len(tokens) - start), 0, -1):
                ids = self._names.get("".join(keys[start : start + size]), ())
                sure = [(id, self._sure(id, tokens[start : start + size])) for id in ids]
                sure = [(id, weight) for id, weight in sure if weight]
                if sure:
                    for id, weight in sure:
                        weights[id] = max(weights.get(id, 0.0), weight)
                    taken = size
                    break
            start += taken

    def _sure(self, id: str, tokens: list[str]) -> float:
        """How surely the words mean the entity; 0 for a common word that is a name by accident."""
        entity = self._store.get(id)
        if entity is None or entity.status == "revoked":
            return 0.0
        written = " ".join(tokens)
        names = (entity.name, *entity.attributes.get("aliases", ()))
        if len(tokens) > 1:
            # "power shell" is PowerShell, but "who is" is not WHOIS.
            as_named = any(len(name.replace("-", " ").split()) == len(tokens) for name in names)
            if not as_named and not all(words(token) for token in tokens):
                return 0.0
            return 0.6 if entity.type in _SHY else 1.0
        if entity.type in _SHY or len(written) < 2:
            return 0.0
        if written in names and (not written.islower() or len(written) > 5):
            return 0.9
        return 0.5 if len(written) > 5 and not written.islower() else 0.0
