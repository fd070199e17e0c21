"""Groups, software, campaigns and vulnerabilities that a text names, known to the store or not.

text ─actor specialist's names→ what the store knows, with aliases
     ─unknown_names──────────→ what the report introduces itself
     ─stated_aliases─────────→ names that it says are one
     ─matches────────────────→ CVEs
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from cybersecqwen.specialists.mentions import TYPES, Names

from .interface import Found, NameFound
from .name_shapes import Ordinary
from .stated_aliases import stated
from .unknown_names import MOST, introduced

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store

MOST_CHARS = 4_000_000
"""Of a text, how much is read for names."""
MOST_FOUND = 20_000
"""Places of names in one text."""

SMALL = 2
"""Characters of the names that are small words too."""
_TOOL = re.compile(r"\.exe\b|[\"'”’`]? (?:command|utility|job)")

_KINDS = frozenset({"wiper", "worm", "trojan", "loader", "dropper", "bot", "stealer", "miner", "locker"})
"""Names that are words for a kind of malware too: most texts mean the kind."""
_CALLED = re.compile(
    r"(?:\b(?:called|named|dubbed|known as|code-?named|aka|a\.k\.a\.|name(?:d)? is) [\"“'‘]?|[\"“‘])\Z",
    re.IGNORECASE,
)
_PRODUCT_AFTER = re.compile(
    r"(?: [A-Z][A-Za-z]{1,15})? (?:wallets?|browsers?|messengers?|apps?|(?:browser )?extensions?|plug-?ins?"
    r"|password managers?|clients?)\b"
)

_VENDOR = re.compile(r"(?<![\w-])([A-Z][A-Za-z]{2,15}) \Z")
_VENDORS = frozenset({"google", "microsoft", "apple", "amazon", "adobe", "cisco", "oracle", "samsung"})

# One character for one, so that offsets hold: names are cut by line ends and written with other hyphens.
_PLAIN = str.maketrans({"\n": " ", "\t": " ", "\xa0": " ", "\u2010": "-", "\u2011": "-", "\u2019": "'"})
_KNOWN: WeakKeyDictionary[Store, Names] = WeakKeyDictionary()


def find(text: str, store: Store, found: Found = ()) -> tuple[NameFound, ...]:
    """All places where a text names something, from left to right; never raises for what it holds.

    Args:
        text: The whole text; 4,000,000 characters of it are read.
        store: Names, aliases and facts.
        found: All matches of the text; those of type cve are vulnerabilities.

    Names that the store has not have the id "" and facts {"kind": "ransomware"}: the word that introduces
    them. Names that the report says are another name of something have the id, name and type of that
    thing, and facts {"stated": True}.

    Raises:
        WeightsError: The actor specialist's manifest is missing or damaged.
    """
    text = text[:MOST_CHARS]
    plain = text.translate(_PLAIN)
    ordinary = Ordinary(store, text)
    names = [
        NameFound(
            id=one.id,
            name=one.name,
            type=one.type,
            text=text[one.start : one.end],
            start=one.start,
            end=one.end,
        )
        for one in _known(store).find(plain)
        if not _is_small_word(plain, one.start, one.end)
        and not _is_of_product(plain, one.start, one.end)
        and not _is_kind(plain, one.start, one.end)
        and not (one.type == "group" and _is_product(plain, one.start, one.end))
    ]
    names = _joined(names, _unknown(text, plain, names, store, ordinary))
    told = _aliases(plain, names, store, ordinary)
    names = [one for one in names if one.id or one.text not in told]
    names = _joined(names, _places(text, plain, told))
    names += [
        _vulnerability(match.value, text, match.start, match.end, store)
        for match in found
        if match.type == "cve"
    ]
    return tuple(sorted(names, key=lambda one: (one.start, one.end))[:MOST_FOUND])


def _known(store: Store) -> Names:
    """The automaton over the store's names, made once for a store."""
    if store not in _KNOWN:
        from cybersecqwen.specialists.actor import ActorSpecialist

        _KNOWN[store] = Names(store, ActorSpecialist(store=store).manifest.settings["guarded"])
    return _KNOWN[store]


def _is_small_word(text: str, start: int, end: int) -> bool:
    """The word "at", where nothing says that the tool at.exe is meant."""
    if end - start > SMALL or not text[start:end].islower():
        return False
    return _TOOL.match(text, end, end + 12) is None


def _is_kind(text: str, start: int, end: int) -> bool:
    """A wiper, where nothing says that the one called Wiper is meant."""
    if text[start:end].lower() not in _KINDS:
        return False
    return text[start].islower() or _CALLED.search(text, max(0, start - 16), start) is None


def _is_product(text: str, start: int, end: int) -> bool:
    """Whether a wallet, a browser or a folder is called as a group is: "Electrum Bitcoin wallet"."""
    return "\\" in (text[start - 1 : start], text[end : end + 1]) or bool(_PRODUCT_AFTER.match(text, end))


def _is_of_product(text: str, start: int, end: int) -> bool:
    """Part of the name of a product: Google Play, Microsoft Net Framework."""
    if " " in text[start:end]:
        return False
    word = _VENDOR.search(text, max(0, start - 24), start)
    if word is not None and word[1].lower() in _VENDORS:
        return True
    return text.startswith((" Store", " Protect"), end)


def _unknown(
    text: str, plain: str, known: list[NameFound], store: Store, ordinary: Ordinary
) -> Iterator[NameFound]:
    """Every place of each name that the report introduces; other spellings of known names among them."""
    starts = [one.start for one in known]
    told: dict[str, dict[str, Any]] = {}
    for one in introduced(plain, ordinary):
        at = bisect_right(starts, one.start) - 1
        if at >= 0 and one.start < known[at].end:
            continue
        owner = _owner(one.name, store, one.kind)
        if owner is not None:
            told[one.name] = {"id": owner[0], "name": owner[1], "type": owner[2], "facts": {}}
        else:
            told[one.name] = {"id": "", "name": one.name, "type": one.type, "facts": {"kind": one.kind}}
    yield from _places(text, plain, told)


def _aliases(
    plain: str, names: list[NameFound], store: Store, ordinary: Ordinary
) -> Mapping[str, Mapping[str, Any]]:
    """Names that the report says are another name of something, with what that is."""
    told: dict[str, dict[str, Any]] = {}
    heads: set[str] = set()
    for head, name, _ in stated(plain, names, ordinary):
        if name in told or name in heads or head.text in told or len(told) == MOST:
            continue
        if _owner(name, store) is None:
            heads.add(head.text)
            facts = {**head.facts, "stated": True}
            told[name] = {"id": head.id, "name": head.name, "type": head.type, "facts": facts}
    return told


def _owner(name: str, store: Store, kind: str = "") -> tuple[str, str, str] | None:
    """The one thing of the store that is called so: with other spaces or hyphens, or its kind after it."""
    for spelled in (name, f"{name} Group", f"{name} {kind}"):
        owners = [one for one in store.by_name(spelled) if one.type in TYPES and one.status == "active"]
        if len(owners) == 1:
            return owners[0].id, owners[0].name, owners[0].type
    return None


def _places(text: str, plain: str, told: Mapping[str, Mapping[str, Any]]) -> Iterator[NameFound]:
    """Every place of these names, spelled the same."""
    if not told:
        return
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for name in told:
        automaton.add_word(name, name)
    automaton.make_automaton()
    for last, name in automaton.iter(plain):
        start, end = last - len(name) + 1, last + 1
        before, after = plain[start - 1 : start], plain[end : end + 1]
        inside = (
            before.isalnum()
            or (before in tuple("_-@/\\.") and before)
            or after.isalnum()
            or after in tuple("_@\\")
        )
        if after in ("_", "@", "\\", "/") or (after in (".", "-") and plain[end + 1 : end + 2].isalnum()):
            continue
        if not inside:
            yield NameFound(text=text[start:end], start=start, end=end, **told[name])


def _joined(names: list[NameFound], more: Iterable[NameFound]) -> list[NameFound]:
    """Both, in order; where two overlap the first list's, then the longer one."""
    kept = sorted(names, key=lambda one: one.start)
    fresh = sorted(more, key=lambda one: (one.start, -one.end))
    out: list[NameFound] = []
    at, reach = 0, 0
    for one in fresh:
        while at < len(kept) and kept[at].end <= one.start:
            at += 1
        clear = at == len(kept) or kept[at].start >= one.end
        if clear and one.start >= reach:
            out.append(one)
            reach = one.end
    return sorted([*kept, *out], key=lambda one: one.start)


def _vulnerability(id: str, text: str, start: int, end: int, store: Store) -> NameFound:
    entity = store.get(id)
    name = entity.name if entity is not None and entity.type == "vulnerability" else id
    return NameFound(id=id, name=name, type="vulnerability", text=text[start:end], start=start, end=end)
