"""Groups, software and campaigns that a text names, with where it names them.

One pass of an Aho-Corasick automaton over the folded text finds every name and alias of the store.
Names that are ordinary words as well ("Play", "Tor", "at", "Net") count only as they are written in
the store and beside a word that says what they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store

TYPES = ("group", "software", "campaign")
"""Kinds of entities that are looked for."""
SHORTEST = 2
"""Characters of a name."""
GUARDED_BELOW = 4
"""Names shorter than this are always guarded."""

_CUE = re.compile(
    r"\b(?:actors?|affiliates?|apt|backdoors?|botnets?|campaigns?|downloaders?|framework|gangs?|groups?"
    r"|implants?|infostealers?|intrusion set|keyloggers?|loaders?|malware|operators?|operation"
    r"|ransom(?:ware|ed)?|rats?|rootkits?|spyware|stealers?|tools?|trojans?|utility|variants?|worms?)\b",
    re.IGNORECASE,
)
_NEAR = 28  # characters before and after a guarded name where a word must say what it is

Hit = tuple[int, int, tuple[tuple[str, str], ...]]
"""Start, end, and the (identifier, alias) of everything that is called so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """One name in a text."""

    id: str
    """Identifier in the store: G0016, S0154, C0024."""
    name: str
    """Its main name."""
    type: str
    """group, software or campaign."""
    text: str
    """As it is written there."""
    start: int
    """First character."""
    end: int
    """After the last character."""


class Names:
    """The automaton over the names of a store."""

    def __init__(self, store: Store, guarded: Collection[str]) -> None:
        import ahocorasick

        self._entities: dict[str, tuple[str, str]] = {}
        self._guarded = frozenset(guarded)
        self._automaton: Any = ahocorasick.Automaton()
        spelled: dict[str, list[tuple[str, str]]] = {}
        for id, type, name, alias in spellings(store):
            self._entities[id] = (type, name)
            owners = spelled.setdefault(folded(alias), [])
            if all(id != other for other, _ in owners):
                owners.append((id, alias))
        for key, owners in spelled.items():
            self._automaton.add_word(key, (len(key), tuple(owners)))
        if spelled:
            self._automaton.make_automaton()
        self._empty = not spelled

    def find(self, text: str) -> list[Mention]:
        """Mentions in order; of names inside one another only the longest counts."""
        if self._empty or not text:
            return []
        low = folded(text)
        if len(low) != len(text):  # some letters grow when folded; offsets must hold
            low = "".join(c if len(c.lower()) != 1 else c.lower() for c in text)
        hits: list[Hit] = []
        for last, (size, owners) in self._automaton.iter(low):
            start, end = last - size + 1, last + 1
            if _bounded(low, start, end):
                hits.append((start, end, owners))
        hits.sort(key=lambda hit: (hit[0], -hit[1]))
        sure = self._confirmed(text, hits)
        found: list[Mention] = []
        reach = 0
        for start, end, owners in hits:
            if start < reach:
                continue
            taken = [id for id, alias in owners if self._stands(text, start, end, alias, sure)]
            for id in taken:
                type, name = self._entities[id]
                found.append(Mention(id=id, name=name, type=type, text=text[start:end], start=start, end=end))
            reach = end if taken else reach
        return found

    def _confirmed(self, text: str, hits: list[Hit]) -> frozenset[str]:
        """Spellings that need no second look: a guarded name once explained is a name from then on.

        Only text that spells it the same counts; names as short as "at" are looked at every time.
        """
        seen: set[str] = set()
        for start, end, owners in hits:
            for _, alias in owners:
                if (
                    len(alias) >= GUARDED_BELOW
                    and alias not in seen
                    and self._counts(text, start, end, alias)
                ):
                    seen.add(alias)
        return frozenset(seen)

    def _stands(self, text: str, start: int, end: int, alias: str, sure: frozenset[str]) -> bool:
        if alias in sure:
            return not self._is_guarded(alias) or text[start:end] == alias
        return self._counts(text, start, end, alias)

    def _counts(self, text: str, start: int, end: int, alias: str) -> bool:
        """Whether a guarded name stands as a name there; others always do."""
        if not self._is_guarded(alias):
            return True
        if text[start:end] != alias:
            return False
        around = text[max(0, start - _NEAR) : start] + " \0 " + text[end : end + _NEAR]
        return _CUE.search(around) is not None

    def _is_guarded(self, alias: str) -> bool:
        return len(alias) < GUARDED_BELOW or folded(alias) in self._guarded


def spellings(store: Store) -> Iterator[tuple[str, str, str, str]]:
    """Identifier, type, main name and one name or alias, of everything active that can be named."""
    for type in TYPES:
        for id, name in store.names(type).items():
            entity = store.get(id)
            if entity is None or entity.status != "active":
                continue
            for alias in dict.fromkeys((name, *entity.attributes.get("aliases", ()))):
                if len(alias) >= SHORTEST:
                    yield id, type, name, alias


def folded(text: str) -> str:
    """Lower case, for comparing names."""
    return text.lower()


def _bounded(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return not (before.isalnum() or before in "_-") and not (after.isalnum() or after == "_")
