"""Techniques that a report writes out: by identifier, by a link to ATT&CK, or by their official name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from cybersecqwen.records.intel import Tier
from cybersecqwen.specialists.technique import domains_of

from .interface import Found

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store

_ID = re.compile(r"T[0-9]{4}(?:\.[0-9]{3})?\Z")
_LINK = re.compile(r"attack\.mitre\.org/techniques/(T[0-9]{4})(?:/([0-9]{3}))?(?![\w])")
_CUE = re.compile(r"\b(?:mitre|att&ck)|\b(?:sub-?)?techniques?\b|\btactics?\b|\bttps?\b", re.IGNORECASE)
_SURE = re.compile(r"\b(?:mitre|att&ck)", re.IGNORECASE)
_NEAR = 160
"""Characters before an official name, on its line, where a word must say that it is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One place where a technique is written out."""

    id: str
    start: int
    end: int
    tier: Tier
    why: str


def written(text: str, found: Found, store: Store) -> Iterator[Written]:
    """Identifiers, then links, then official names; techniques that the store has."""
    lines: set[int] = set()
    known: dict[str, str] = {}
    begin = at = 0
    for match in found:
        if match.type == "attack" and _ID.match(match.value):
            if match.value not in known:
                known[match.value] = canonical(match.value, store)
            id = known[match.value]
            if id:
                begin, at = _line(text, match.start, begin, at)
                lines.add(begin)
                why = "its identifier stands there"
                if id != match.value:
                    why = f"{match.value} stands there, which ATT&CK replaced by it"
                yield Written(id=id, start=match.start, end=match.end, tier=Tier.HIGH, why=why)
    begin = at = 0
    for link in _LINK.finditer(text):
        id = canonical(link[1] + (f".{link[2]}" if link[2] else ""), store)
        if id:
            begin, at = _line(text, link.start(), begin, at)
            lines.add(begin)
            why = "a link to its page of ATT&CK stands there"
            yield Written(id=id, start=link.start(), end=link.end(), tier=Tier.HIGH, why=why)
    yield from _by_name(text, store, lines)


def _line(text: str, start: int, begin: int, at: int) -> tuple[int, int]:
    """Where the line of a character begins, and the character; given both of one before it.

    Only what stands between the two is looked through: a line may be millions of characters long.
    """
    return max(text.rfind("\n", at, start) + 1, begin), start


def unknown(found: Found, store: Store) -> tuple[str, ...]:
    """Identifiers of techniques that the store has not, or that were revoked without a successor."""
    ids = dict.fromkeys(match.value for match in found if match.type == "attack" and _ID.match(match.value))
    return tuple(id for id in ids if not canonical(id, store))


def canonical(id: str, store: Store) -> str:
    """The technique itself or its successor; "" where the store has neither."""
    resolution = store.resolve(id)
    if resolution.successor:
        return resolution.successor
    entity = resolution.entity
    if entity is None or entity.type != "technique" or resolution.state == "revoked":
        return ""
    return entity.id


_AUTOMATA: WeakKeyDictionary[Store, Any] = WeakKeyDictionary()


def _automaton(store: Store) -> Any:
    """Official names of two words or more, as ATT&CK writes them, with all techniques so named."""
    if store not in _AUTOMATA:
        import ahocorasick

        owners: dict[str, list[str]] = {}
        for id, name in store.names("technique").items():
            entity = store.get(id)
            if entity is not None and entity.status == "active" and " " in name:
                owners.setdefault(name, []).append(id)
        automaton = ahocorasick.Automaton()
        for name, ids in owners.items():
            automaton.add_word(name, (len(name), tuple(ids)))
        if owners:
            automaton.make_automaton()
        _AUTOMATA[store] = automaton if owners else None
    return _AUTOMATA[store]


def _by_name(text: str, store: Store, taken: set[int]) -> Iterator[Written]:
    """Official names on lines that speak of ATT&CK or of techniques and hold no identifier."""
    automaton = _automaton(store)
    if automaton is None or not _CUE.search(text):
        return
    wanted = domains_of(text)
    reach, last = -1, ""
    hits = [(end - size + 1, end + 1, ids) for end, (size, ids) in automaton.iter(text)]
    for start, end, ids in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if start < reach or not _bounded(text, start, end):
            continue
        reach = end
        line = text.rfind("\n", max(0, start - 2_000), start) + 1
        if line in taken:
            continue
        cue = _CUE.search(text, max(line, start - _NEAR), start)
        if cue is None:
            continue
        id = _one(ids, wanted, store, last)
        if id:
            last = id
            tier = Tier.HIGH if _SURE.search(text, max(line, start - _NEAR), start) else Tier.MODERATE
            why = f"its name stands beside “{cue.group()}”"
            yield Written(id=id, start=start, end=end, tier=tier, why=why)


def _one(ids: tuple[str, ...], wanted: tuple[str, ...], store: Store, last: str) -> str:
    """The technique that a name means: of the text's matrix, below the one named last; "" where unclear."""
    near = [one for one in ids if _domain(one, store) in wanted]
    if len(near) > 1:
        near = [one for one in near if one.partition(".")[0] == last.partition(".")[0]]
    return near[0] if len(near) == 1 else ""


def _domain(id: str, store: Store) -> str:
    entity = store.get(id)
    return str((entity.attributes.get("domains") or ("",))[0]) if entity is not None else ""


def _bounded(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return not (before.isalnum() or before in "_-") and not (after.isalnum() or after in "_-")
