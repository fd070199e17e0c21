"""Names of threat actors: which group a name means, and which groups are taken for each other.

The tables are made from the store: names and aliases of ATT&CK's groups. Two groups are related where
they share a name or alias, or where the description of one names the other (full bundles alone).
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from cybersecqwen.knowledge.identifiers import name_key

if TYPE_CHECKING:
    from cybersecqwen.knowledge.store import Store

_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.&-]*[A-Za-z0-9])?")
_LONGEST_NAME = 5
_SHORTEST = 3
_MOST_WORDS = 20_000


class Actors:
    """The groups of a store by name."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def _known(self) -> dict[str, tuple[str, ...]]:
        """Key of a name to the groups that bear it, those that it is the main name of first."""
        main: dict[str, list[str]] = {}
        other: dict[str, list[str]] = {}
        for id, name in self._store.names("group").items():
            entity = self._store.get(id)
            if entity is None or entity.status != "active":
                continue
            main.setdefault(name_key(name), []).append(id)
            for alias in entity.attributes.get("aliases", ()):
                other.setdefault(name_key(str(alias)), []).append(id)
        keys = dict.fromkeys((*main, *other))
        return {key: tuple(dict.fromkeys((*main.get(key, ()), *other.get(key, ())))) for key in keys}

    def canonical(self, name: str) -> str:
        """The identifier of the group that bears the name; the name's own key where none does."""
        resolved = self._store.resolve(name)
        if resolved.entity is not None and resolved.entity.type == "group":
            return resolved.successor or resolved.entity.id
        key = name_key(name)
        found = self._known.get(key) or self._known.get(key.removesuffix("group"))
        return found[0] if found else key

    def first_in(self, text: str) -> str:
        """The identifier of the first group that a text names; "" where it names none.

        A name of one word needs a capital letter or a digit: some groups are called by ordinary words.
        """
        words = [(match.group(), match.start()) for match in _WORD.finditer(text)][:_MOST_WORDS]
        for at in range(len(words)):
            for size in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
                written = "".join(word for word, _ in words[at : at + size])
                key = name_key(written)
                if len(key) < _SHORTEST or (size == 1 and written.islower()):
                    continue
                found = self._known.get(key)
                if found:
                    return found[0]
        return ""

    def named(self, id: str) -> str:
        """Name and identifier of a group; the identifier alone where there is none."""
        entity = self._store.get(id)
        return f"{entity.name} ({id})" if entity is not None else id

    def related(self, one: str, other: str) -> bool:
        """Whether two groups share a name, or the description of one names the other."""
        first, second = self._names(one), self._names(other)
        if first & second:
            return True
        return self._mentions(one, second) or self._mentions(other, first)

    def _names(self, id: str) -> set[str]:
        entity = self._store.get(id)
        if entity is None or entity.type != "group":
            return {id}
        return {name_key(entity.name), *(name_key(str(a)) for a in entity.attributes.get("aliases", ()))}

    def _mentions(self, id: str, names: set[str]) -> bool:
        entity = self._store.get(id)
        if entity is None or not entity.text:
            return False
        words = _WORD.findall(entity.text)[:_MOST_WORDS]
        return any(
            name_key("".join(words[at : at + size])) in names
            for at in range(len(words))
            for size in range(1, _LONGEST_NAME + 1)
        )
