"""Groups of alike masked lines.

A tree of fixed depth leads to a small leaf, as in Drain (P. He, J. Zhu, Z. Zheng, M. R. Lyu, "Drain: An
online log parsing approach with fixed depth tree", ICWS 2017): by number of words, then by the first two
words as far as they are no parameters. Within a leaf two things differ from Drain:

- Words that look like parameters (with masked parts or signs inside) and words after "user" may differ
  between lines of a group at once, other plain words only when the evidence is there: when `VARIANTS`
  templates of the leaf differ at the same positions and nowhere else, those positions are parameters and the
  templates become one. "VM started" and "VM paused" stay apart; "removing NAME" does not.
- A line that some template takes as it stands is found by look-ups, one for each set of parameter positions
  in the leaf, and not by comparing with all templates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import eq, itemgetter
from typing import Any

from .shape import WILD
from .template import Template
from .values import USER_WORDS

SIMILAR = 0.6
"""Least share of a template's constant words that a line must repeat to join its group."""
VARIANTS = 6
"""Templates that must differ at the same plain words before these count as a parameter."""
CHILDREN = 100
"""Words that the tree tells apart at one place; further ones share a branch."""
WINDOW = 64
"""Templates of a leaf that a new line is compared with: the latest."""

_PLAIN = re.compile(r"[\"'(\[{<]?[^\W\d_]++(?:[-_/'][^\W\d_]++)*+[.,:;!?)\]}>\"'=]*+")


@lru_cache(maxsize=8192)
def _plain(word: str) -> bool:
    """Whether a word is made of letters, with the usual punctuation around or between."""
    return _PLAIN.fullmatch(word) is not None


class Leaf:
    """The templates at one end of the tree."""

    __slots__ = ("_by_positions", "templates")

    def __init__(self) -> None:
        self.templates: dict[int, Template] = {}
        self._by_positions: dict[tuple[int, ...], tuple[Callable[[Any], Any], dict[Any, Template]]] = {}

    def find(self, words: list[str]) -> Template | None:
        """A template that takes the words as they are; the one with the fewest parameters."""
        for constants, known in self._by_positions.values():
            found = known.get(constants(words))
            if found is not None:
                return found
        return None

    def add(self, template: Template) -> None:
        """Put a template in."""
        self.templates[template.id] = template
        positions = tuple(at for at, word in enumerate(template.words) if word != WILD)
        entry = self._by_positions.get(positions)
        if entry is None:
            entry = (_getter(positions), {})
            self._by_positions[positions] = entry
            most_constant = sorted(self._by_positions, key=len, reverse=True)
            self._by_positions = {p: self._by_positions[p] for p in most_constant}
        entry[1].setdefault(entry[0](template.words), template)

    def remove(self, template: Template) -> None:
        """Take a template out, before its words change."""
        del self.templates[template.id]
        positions = tuple(at for at, word in enumerate(template.words) if word != WILD)
        constants, known = self._by_positions[positions]
        key = constants(template.words)
        if known.get(key) is template:
            del known[key]
            if not known:
                del self._by_positions[positions]


def _getter(positions: tuple[int, ...]) -> Callable[[Any], Any]:
    return itemgetter(*positions) if positions else lambda _words: None


class Groups:
    """All templates, in their tree; gives out the numbers of new ones."""

    def __init__(self) -> None:
        self.templates: dict[int, Template] = {}
        self.next = 0
        """Number of the next template."""
        self.moved: dict[int, int] = {}
        """Templates that became part of another since this was last emptied."""
        self._leaves: dict[tuple[int, str, str], Leaf] = {}
        self._first: dict[int, set[str]] = {}
        self._second: dict[tuple[int, str], set[str]] = {}

    def place(self, words: list[str], shown: list[str] | None = None) -> Template:
        """The template of a masked line: one that is there, maybe widened, or a new one.

        `shown` are the words of a template that is placed, with what is known of its parameters.
        """
        shown = shown or words
        key = self._key(words)
        leaf = self._leaves.get(key)
        if leaf is None:
            leaf = self._leaves[key] = Leaf()
        found = leaf.find(words)
        if found is not None:
            found.note(shown)
            return found
        near, variants = self._compare(leaf, words)
        if near is not None:
            leaf.remove(near)
            near.note(shown)
            near.widen(near.differences(words), shown)
            leaf.add(near)
            self._absorb(leaf, near)
            return near
        new = Template.of(self.next, key, words, shown)
        self.next += 1
        if variants:
            for other in variants:
                new.widen(new.differences(other.words), other.shown())
            for other in variants:
                self._become(leaf, other, new)
        self.templates[new.id] = new
        leaf.add(new)
        if variants:
            self._absorb(leaf, new)
        return new

    def insert(self, template: Template) -> None:
        """Put in a template as it stands, from a saved state."""
        self.templates[template.id] = template
        self._leaves.setdefault(template.key, Leaf()).add(template)
        self._branch(template.key)

    def forget(self, ids: Sequence[int]) -> None:
        """Take templates out for good."""
        for id in ids:
            template = self.templates.pop(id)
            leaf = self._leaves[template.key]
            leaf.remove(template)
            if not leaf.templates:
                del self._leaves[template.key]
        self._first.clear()
        self._second.clear()
        for key in self._leaves:
            self._branch(key)

    def _key(self, words: Sequence[str]) -> tuple[int, str, str]:
        count = len(words)
        first = second = ""
        if count:
            first = words[0] if WILD not in words[0] else WILD
            first = _child(self._first.setdefault(count, set()), first)
        if count > 1:
            second = words[1] if WILD not in words[1] else WILD
            second = _child(self._second.setdefault((count, first), set()), second)
        return count, first, second

    def _branch(self, key: tuple[int, str, str]) -> None:
        count, first, second = key
        if count and first != WILD:
            self._first.setdefault(count, set()).add(first)
        if count > 1 and second != WILD:
            self._second.setdefault((count, first), set()).add(second)

    def _compare(self, leaf: Leaf, words: list[str]) -> tuple[Template | None, list[Template]]:
        """The template that a line may join, else the templates that with it make a parameter of a word."""
        best: Template | None = None
        fewest = len(words) + 1
        groups: dict[tuple[int, ...], list[Template]] = {}
        latest = (
            list(leaf.templates.values())[-WINDOW:]
            if len(leaf.templates) > WINDOW
            else leaf.templates.values()
        )
        for template in latest:
            own = template.words
            constant = len(own) - own.count(WILD)
            if sum(map(eq, own, words)) < SIMILAR * constant:
                continue
            differing = template.differences(words)
            if constant - len(differing) < SIMILAR * constant:
                continue
            if all(_may_differ(own, words, at) for at in differing):
                if len(differing) < fewest:
                    best, fewest = template, len(differing)
            elif best is None:
                groups.setdefault(tuple(differing), []).append(template)
        if best is None and groups:
            largest = max(groups.values(), key=len)
            if len(largest) + 1 >= VARIANTS:
                return None, largest
        return best, []

    def _absorb(self, leaf: Leaf, wide: Template) -> None:
        """Make templates of the leaf that a widened one covers part of it."""
        latest = list(leaf.templates.values())[-WINDOW:]
        for other in latest:
            if other is not wide and wide.takes(other.words):
                self._become(leaf, other, wide)

    def _become(self, leaf: Leaf, old: Template, new: Template) -> None:
        leaf.remove(old)
        del self.templates[old.id]
        new.take_over(old)
        self.moved[old.id] = new.id


def _child(known: set[str], word: str) -> str:
    """The branch for a word."""
    if word == WILD or word in known:
        return word
    if len(known) < CHILDREN:
        known.add(word)
        return word
    return WILD


def _may_differ(own: Sequence[str], words: Sequence[str], at: int) -> bool:
    """Whether what stands at a position is a parameter by its looks, or by the word before it."""
    one, other = own[at], words[at]
    if one == WILD or other == WILD or not (_plain(one) or _plain(other)):
        return True
    return at > 0 and words[at - 1] in USER_WORDS
